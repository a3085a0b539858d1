#!/usr/bin/env python3
"""Tokens per second that `precis serve` gives many clients at once, beside the engine's own sampling.

    swift build -c release && Benchmarks/Serving/throughput.py [--clients 16] [--threads N] [--rounds 3] [--json FILE]

Two workloads: short questions, where every millisecond beside the decoding shows, and articles to summarise. A round
runs the engine by itself (`engine-benchmark sample`, batch = clients), the server with whole answers, and the server
with streamed ones, on the same prompts, settings, lengths and number of threads; prompts are read in each and none
is used twice. The figure is the ratio of the medians over the rounds. Standard library only.
"""
import argparse
import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("PRECIS_CACHE")
                     or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "precis")
THINGS = ["a lighthouse", "a harbour at night", "two brothers", "the last train", "a lost map", "the old library", "a storm at sea",
          "a quiet village", "the first snow", "a stolen painting", "an empty theatre", "a long winter", "the river", "a broken clock"]


def questions(count, start):
    return [f"Story {start + i}: write a long story about {THINGS[(start + i) % len(THINGS)]} and a traveller of {20 + start + i}."
            for i in range(count)]


def articles(count, start):
    lines = (CACHE / "lee_background.cor").read_text(encoding="utf-8").splitlines()
    return [f"Summarise the article in at most two sentences.\n\n{lines[(start + i) % len(lines)]}" for i in range(count)]


class Server:
    def __init__(self, options):
        self.process = subprocess.Popen(
            [str(options.bin / "precis"), "serve", "--port", "0", "--threads", str(options.threads)],
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"serving (\S+) at http://127\.0\.0\.1:(\d+)/v1", line):
                self.model, self.port = found[1], int(found[2])
                break
        else:
            sys.exit("precis serve ended before it listened")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.rate(["Hello"] * options.clients, 4, options.clients, False)

    def ask(self, connection, prompt, seed, tokens, stream):
        body = {"model": self.model, "messages": [{"role": "user", "content": prompt}], "temperature": 0.8, "top_p": 0.95,
                "max_tokens": tokens, "ignore_eos": True, "seed": seed}
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"status {answer.status}: {text[:300]!r}")
        last = text.split(b"\n\n")[-3].removeprefix(b"data: ") if stream else text
        return json.loads(last)["usage"]["completion_tokens"]

    def rate(self, prompts, tokens, clients, stream):
        """Tokens per second of `clients` clients that ask one question after the other."""
        drawn = [0] * clients

        def client(number):
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
            for index in range(number, len(prompts), clients):
                drawn[number] += self.ask(connection, prompts[index], index, tokens, stream)
            connection.close()

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - begin
        if sum(drawn) != len(prompts) * tokens:
            sys.exit(f"{sum(drawn)} tokens were drawn, not {len(prompts) * tokens}")
        return sum(drawn) / seconds

    def stop(self):
        self.process.terminate()
        self.process.wait()


def engine(options, prompts, tokens):
    with tempfile.TemporaryDirectory() as folder:
        rows = [json.dumps({"prompt": [{"role": "user", "content": text}], "article": ""}) for text in prompts]
        pathlib.Path(folder, "prompts.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        done = subprocess.run(
            [str(options.bin / "engine-benchmark"), "sample", "--data", folder, "--prompts", str(len(prompts)), "--samples", "1",
             "--tokens", str(tokens), "--batch", str(options.clients), "--threads", str(options.threads), "--repeats", "1"],
            check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])["sampled_tokens_per_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--requests", type=int, default=2, help="requests of each client in a round")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workload", choices=["questions", "articles"], action="append")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / ".build/release")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    results = {"clients": options.clients, "threads": options.threads, "load_at_start": os.getloadavg()[0]}
    server = Server(options)
    try:
        for name in options.workload or ["questions", "articles"]:
            make, tokens = {"questions": (questions, 128), "articles": (articles, 96)}[name]
            count = options.clients * options.requests
            rates = {"engine": [], "server": [], "server, streamed": []}
            for number in range(options.rounds):
                start = 2 * number * count
                rates["engine"].append(engine(options, make(count, start), tokens))
                rates["server"].append(server.rate(make(count, start), tokens, options.clients, False))
                rates["server, streamed"].append(server.rate(make(count, start + count), tokens, options.clients, True))
                shown = ", ".join(f"{key} {values[-1]:.0f}" for key, values in rates.items())
                print(f"{name}, round {number + 1}: {shown} tokens/s", flush=True)
            medians = {key: statistics.median(values) for key, values in rates.items()}
            for key, values in rates.items():
                print(f"{name}: {key}: {medians[key]:.0f} tokens/s of {[round(value) for value in values]}, "
                      f"{medians[key] / medians['engine']:.2f} of the engine", flush=True)
            results[name] = {"tokens_per_s": rates, "server_over_engine": medians["server"] / medians["engine"],
                             "streamed_over_engine": medians["server, streamed"] / medians["engine"]}
    finally:
        server.stop()
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
