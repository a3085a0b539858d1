#!/usr/bin/env python3
"""Loads what the experiment `pairrm` publishes the way its users do: datasets, then PEFT on transformers.

    .build/release/pairrm run --preset smoke --workspace W
    python3 Tests/check_published.py W/published/RUN [--model MODEL] [--precis .build/release/precis]

Checks that `datasets` loads the data set folder with its card, that PEFT loads the adapter folder on the model that it
was trained on (written as a folder by `precis convert`), and that both give every token of the data set's pairs the
log-probability that `precis score --tokens` gives it in float32; PEFT computes in float64, so that the difference is
ours and not the sum of two roundings. Needs torch, transformers, peft and datasets.
Exits with 1 and says why where something differs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import datasets
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer


def completion_logprobs(model, prompt, completion):
    ids = torch.tensor([prompt + completion])
    with torch.no_grad():
        logits = model(ids).logits[0].log_softmax(-1)
    return [logits[len(prompt) + i - 1, token].item() for i, token in enumerate(completion)]


def end_of_turn(tokenizer, row):
    """The token that the model's own template ends an assistant's turn with."""
    content = "word"
    before = tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, tokenize=False)
    turn = tokenizer.apply_chat_template(row["prompt"] + [{"role": "assistant", "content": content}], tokenize=False)
    assert turn.startswith(before + content), f"the template does not end in the assistant's turn: {turn!r}"
    rest = tokenizer.encode(turn[len(before + content):], add_special_tokens=False)
    return rest[:1] or [tokenizer.eos_token_id]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", help="published/RUN of a workspace, with dataset and adapter")
    parser.add_argument("--model", help="the model that was trained; default: that of the cache folder")
    parser.add_argument("--precis", default=".build/release/precis")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference of a token's log-probability, times its size where that is above 1")
    arguments = parser.parse_args()
    dataset = os.path.join(arguments.folder, "dataset")
    adapter = os.path.join(arguments.folder, "adapter")
    default = os.path.join(os.environ.get("PRECIS_CACHE", os.path.expanduser("~/.cache/precis")), "SmolLM2-135M-Instruct.Q4_1.gguf")
    model_path = arguments.model or default

    # A cache of its own: the common one takes folders of one name for the same.
    with tempfile.TemporaryDirectory() as cache:
        rows = list(datasets.load_dataset(dataset, split="train", cache_dir=cache))
    with open(os.path.join(dataset, "train.jsonl"), encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert len(rows) == len(lines) > 0, f"datasets loads {len(rows)} rows of {len(lines)}"
    for row, line in zip(rows, lines):
        assert row["chosen"] == line["chosen"] and row["rejected"] == line["rejected"] and row["prompt"] == line["prompt"]
        assert row["score_chosen"] > row["score_rejected"], "a pair prefers the lower score"
    print(f"datasets: {len(rows)} pairs, columns {', '.join(sorted(rows[0]))}")

    with tempfile.TemporaryDirectory() as scratch:
        base = os.path.join(scratch, "base")
        subprocess.run([arguments.precis, "convert", "--model", model_path, "--to", base], check=True)
        command = [arguments.precis, "score", "--model", model_path, "--pairs", os.path.join(dataset, "train.jsonl"), "--precision", "float32", "--tokens"]
        ours = {}
        for name, more in [("base", []), ("adapter", ["--adapter", adapter])]:
            output = subprocess.run(command + more, check=True, capture_output=True, text=True).stdout
            ours[name] = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        tokenizer = AutoTokenizer.from_pretrained(base)
        model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float64).eval()
        theirs = {"base": [score(model, tokenizer, row) for row in lines]}
        tuned = PeftModel.from_pretrained(model, adapter).double().eval()
        theirs["adapter"] = [score(tuned, tokenizer, row) for row in lines]

    worst, tokens = 0.0, 0
    for name in ours:
        assert len(ours[name]) == len(lines), f"precis score wrote {len(ours[name])} lines of {len(lines)}"
        for mine, other in zip(ours[name], theirs[name]):
            for side in ("chosen", "rejected"):
                values = mine[side + "_logprobs"]
                assert len(values) == len(other[side]), f"{name}, {side}: {len(values)} tokens, PEFT {len(other[side])}"
                for a, b in zip(values, other[side]):
                    worst, tokens = max(worst, abs(a - b)), tokens + 1
                    assert abs(a - b) <= arguments.tolerance * max(1.0, abs(b)), f"{name}, {side}: a token has {a}, PEFT {b}"
    moved = max(abs(a["chosen"] - b["chosen"]) for a, b in zip(ours["adapter"], ours["base"]))
    assert moved > 0, "the adapter changes nothing"
    print(f"PEFT: {tokens} tokens of {2 * len(lines)} completions, by the base and by the adapter, agree within {worst:.2e} nats; the adapter moves log-probabilities by up to {moved:.3f}")
    return 0


def score(model, tokenizer, row):
    prompt = tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, return_dict=False)
    end = end_of_turn(tokenizer, row)
    return {
        side: completion_logprobs(model, prompt, tokenizer.encode(row[side][0]["content"], add_special_tokens=False) + end)
        for side in ("chosen", "rejected")
    }


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AssertionError as error:
        print(f"check_published: {error}", file=sys.stderr)
        sys.exit(1)
