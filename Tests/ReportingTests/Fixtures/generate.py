"""Makes the study that the report's tests read: invented rows, shaped like a run's.

    python3 generate.py small > study.json     the fixture of the golden report
    python3 generate.py large > /tmp/big.json  as many articles and systems as a full run, to look at
"""
import json
import math
import random
import sys

NOUNS = """council minister harbour bushfire hospital airline union treaty river festival senator quake market
telescope farmer railway election embassy striker museum bridge vaccine judge pilot glacier""".split()
VERBS = "approved rejected delayed opened closed reported promised inspected replaced warned".split()
PLACES = "Perth Darwin Kabul Jakarta Geneva Hobart Nairobi Lima Oslo Canberra".split()
HOSTILE = [
    "<script>alert(1)</script> | **bold** `code` [a](javascript:alert(1)) <img src=x onerror=alert(1)>",
    "\"quoted\" & 'single' \u202etxet desrever\u202c NUL:\u0000 BEL:\u0007 end\r\nsecond line",
    "W" * 300 + " \ufffd\ufffe zero\u200bwidth $x$ \\input{/etc/passwd} ```\n</style></details>",
]
SYSTEMS = [
    # name, label, kind, round, mean correct of 5, compression, failure rate
    ("original", "SmolLM2-135M-Instruct", "original", 0, 2.05, 0.40, 0.05),
    ("lead-1", "Lead, 1 sentence", "extractive", 0, 1.6, 0.14, 0),
    ("lead-2", "Lead, 2 sentences", "extractive", 0, 2.5, 0.26, 0),
    ("lead-3", "Lead, 3 sentences", "extractive", 0, 3.1, 0.38, 0),
    ("prompt-1", "Prompt, 1 sentence", "prompted", 0, 1.7, 0.31, 0.05),
    ("prompt-short", "Prompt, “be brief”", "prompted", 0, 1.8, 0.35, 0.03),
    ("best-of-10", "Best of 10", "bestOfN", 0, 2.9, 0.29, 0),
    ("sft", "SFT on chosen", "sft", 1, 2.15, 0.37, 0.02),
    ("dpo", "DPO, beta 0.1, lr 2e-5", "dpo", 1, 2.6, 0.22, 0.01),
    ("dpo-2", "DPO, round 2", "dpo", 2, 2.7, 0.17, 0.03),
    ("lora", "LoRA, rank 64", "lora", 1, 2.4, 0.25, 0.06),
    ("endpoint-2", "Larger model, 2 sentences", "endpoint", 0, 3.2, 0.21, 0),
    ("endpoint-4", "Larger model, 4 sentences", "endpoint", 0, 3.9, 0.39, 0),
]

NOTEBOOK = """// %% [markdown]
// # Baselines
// Measures what needs no training.

import Study

struct Baseline: Experiment {
    static func run(_ study: Study) async throws {
        // %% [markdown]
        // ## Lead sentences
        // The first sentences of a news text are hard to beat.
        // %%
        try await study.evaluate(lead: 2)
    }
}
"""


def sentence(rng, words):
    out = []
    while len(out) < words:
        out += ["The", rng.choice(NOUNS), "of", rng.choice(PLACES), rng.choice(VERBS), "the", rng.choice(NOUNS)]
    return " ".join(out[:words]).capitalize() + "."


def text(rng, words):
    parts = []
    while words > 0:
        size = min(words, rng.randint(9, 16))
        parts.append(sentence(rng, size))
        words -= size
    return " ".join(parts)


def questions(rng):
    return [{
        "question": f"Which place {rng.choice(VERBS)} the {rng.choice(NOUNS)}?",
        "options": rng.sample(PLACES, 5), "answer": rng.randrange(5),
    } for _ in range(5)]


def outcome(rng, article, ease, correct_mean, compression, failure_rate):
    words = max(4, round(article["words"] * compression * math.exp(rng.gauss(0, 0.25))))
    judged = []
    for question in article["questions"]:
        share = min(0.97, max(0.03, correct_mean / 5 + ease))
        draw = rng.random()
        given = question["answer"] if draw < share else None
        if given is None and rng.random() < 0.4:
            given = (question["answer"] + 1 + rng.randrange(4)) % 5
        judged.append({**question, **({} if given is None else {"given": given})})
    failures = []
    if rng.random() < failure_rate:
        failures = [rng.choice(["tokenLimit", "repetition", "invalidCharacters", "empty"])]
    result = {
        "articleID": article["id"], "article": article["text"], "articleWords": article["words"],
        "summary": "" if "empty" in failures else text(rng, words),
        "summaryWords": 0 if "empty" in failures else words, "questions": judged, "failures": failures,
    }
    if "empty" not in failures:
        result["correct"] = sum(q.get("given") == q["answer"] for q in judged)
    return result


def curve(rng, method, beta, rate, steps):
    """A training's metrics; one at a high rate ends early, and every fourth step also measures held-out articles."""
    diverged = rate >= 1e-4
    points = []
    for step in range(1, 1 + (steps // 2 if diverged else steps)):
        t = step / steps
        margin = rate / 2e-5 * (1 - math.exp(-3 * t)) + rng.gauss(0, 0.1)
        metrics = {
            "loss": math.log(2) - 0.35 * t + rng.gauss(0, 0.05) + (40 * t**3 if diverged else 0), "rewards/margins": margin,
            "rewards/accuracies": min(1, max(0, 0.5 + 0.3 * t + rng.gauss(0, 0.1))),
            "logps/chosen": -60 - 5 * t + rng.gauss(0, 4), "logps/rejected": -75 - 20 * t + rng.gauss(0, 5),
            "kl": 2 * t + abs(rng.gauss(0, 0.1)),
        }
        if step % max(1, steps // 4) == 0:
            metrics |= {
                "eval_loss": math.log(2) - 0.25 * t + rng.gauss(0, 0.02), "eval_rewards/margins": 0.8 * margin,
                "eval_rewards/accuracies": 0.5 + 0.2 * t, "eval_win_rate": 0.5 + 0.2 * t + rng.gauss(0, 0.03),
                "eval_accuracy": 0.4 + 0.1 * t, "eval_words": 70 - 20 * t, "eval_truncated": 0.3,
            }
        points.append({"step": step, "metrics": metrics})
    label = {"dpo": "DPO", "lora": "LoRA rank 64"}[method] + f" (beta {beta}, lr {rate:g})"
    return {"name": f"{method}-{beta}-{rate:g}", "label": label, "experiment": "beta-sweep" if method == "dpo" else "lora-rank64",
            "diverged": diverged, "points": points}


# Share of answers that are right and that are "Unsure", by passage.
PASSAGES = {
    "full article": (0.96, 0.03), "best sample": (0.6, 0.3), "first 3 sentences": (0.5, 0.4), "first 2 sentences": (0.4, 0.5),
    "first sentence": (0.25, 0.7), "another article": (0.03, 0.93), "nothing": (0, 1),
}
KINDS = "person place number date".split()


def readings(rng, articles, split):
    """The judge's calibration: a reading that is right mostly is so for every reader, so that readers agree."""
    result = []

    def read(reader, asked, passage, article, index, answer, right, unsure):
        draw = rng.random()
        choice = answer if draw < right else None if draw < right + unsure else (answer + 1 + rng.randrange(4)) % 5
        result.append({
            "split": split, "reader": reader, "questions": asked, "passage": passage, "articleID": article["id"], "question": index,
            "kind": KINDS[(index + len(article["id"])) % 4], "answer": answer, **({} if choice is None else {"choice": choice}),
            **({"defect": "unreadable answer"} if reader == "letters" and choice is None and index == 4 else {}),
        })

    for article in articles:
        for passage, (right, unsure) in PASSAGES.items():
            if passage == "best sample" and split != "test":
                continue
            for index, question in enumerate(article["questions"]):
                answer = question["answer"]
                read("judge", "asked", passage, article, index, answer, 1 if passage == "full article" else right, unsure)
                if passage in ("full article", "first 3 sentences", "another article"):
                    read("paraphrase", "asked", passage, article, index, answer, right, unsure)
                    if split == "test":
                        read("letters", "asked", passage, article, index, answer, 0.25, 0.3)
                if passage in ("another article", "nothing"):
                    read("forced", "asked", passage, article, index, answer, 0.2, 0)
            if split == "test" and passage in ("full article", "another article", "nothing"):
                for index in range(7):
                    read("judge", "candidates", passage, article, index, rng.randrange(5), right, unsure)
    return result


def evidence(made, development, rows):
    """What is known of the judge: drawn apart, so that the rest of the study does not depend on it."""
    rng = random.Random(len(made))

    def gaming(name, label, summary, correct, failures):
        return {
            "name": "gaming-" + name, "label": label, "kind": "gaming", "round": 0, "experiment": "baseline", "runID": "r1",
            "outcomes": [{
                "articleID": a["id"], "article": a["text"], "articleWords": a["words"], "summary": summary(a),
                "summaryWords": len(summary(a).split()), "correct": correct(a), "failures": failures,
                "questions": [{**q, **({"given": q["answer"]} if i < correct(a) else {})} for i, q in enumerate(a["questions"])],
            } for a in made]}

    return {
        "readings": readings(rng, made, "test") + readings(rng, development, "development"),
        "gaming": [
            gaming("empty", "Empty text", lambda a: "", lambda a: 0, ["empty"]),
            gaming("name-list", "List of the article's names", lambda a: ", ".join(PLACES) + ".", lambda a: a["words"] % 4, []),
            gaming("article-copy", "Copy of the article", lambda a: a["text"], lambda a: 5, ["tooLong"]),
        ],
        "fluency": {
            "threshold": 8.07, "quantile": 0.99, "passageCount": 482,
            "summaries": [
                {"system": name, "label": label, "articleID": a["id"], "perWord": round(rng.gauss(mean, 0.6), 3)}
                for name, label, mean in [(r["name"], r["label"], 4.5) for r in rows] + [("gaming-name-list", "List of the article's names", 8.5)]
                for a in made
            ]},
        "rule": {
            "rule": {"unaidedWeight": 0.1, "minimumPosterior": 0.7, "minimumGain": 0, "minimumAdvantage": 3.5, "maximumUnaidedPosterior": 0.7},
            "goals": {"maximumCorrectFromOther": 0.03, "minimumUnsureFromOther": 0.93}, "articleCount": 12,
            "fullArticle": {"correct": 152, "wrong": 1, "unsure": 7}, "otherArticle": {"correct": 3, "wrong": 6, "unsure": 151}},
        "defects": {"answers": 1200, "reasons": [{"reason": "unreadable answer", "count": 14}, {"reason": "no answer | at all", "count": 5}]},
        "reading": {"prompted": 285, "cutInPrompt": 3, "judged": 260, "cutForJudge": 0},
    }


def study(seed, articles, words, systems, betas, rates, steps):
    rng = random.Random(seed)
    made = []
    for index in range(articles):
        count = rng.randint(words // 2, words * 3 // 2)
        made.append({"id": f"lee-{index:03d}", "text": text(rng, count), "words": count, "questions": questions(rng)})
    ease = [rng.gauss(0, 0.12) for _ in made]

    def outcomes(values):
        return [outcome(rng, a, e, *values) for a, e in zip(made, ease)]

    chosen = [s for s in SYSTEMS if s[0] in systems]
    rows = [{
        "name": name, "label": label, "kind": kind, "round": round_, "experiment": "beta-sweep" if round_ else "baseline",
        "runID": "r2" if round_ else "r1", "outcomes": outcomes((correct, compression, failure)),
    } for name, label, kind, round_, correct, compression, failure in chosen]
    for row, hostile in zip(rows[:len(HOSTILE)], HOSTILE):
        row["outcomes"][0]["summary"] = hostile
    development = made[: max(6, articles // 2)]
    sweep = []
    base = [outcome(rng, a, e, 2.05, 0.40, 0.05) for a, e in zip(development, ease)]
    for method, rank in (("dpo", None), ("lora", 64)):
        if rank and "lora" not in systems:
            continue
        for beta in betas if rank is None else betas[:1]:
            for rate in rates:
                gain = 0.6 - 0.35 * abs(math.log10(rate / 2e-5)) - 0.3 * abs(math.log10(beta / 0.1))
                diverged = rate >= 1e-4 and beta <= 0.03
                cell = {
                    "method": method, "beta": beta, "learningRate": rate, "diverged": diverged,
                    "isChosen": rank is None and beta == betas[len(betas) // 2] and rate == rates[(len(rates) - 1) // 2],
                    "outcomes": [outcome(rng, a, e, 2.05 + gain, 0.40 - 0.18 * max(0, gain), 0.5 if diverged else 0.03)
                                 for a, e in zip(development, ease)],
                    "originalOutcomes": base,
                }
                if rank:
                    cell["rank"] = rank
                if rate >= 5e-4:
                    cell["outcomes"] = []
                for field in ("outcomes", "originalOutcomes"):
                    cell[field] = [{**o, "article": "", "summary": "", "questions": []} for o in cell[field]]
                sweep.append(cell)
    curves = []
    for method, rank in (("dpo", None), ("lora", 64)):
        if rank and "lora" not in systems:
            continue
        for beta in betas if rank is None else betas[:1]:
            for rate in rates if rank is None else rates[-2:]:
                curves.append(curve(rng, method, beta, rate, steps))
    details = {"model": "SmolLM2-135M-Instruct Q4_1", "judge": "cloze", "preset": "quick", "numeric mode": "fp32",
               "commit": "0123abcd", "machine": "2 cores, AVX2", "seed": "21"}
    steps_ = [("sample", 212.4), ("judge", 95.2), ("pair", 0.4), ("train", 402.9), ("evaluate", 61.0)]
    return {
        "title": "Preference tuning of SmolLM2-135M for short summaries",
        "provenance": [{
            "experiment": "beta-sweep" if index > 2 else "baseline", "runID": "r2" if index > 2 else "r1", "step": step,
            "key": f"{index}f3a9c1b7d5e24680" * 4, "reason": "new" if index else "settings changed: articles",
            "seconds": seconds, "details": {**details, "step seed": str(100 + index)},
        } for index, (step, seconds) in enumerate(steps_)],
        "systems": rows, "originalSystem": "original", "trainings": curves, "sweeps": sweep,
        "articleDrops": [
            {"reason": "used", "count": 285}, {"reason": "shorter than the length limit", "count": 14},
            {"reason": "same text as an earlier article", "count": 1}],
        "questionDrops": [{"reason": "kept", "count": 260}, {"reason": "fewer than five facts | names", "count": 40}],
        "candidateFates": [
            {"reason": "not needed", "count": 1790}, {"reason": "asked", "count": 1300},
            {"reason": "answerable from the statement alone", "count": 640}, {"reason": "not answered right from the article", "count": 210}],
        "pairTypes": [{"reason": "moreAccurate", "count": 180}, {"reason": "shorterBothAtLeast3", "count": 120}],
        "deviations": ["Model: SmolLM2-135M-Instruct instead of Mistral-7B-Instruct-v0.1.",
                       "Judge: cloze questions answered by log-likelihood, not Llama-3-70B."],
        "rootSeed": 21, "judge": evidence(made, development, rows),
        "notebooks": [{"experiment": "baseline", "runID": "r1", "source": NOTEBOOK, "steps": [
            {"name": "evaluate", "line": 13, "reason": "new",
             "output": "| system | rate |\n| :--- | ---: |\n| lead | 55 % |"}]}],
    }


if sys.argv[1] == "small":
    result = study(7, 8, 24, {"original", "lead-2", "prompt-1", "sft", "dpo", "lora"}, [0.03, 0.1, 0.3], [2e-5, 5e-4], 8)
else:
    result = study(3, 100, 190, {s[0] for s in SYSTEMS}, [0.01, 0.03, 0.1, 0.3], [1e-5, 4e-5, 1e-4], 40)
json.dump(result, sys.stdout, ensure_ascii=True, indent=None, sort_keys=True)
print()
