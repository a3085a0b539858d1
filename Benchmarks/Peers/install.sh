#!/bin/sh
# Creates the virtual environment that the peers run in, once: Benchmarks/Peers/install.sh FOLDER
# About 6 GB and ten minutes; llama.cpp is compiled for this machine.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=$1
# A finished installation leaves a copy of what it installed.
if cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then exit 0; fi
sh "$here/../../Scripts/install-packages.sh" python3-venv python3-dev g++ cmake
echo "==> Installing the peers into $venv (about 6 GB)"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
cp "$here/requirements.txt" "$venv/requirements.txt"
