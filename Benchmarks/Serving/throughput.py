"""Tokens per second of a running `precis serve` with many clients, beside the engine's own sampling.

    precis serve --port 8080 --threads 2 &
    python throughput.py http://127.0.0.1:8080/v1 path/to/precis [clients] [requests per client]

Standard library only. Alternates server and engine three times and prints the ratio of the medians; both write the
same number of tokens from the same prompt, at temperature 1.
"""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

url, precis = sys.argv[1], sys.argv[2]
clients = int(sys.argv[3]) if len(sys.argv) > 3 else 16
requests = int(sys.argv[4]) if len(sys.argv) > 4 else 2
tokens = 128
prompt = "Write a long story about a lighthouse keeper and the sea."


def post(seed):
    body = {"messages": [{"role": "user", "content": prompt}], "temperature": 1, "max_tokens": tokens, "seed": seed}
    request = urllib.request.Request(url + "/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["usage"]["completion_tokens"]


def served():
    begin = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        drawn = sum(pool.map(post, range(clients * requests)))
    return drawn / (time.monotonic() - begin)


def sampled(count):
    begin = time.monotonic()
    rows = subprocess.run(
        [precis, "sample", "--prompt", prompt, "--n", str(count), "--temperature", "1", "--maximum-tokens", str(tokens)],
        check=True, capture_output=True, text=True).stdout.splitlines()
    return sum(len(json.loads(row)["tokens"]) for row in rows), time.monotonic() - begin


rates = {"server": [], "engine": []}
for _ in range(3):
    rates["server"].append(served())
    # The difference of two runs leaves out starting and loading the model.
    some, short = sampled(clients)
    all_, long = sampled(clients * (requests + 1))
    rates["engine"].append((all_ - some) / (long - short))
medians = {name: statistics.median(values) for name, values in rates.items()}
for name, values in rates.items():
    print(f"{name}: {medians[name]:.0f} tokens/s of {['%.0f' % v for v in values]}")
print(f"server / engine: {medians['server'] / medians['engine']:.2f}")
