#!/usr/bin/env python3
"""Loads exported preference pairs the way their users do: Hugging Face datasets, then TRL's own preparation.

    precis export pairs --to folder && python3 Tests/check_pairs.py folder
    precis export pairs > pairs.jsonl && python3 Tests/check_pairs.py pairs.jsonl

Needs datasets, trl and transformers, and a tokenizer with a chat template (--tokenizer, a folder or a name).
Without one, a minimal chat template stands in, which shows the columns' form but no model's own spelling.
Exits with 1 and says why where a row is not a preference pair.
"""

import argparse
import os
import sys
import tempfile

import datasets
from trl.data_utils import is_conversational, maybe_apply_chat_template

TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"


class PlainTemplate:
    """The part of a tokenizer that TRL's preparation of text uses."""

    def apply_chat_template(self, messages, tokenize=False, add_generation_prompt=False, continue_final_message=False, **_):
        import jinja2

        return jinja2.Template(TEMPLATE).render(messages=messages, add_generation_prompt=add_generation_prompt)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path", help="a folder written with --to, or a file of lines")
    parser.add_argument("--tokenizer")
    arguments = parser.parse_args()
    # A cache of its own: the common one takes folders of one name for the same.
    with tempfile.TemporaryDirectory() as cache:
        if os.path.isdir(arguments.path):
            rows = list(datasets.load_dataset(arguments.path, split="train", cache_dir=cache))
        else:
            rows = list(datasets.load_dataset("json", data_files=arguments.path, split="train", cache_dir=cache))
    tokenizer = PlainTemplate()
    if arguments.tokenizer:
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer)

    def fail(why):
        print(f"{arguments.path}: {why}", file=sys.stderr)
        return 1

    if len(rows) == 0:
        return fail("no rows")
    for number, row in enumerate(rows, 1):
        if not is_conversational(row):
            return fail(f"row {number} is no conversation: columns {sorted(row)}")
        roles = [[message["role"] for message in row[name]] for name in ("prompt", "chosen", "rejected")]
        if roles != [["user"], ["assistant"], ["assistant"]]:
            return fail(f"row {number} has roles {roles}")
        if row["chosen"][0]["content"] == row["rejected"][0]["content"]:
            return fail(f"row {number} prefers a text to itself")
        text = maybe_apply_chat_template(dict(row), tokenizer)
        for name in ("chosen", "rejected"):
            if row[name][0]["content"].strip() not in text[name]:
                return fail(f"row {number}: the {name} text is lost in TRL's preparation")
        if row["prompt"][0]["content"].strip() not in text["prompt"]:
            return fail(f"row {number}: the prompt is lost in TRL's preparation")
        if "words_chosen" in row and row["words_chosen"] != len(row["chosen"][0]["content"].split()):
            return fail(f"row {number}: words_chosen is {row['words_chosen']}")
    print(f"{len(rows)} pairs, columns {', '.join(sorted(rows[0]))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
