#!/usr/bin/env python3
"""Kills a training at random moments with SIGKILL and compares its weights with those of one left alone.

    python3 Tests/kill_and_resume.py PAIRS.jsonl [--kills 10] [--pairs-used 24] [--lora] [--model MODEL]

Trains the real model (the default of `precis`) through .build/release/precis. Ends with 1 when a byte differs, or
when fewer than the wanted kills hit a running training. Takes minutes: every start loads the model again.
"""
import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def command(options, pairs, folder):
    words = [
        options.precis, "train", "--pairs", pairs, "--to", folder, "--set", "train_batch_size_per_device=2",
        "--set", "learning_rate=4e-5", "--set", "training.checkpoint_steps=1",
    ]
    if options.model:
        words += ["--model", options.model]
    return words + (["--lora"] if options.lora else [])


def digest(folder, lora):
    name = "adapter/adapter_model.safetensors" if lora else "model/model.safetensors"
    with open(os.path.join(folder, name), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--pairs-used", type=int, default=24)
    parser.add_argument("--lora", action="store_true")
    parser.add_argument("--model")
    parser.add_argument("--precis", default=os.path.join(ROOT, ".build/release/precis"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pairs = os.path.join(folder, "pairs.jsonl")
        with open(options.pairs) as source, open(pairs, "w") as target:
            target.writelines(line for _, line in zip(range(options.pairs_used), source))
        whole = os.path.join(folder, "whole")
        start = time.monotonic()
        subprocess.run(command(options, pairs, whole), check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        print(f"left alone: {seconds:.1f} s, {digest(whole, options.lora)}")

        killed = os.path.join(folder, "killed")
        kills = 0
        while kills < options.kills:
            process = subprocess.Popen(command(options, pairs, killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait = random.uniform(0.1, 0.6) * seconds
            try:
                code = process.wait(wait)
                print(f"finished after {kills} kills (exit {code})")
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
                print(f"kill {kills} after {wait:.1f} s", flush=True)
        subprocess.run(command(options, pairs, killed), check=True, stdout=subprocess.DEVNULL)
        same = digest(killed, options.lora) == digest(whole, options.lora)
        print(f"killed {kills} times: {digest(killed, options.lora)}, {'the same bytes' if same else 'OTHER BYTES'}")
        return int(not same or kills < min(options.kills, 3))


if __name__ == "__main__":
    sys.exit(main())
