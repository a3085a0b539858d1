"""What the peers' scripts share: arguments, data and the one line of JSON that each prints."""
import argparse
import json
import resource


def arguments(description, **extra):
    """Parses the options that every peer has, and `extra`: name -> default."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model", help="Hugging Face folder, or a GGUF file for llama.cpp")
    parser.add_argument("data", help="folder of prompts.jsonl and pairs.jsonl")
    parser.add_argument("--threads", type=int, default=2)
    for name, default in extra.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(default), default=default)
    return parser.parse_args()


def dtype(precision):
    """The torch type of `--precision`."""
    import torch
    if precision not in ("bfloat16", "float32"):
        raise SystemExit(f"--precision is bfloat16 or float32, not {precision}")
    return getattr(torch, precision)


def rows(folder, name, count):
    """The first `count` rows of a JSONL file."""
    with open(f"{folder}/{name}", encoding="utf-8") as file:
        found = [json.loads(line) for _, line in zip(range(count), file)]
    if len(found) < count:
        raise SystemExit(f"{folder}/{name} has {len(found)} rows of the {count} that are wanted")
    return found


def report(peer, workload, threads, **values):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"peer": peer, "workload": workload, "threads": threads, "peak_bytes": peak, **values}), flush=True)
