"""Validates exported notebooks with nbformat, which Jupyter reads them with.

    PYTHONPATH=~/.cache/precis/browser-checks python3 check_notebook.py FILE.ipynb ...
"""
import sys

import nbformat

for path in sys.argv[1:]:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    print(f"{path}: nbformat {notebook.nbformat}.{notebook.nbformat_minor}, {len(notebook.cells)} cells, valid")
