"""The openai Python client against a running `precis serve`: every call that the server offers, checked.

    precis serve --port 8080 &
    python openai_client.py http://127.0.0.1:8080/v1

Ends with status 1 at the first difference.
"""

import math
import sys
from concurrent.futures import ThreadPoolExecutor

import openai


def check(what, condition):
    if not condition:
        sys.exit(f"FAILED: {what}")
    print(f"ok  {what}")


client = openai.OpenAI(base_url=sys.argv[1], api_key="unused", max_retries=2)
model = client.models.list().data[0].id
check("models.retrieve", client.models.retrieve(model).id == model)

turn = [{"role": "user", "content": "Name three colours."}]
fixed = dict(model=model, messages=turn, max_tokens=24, temperature=0)
whole = client.chat.completions.create(**fixed)
text = whole.choices[0].message.content
check(f"chat: {text!r}", len(text) > 0 and whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens)
check("greedy is repeatable", client.chat.completions.create(**fixed).choices[0].message.content == text)

pieces = list(client.chat.completions.create(**fixed, stream=True, stream_options={"include_usage": True}))
streamed = "".join(c.choices[0].delta.content or "" for c in pieces if c.choices)
check(f"stream of {len(pieces)} chunks is the whole answer", streamed == text and pieces[-1].usage == whole.usage)

seeded = dict(model=model, messages=turn, max_tokens=16, temperature=1, seed=7, n=3)
first, second = (client.chat.completions.create(**seeded) for _ in range(2))
texts = [c.message.content for c in first.choices]
check("n answers of a seed", texts == [c.message.content for c in second.choices] and len(set(texts)) > 1)

scored = client.chat.completions.create(**fixed, logprobs=True, top_logprobs=5).choices[0].logprobs.content
check("log-probabilities", all(len(t.top_logprobs) == 5 and abs(t.top_logprobs[0].logprob - t.logprob) < 1e-6 for t in scored))
check("tokens spell the answer", b"".join(bytes(t.bytes) for t in scored).decode() == text)

stop = text[len(text) // 2 : len(text) // 2 + 2]
stopped = client.chat.completions.create(**fixed, stop=[stop]).choices[0]
check("stop", stopped.message.content == text[: text.index(stop)] and stopped.finish_reason == "stop")

echo = client.completions.create(model=model, prompt="The capital of France is", max_tokens=0, echo=True, logprobs=0).choices[0]
check("echo", echo.text == "The capital of France is" and echo.logprobs.token_logprobs[0] is None)
check("echoed log-probabilities", all(math.isfinite(v) and v <= 0 for v in echo.logprobs.token_logprobs[1:]))

for wanted, call in {
    openai.BadRequestError: lambda: client.chat.completions.create(model=model, messages=turn, temperature=9),
    openai.NotFoundError: lambda: client.chat.completions.create(model="another", messages=turn),
}.items():
    try:
        call()
        check(wanted.__name__, False)
    except wanted as error:
        check(f"{wanted.__name__}: {error.message[:60]}", True)

with ThreadPoolExecutor(16) as pool:
    def ask(number):
        return client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": f"Count to {number}."}], max_tokens=16, temperature=0
        ).choices[0].message.content

    together = list(pool.map(ask, range(16)))
check("16 clients at once", together[:3] == [ask(n) for n in range(3)])
