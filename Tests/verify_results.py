#!/usr/bin/env python3
"""Recomputes a study's numbers from its exported rows, independently of the package's own code.

    python3 Tests/verify_results.py results.csv [--original NAME]
    python3 Tests/verify_results.py results.csv --against results.json

The rows are CSV with a header, or JSON lines, one per article and system:

    article        the article's id
    system         the system's name
    words          words of the summary
    article_words  words of the article
    correct        questions answered correctly; empty or null when the judge gave no answer
    failures       names of failures separated by spaces (a list in JSON lines); empty when there is none
    questions      number of questions, optional, 5 by default

Prints the numbers as JSON. With --against it compares them with the point estimates and counts in a
report's results.json, prints every difference, and exits with 1 when there is one. What that file states of
the judge, of texts that game the metric, of fluency and of sweeps is then recomputed from judge.csv, gaming.csv,
fluency.csv and sweeps.csv beside it, Wilson's intervals and the choice of each sweep's setting included; kappa's
interval by a bootstrap of our own, which may differ by five standard errors of the two simulations. What it states
of experiments on instructions is recomputed from responses.csv in the same way, apart from intervals. Exits with 2
when the rows are not usable. Standard library only.

Rules: a summary that is empty, has invalid characters, is as long as the article, or got no answer
from the judge has no correct answer, a compression of 1, and loses to any summary that is none of these.
"""

import argparse
import collections
import csv
import json
import math
import os
import random
import statistics
import sys

DRAWS = 2000
NO_SUMMARY = {"empty", "invalidCharacters", "tooLong", "judgeFailed"}


class Unusable(Exception):
    pass


def number(row, name, where, optional=False):
    value = row.get(name)
    if value is None or value == "":
        if optional:
            return None
        raise Unusable(f"{where}: no {name}")
    try:
        whole = int(value)
    except (TypeError, ValueError):
        whole = -1
    if whole < 0 or str(whole) != str(value):
        raise Unusable(f"{where}: {name} is {value!r}, not a count")
    return whole


def read(path, name=lambda raw: raw.get("system")):
    """{system: {article: row}}"""
    with open(path, newline="", encoding="utf-8") as file:
        first = file.read(1)
        file.seek(0)
        lines = (json.loads(line) for line in file if line.strip()) if first == "{" else csv.DictReader(file)
        systems = {}
        for index, raw in enumerate(lines, 1):
            where = f"{path}, row {index}"
            failures = raw.get("failures") or []
            if isinstance(failures, str):
                failures = failures.split()
            failures = set(failures)
            correct = number(raw, "correct", where, optional=True)
            questions = number(raw, "questions", where, optional=True) or 5
            if correct is not None and correct > questions:
                raise Unusable(f"{where}: {correct} of {questions} questions are correct")
            counts = correct is not None and not failures & NO_SUMMARY
            words, article_words = number(raw, "words", where), number(raw, "article_words", where)
            system, article = name(raw), raw.get("article")
            if not system or not article:
                raise Unusable(f"{where}: no system or no article")
            rows = systems.setdefault(system, {})
            if article in rows:
                raise Unusable(f"{where}: a second row of {system} for article {article}")
            counts = counts and article_words > 0
            rows[article] = {
                "counts": counts,
                "failed": bool(failures) or not counts,
                "correct": correct if counts else 0,
                "questions": questions,
                "words": words,
                "compression": words / article_words if counts else 1.0,
                "failures": failures | ({"judgeFailed"} if correct is None and "empty" not in failures else set()),
            }
    if not systems:
        raise Unusable(f"{path}: no rows")
    return systems


def verdict(a, b, variant):
    """(+1, 0 or -1 for the first, the reason)"""

    def shorter(reason):
        if a["words"] == b["words"]:
            return 0, "undecided"
        return (1 if a["words"] < b["words"] else -1), reason

    if not (a["counts"] and b["counts"]):
        return int(a["counts"]) - int(b["counts"]), "onlyValid"
    if min(a["correct"], b["correct"]) >= 3:
        if variant == "training" and abs(a["words"] - b["words"]) < 3:
            return 0, "undecided"
        return shorter("shorterBothAtLeast3")
    if a["correct"] != b["correct"]:
        return (1 if a["correct"] > b["correct"] else -1), "moreAccurate"
    return (0, "undecided") if variant == "training" else shorter("shorterLowTie")


def compare(rows, original, variant):
    """Wins, ties and losses, and what decided the wins and the losses."""
    counts = {"wins": 0, "ties": 0, "losses": 0}
    won, lost = collections.Counter(), collections.Counter()
    for article, row in rows.items():
        result, reason = verdict(row, original[article], variant)
        counts["wins" if result > 0 else "losses" if result < 0 else "ties"] += 1
        if result != 0:
            (won if result > 0 else lost)[reason] += 1
    return counts, dict(won), dict(lost)


def summarise(rows, original):
    n = len(rows)
    values = list(rows.values())

    def mean(value):
        return sum(value(row) for row in values) / n

    def median_compression(of):
        return statistics.median(row["compression"] for row in of.values())

    metrics = {
        "accuracy": mean(lambda row: row["correct"] / row["questions"]),
        "at_least_3": mean(lambda row: row["correct"] >= 3),
        "at_least_4": mean(lambda row: row["correct"] >= 4),
        "median_compression": median_compression(rows),
        "mean_compression": mean(lambda row: row["compression"]),
        "mean_words": mean(lambda row: row["words"]),
        "failed": mean(lambda row: row["failed"]),
    }
    names = set().union(*(row["failures"] for row in values))
    result = {
        "articles": n,
        "metrics": metrics,
        "failures": {name: sum(name in row["failures"] for row in values) for name in sorted(names)},
    }
    if original is not None and original is not rows:
        if set(original) != set(rows):
            raise Unusable(f"measured on other articles than the original: {sorted(set(original) ^ set(rows))[:5]}")
        share = [row["correct"] / row["questions"] - original[a]["correct"] / original[a]["questions"] for a, row in rows.items()]
        metrics["accuracy_difference"] = sum(share) / n
        metrics["compression_difference"] = median_compression(rows) - median_compression(original)
        result["wins"], result["winsByReason"], result["lossesByReason"] = {}, {}, {}
        for variant in ("article", "training", "evaluation"):
            counts, won, lost = compare(rows, original, variant)
            result["wins"][variant], result["winsByReason"][variant], result["lossesByReason"][variant] = counts, won, lost
            metrics[f"win_rate_{variant}"] = (counts["wins"] + counts["ties"] / 2) / n
    return result


def frontier(systems):
    points = {name: (s["metrics"]["median_compression"], s["metrics"]["accuracy"]) for name, s in systems.items()}

    def dominated(x, y):
        return any(a <= x and b >= y and (a, b) != (x, y) for a, b in points.values())

    return sorted(name for name, point in points.items() if not dominated(*point))


# The judge's calibration


def read_readings(path):
    with open(path, newline="", encoding="utf-8") as file:
        readings = []
        for index, row in enumerate(csv.DictReader(file), 1):
            where = f"{path}, row {index}"
            for name in ("split", "reader", "questions", "passage", "article"):
                if not row.get(name):
                    raise Unusable(f"{where}: no {name}")
            row["question"], row["answer"] = number(row, "question", where), number(row, "answer", where)
            row["choice"] = number(row, "choice", where, optional=True)
            readings.append(row)
    return readings


def shares(readings):
    """{(split, reader, questions, passage): answers and the shares that are correct, unsure and wrong}"""
    groups = collections.defaultdict(list)
    for row in readings:
        groups[row["split"], row["reader"], row["questions"], row["passage"]].append(row)
    return {
        key: {
            "answers": len(rows),
            "correct": sum(row["choice"] == row["answer"] for row in rows) / len(rows),
            "unsure": sum(row["choice"] is None for row in rows) / len(rows),
            "wrong": sum(row["choice"] not in (None, row["answer"]) for row in rows) / len(rows),
        }
        for key, rows in groups.items()
    }


def kappa(table):
    """(kappa or None, chance) of a Counter of pairs of labels (J. Cohen 1960)."""
    n = sum(table.values())
    first, second = collections.Counter(), collections.Counter()
    for (a, b), count in table.items():
        first[a] += count
        second[b] += count
    observed = sum(count for (a, b), count in table.items() if a == b) / n
    chance = sum(first[label] * second[label] for label in first) / n**2
    return (None if chance >= 1 - 1e-12 else (observed - chance) / (1 - chance)), chance


def agreement(readings, reader, confidence):
    """How far another reader agrees with the judge on the test articles' questions; None without common answers."""
    rows = [row for row in readings if row["split"] == "test" and row["questions"] == "asked"]

    def key(row):
        return row["passage"], row["article"], row["question"]

    own = {key(row): row["choice"] for row in rows if row["reader"] == "judge"}
    by_article = collections.defaultdict(collections.Counter)
    for row in rows:
        if row["reader"] == reader and key(row) in own:
            by_article[row["article"]][own[key(row)], row["choice"]] += 1
    if not by_article:
        return None
    total = sum(by_article.values(), collections.Counter())
    value, chance = kappa(total)
    tables = [by_article[article] for article in sorted(by_article)]
    random_numbers = random.Random(1)
    draws = []
    for _ in range(DRAWS):
        drawn = collections.Counter()
        for table in random_numbers.choices(tables, k=len(tables)):
            drawn.update(table)
        draws.append(kappa(drawn)[0])
    defined = sorted(draw for draw in draws if draw is not None)
    interval = None
    if value is not None and len(tables) > 1 and 2 * len(defined) >= DRAWS:
        tail = (1 - confidence) / 2
        interval = [defined[round((len(defined) - 1) * share)] for share in (tail, 1 - tail)]
    return {
        "answers": sum(total.values()),
        "agreeing": sum(count for (a, b), count in total.items() if a == b) / sum(total.values()),
        "chance": chance,
        "kappa": value,
        "interval": interval,
    }


def judge_differences(folder, stated):
    readings = read_readings(os.path.join(folder, "judge.csv"))
    ours = shares(readings)
    theirs = {(g["split"], g["reader"], g["questions"], g["passage"]): g for g in stated["judge"]["passages"]}
    for key in sorted(set(ours) ^ set(theirs)):
        yield f"judge {key}: " + ("not stated" if key in ours else "has no rows")
    for key in sorted(set(ours) & set(theirs)):
        group = theirs[key]
        flat = {"answers": group["answers"]} | {name: group[name]["value"] for name in ("correct", "unsure", "wrong")}
        yield from check("judge " + ", ".join(key), ours[key], flat)
    theirs = {a["reader"]: a for a in stated["judge"]["agreement"]}
    for reader in ("paraphrase", "letters"):
        own, other = agreement(readings, reader, stated["confidence"]), theirs.get(reader)
        if own is None or other is None:
            if own is not other:
                yield f"agreement with {reader}: " + ("not recomputed" if own is None else "not stated")
            continue
        interval = own.pop("interval")
        value = other.get("kappa")
        flat = {"answers": other["answers"], "agreeing": other["agreeing"]["value"], "chance": other["chance"]}
        yield from check(f"agreement with {reader}", own, flat | {"kappa": value and value["value"]})
        if (interval is None) != (value is None or value.get("lower") is None):
            yield f"agreement with {reader}: an interval of kappa is " + ("not recomputed" if interval is None else "not stated")
        elif interval is not None:
            # Standard error of a 2.5 % point by simulation: 2.67 standard deviations over the root of the draws.
            slack = 5 * 0.68 * (interval[1] - interval[0]) * math.sqrt(1 / DRAWS + 1 / stated["draws"]) + 1e-9
            for name, bound in zip(("lower", "upper"), interval):
                if abs(value[name] - bound) > slack:
                    yield f"agreement with {reader} {name} end of kappa: recomputed {bound} +- {slack}, stated {value[name]}"


def fluency_differences(folder, stated):
    path = os.path.join(folder, "fluency.csv")
    values = collections.defaultdict(list)
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            values[row["system"]].append(float(row["nats_per_word"]))
    threshold = stated["fluency"]["threshold"]
    theirs = {system["name"]: system for system in stated["fluency"]["systems"]}
    for name in sorted(set(values) | set(theirs)):
        own = values.get(name, [])
        other = theirs.get(name, {})
        ours = {"measured": len(own), "notFluent": sum(value > threshold for value in own)}
        yield from check(f"fluency of {name}", ours, {key: other.get(key) for key in ours})


# Experiments on instructions


def read_responses(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for index, row in enumerate(rows, 1):
        where = f"{path}, row {index}"
        row["words"], row["cut_off"] = number(row, "words", where), number(row, "cut_off", where) == 1
        row["score"] = float(row["score"]) if row["score"] else None
        row["readings"] = [None if reading == "-" else float(reading) for reading in row["readings"].split()]
        row["measures"] = json.loads(row["measures"])
    return rows


def grouped(rows):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row["instruction"]].append(row)
    return groups


def mean_over(rows, value):
    """Mean over instructions of the mean over the responses that have the value; None without any."""
    means = []
    for group in grouped(rows).values():
        values = [value(row) for row in group if value(row) is not None]
        if values:
            means.append(sum(values) / len(values))
    return sum(means) / len(means) if means else None


def tied_share(rows, value):
    """Share of the instructions with two values or more whose values are all equal; None without any."""
    groups = [[value(row) for row in group if value(row) is not None] for group in grouped(rows).values()]
    groups = [values for values in groups if len(values) > 1]
    return sum(min(values) == max(values) for values in groups) / len(groups) if groups else None


def mean_reading(row):
    read = [reading for reading in row["readings"] if reading is not None]
    return sum(read) / len(read) if read else None


def round_numbers(rows, stated):
    """What results.json states of a round, from its rows."""
    total = len(rows)
    readings = [reading for row in rows for reading in row["readings"]]
    deviations = []
    for group in grouped(rows).values():
        scores = [row["score"] for row in group if row["score"] is not None]
        if len(scores) > 1:
            deviations.append(statistics.stdev(scores))
    pairs = collections.defaultdict(dict)
    for row in rows:
        if row["role"]:
            pairs[row["instruction"]][row["role"]] = row
    lengths = [(pair["chosen"]["words"], pair["rejected"]["words"]) for pair in pairs.values()]
    unequal = [(chosen, rejected) for chosen, rejected in lengths if chosen != rejected]
    asked = len(pairs) + sum(stated["pairDrops"].values())
    numbers = {
        "responses": total,
        "pairs": len(pairs),
        "words": mean_over(rows, lambda row: row["words"]),
        "score": None if stated["isRelative"] else mean_over(rows, lambda row: row["score"]),
        "cutOff": sum(row["cut_off"] for row in rows) / total,
        "unscored": sum(row["score"] is None for row in rows) / total,
        "parsed": sum(reading is not None for reading in readings) / len(readings) if readings else None,
        "expected": mean_over(rows, lambda row: row["measures"].get("expected")),
        "spread": sum(deviations) / len(deviations) if deviations else None,
        "ties": stated["pairDrops"].get("tie", 0) / asked if asked else None,
        "chosenIsLonger": sum(chosen > rejected for chosen, rejected in unequal) / len(unequal) if unequal else None,
        "chosenCutOff": sum(pair["chosen"]["cut_off"] for pair in pairs.values()),
        "rejectedCutOff": sum(pair["rejected"]["cut_off"] for pair in pairs.values()),
    }
    for name in {name for row in rows for name in row["measures"]}:
        if name.startswith("unread: "):
            count = sum(row["measures"].get(name, 0) for row in rows)
            numbers[f"measure {name}"] = count / len(readings) if readings else None
        else:
            numbers[f"measure {name}"] = mean_over(rows, lambda row: row["measures"].get(name))
    for reading in readings:
        if reading is not None:
            numbers[f"reading {reading:g}"] = numbers.get(f"reading {reading:g}", 0) + 1
    for bin in stated["histogram"]:
        # Ends are sums of rounded steps, so a score at one is given the benefit of the doubt.
        inside = [row["score"] for row in rows if row["score"] is not None]
        slack = 1e-9 * max(1, abs(bin["below"]))
        low = sum(bin["from"] + slack <= score < bin["below"] - slack for score in inside)
        high = sum(bin["from"] - slack <= score < bin["below"] + slack for score in inside)
        numbers[f"bin {bin['from']}"] = min(max(bin["responses"], low), high)
    equal = {
        "The score": lambda row: row["score"],
        "Mean of the written scores": mean_reading,
        "Expected score": lambda row: row["measures"].get("expected"),
    }
    return numbers | {f"equal {name}": tied_share(rows, value) for name, value in equal.items()}


def stated_round(stated):
    names = ("responses", "pairs", "words", "score", "cutOff", "unscored", "parsed", "expected", "spread", "ties",
             "chosenIsLonger", "chosenCutOff", "rejectedCutOff")
    flat = {name: stated.get(name) for name in names}
    flat |= {f"measure {name}": value for name, value in stated["measures"].items()}
    flat |= {f"equal {name}": value for name, value in stated["equal"].items()}
    flat |= {f"reading {name}": count for name, count in stated["readings"].items() if count and name[0].isdigit()}
    flat |= {f"bin {bin['from']}": bin["responses"] for bin in stated["histogram"]}
    return {name: value["value"] if isinstance(value, dict) else value for name, value in flat.items()}


def comparison_numbers(rows, stated):
    sides = collections.defaultdict(dict)
    for row in rows:
        sides[row["instruction"]][row["role"]] = row
    scores = [(side["challenger"]["score"], side["opponent"]["score"]) for side in sides.values()]
    known = [(a, b) for a, b in scores if a is not None and b is not None]
    wins, losses = sum(a > b for a, b in known), sum(a < b for a, b in known)
    words = [side["challenger"]["words"] - side["opponent"]["words"] for side in sides.values()]
    relative = "scoreDifference" not in stated
    return {
        "wins": wins,
        "losses": losses,
        "ties": len(sides) - wins - losses,
        "winRate": (wins + (len(sides) - wins - losses) / 2) / len(sides),
        "wordDifference": sum(words) / len(words),
        "scoreDifference": None if relative or not known else sum(a - b for a, b in known) / len(known),
    }


def response_differences(folder, stated):
    rows = read_responses(os.path.join(folder, "responses.csv"))
    for experiment in stated["responses"]:
        name = experiment["experiment"]
        own = [row for row in rows if row["experiment"] == name]
        for entry in experiment["rounds"]:
            part = [row for row in own if row["set"] == "training" and row["round"] == str(entry["round"])]
            yield from check(f"{name} round {entry['round']}", round_numbers(part, entry), stated_round(entry))
        for entry in experiment["comparisons"]:
            part = [row for row in own if row["set"] == entry["name"]]
            ours = comparison_numbers(part, entry)
            theirs = {key: entry.get(key) for key in ours}
            theirs = {key: value["value"] if isinstance(value, dict) else value for key, value in theirs.items()}
            yield from check(f"{name}, {entry['name']}", ours, theirs)
        labels = {entry["name"]: entry for entry in experiment["comparisons"]}
        for policy in experiment["policies"]:
            # The first comparison by this ranker that has the policy on either side.
            sides = [(entry, role) for entry in labels.values() if entry["ranker"] == policy["ranker"]
                     for role in ("opponent", "challenger") if entry[role] == policy["name"]]
            part = [row for row in own if sides and row["set"] == sides[0][0]["name"] and row["role"] == sides[0][1]]
            ours = {"score": mean_over(part, lambda row: row["score"]), "words": mean_over(part, lambda row: row["words"])}
            theirs = {key: policy.get(key) and policy[key]["value"] for key in ours}
            yield from check(f"{name}, {policy['name']} by {policy['ranker']}", ours, theirs)


# Sweeps


def sweep_differences(folder, stated):
    """Of every setting what it achieved on development articles, and of every sweep whether its choice won most."""
    path = os.path.join(folder, "sweeps.csv")
    flags = {}

    def setting(raw):
        key = raw["method"], raw["rank"], *(float(raw[name]) if raw[name] else None for name in ("beta", "learning_rate"))
        flags[key] = raw["chosen"] == "true", raw["diverged"] == "true"
        return key

    rows = read(path, setting)
    original = rows.pop(("original", "", None, None), None)
    if original is None:
        raise Unusable(f"{path}: no rows of the original model")
    theirs = {(s["method"], str(s.get("rank") or ""), s.get("beta"), s["learningRate"]): s for s in stated["sweeps"]}
    label = lambda key: "sweep " + " ".join(str(part) for part in key if part not in ("", None))
    for key in sorted(set(rows) ^ set(theirs), key=str):
        yield f"{label(key)}: " + ("not stated" if key in rows else "has no rows")
    rates = {}
    for key in rows:
        metrics = summarise(rows[key], original)["metrics"]
        rates[key] = metrics["win_rate_evaluation"]
        if key not in theirs:
            continue
        other = theirs[key]
        ours = {"winRate": rates[key], "accuracy": metrics["accuracy"], "medianCompression": metrics["median_compression"]}
        yield from check(label(key), ours, {name: other[name]["value"] for name in ours})
        if flags[key] != (other["chosen"], other["diverged"]):
            yield f"{label(key)}: chosen and diverged are {flags[key]} in its rows"
    for sweep in sorted({key[:2] for key in rows}):
        of_sweep = [key for key in rows if key[:2] == sweep]
        usable = [key for key in of_sweep if not flags[key][1]] or of_sweep
        best = max(rates[key] for key in usable)
        for key in of_sweep:
            if flags[key][0] and (key not in usable or rates[key] < best - 1e-9):
                yield f"{label(key)}: chosen, and another setting wins {best}, this one {rates[key]}"


# Wilson's intervals


def wilson(share, n, confidence):
    """E. B. Wilson 1927, without continuity correction."""
    z = statistics.NormalDist().inv_cdf((1 + confidence) / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return centre - half, centre + half


def wilson_differences(systems, stated):
    for system in stated["systems"]:
        for name in ("at_least_3", "at_least_4", "failed"):
            metric = system["metrics"].get(name)
            if metric is None or system["name"] not in systems:
                continue
            own = systems[system["name"]]
            for end, bound in zip(("lower", "upper"), wilson(own["metrics"][name], own["articles"], stated["confidence"])):
                if metric.get(end) is None or abs(metric[end] - bound) > 1e-6:
                    yield f"{system['name']} {name} {end} end: recomputed {bound}, stated {metric.get(end)}"


# The comparison


def check(where, ours, theirs, absent=None):
    for key in sorted(set(ours) | set(theirs)):
        a, b = ours.get(key, absent), theirs.get(key, absent)
        if a is None and b is None:
            continue
        if a is None or b is None:
            yield f"{where} {key}: " + ("not recomputed" if a is None else "not stated")
        elif abs(a - b) > 1e-9 * max(1, abs(a)):
            yield f"{where} {key}: recomputed {a}, stated {b}"


def differences(systems, stated):
    """Every number of ours that the report lacks or states otherwise, and every number it has beyond."""
    theirs = {system["name"]: system for system in stated}
    for name in sorted(set(systems) ^ set(theirs)):
        yield f"{name}: " + ("not in the report" if name in systems else "has no rows")
    for name in sorted(set(systems) & set(theirs)):
        ours, other = systems[name], theirs[name]
        yield from check(name, ours["metrics"], {k: m["value"] for k, m in other["metrics"].items()})
        # A failure that did not occur may be left out on either side.
        yield from check(f"{name} failures", ours["failures"], other["failures"], absent=0)
        for parts in ("wins", "winsByReason", "lossesByReason"):
            # Files of schema 1 do not say what decided.
            if parts not in other and parts != "wins":
                continue
            own = ours.get(parts, {})
            if set(own) != set(other[parts]):
                yield f"{name}: {parts} for {sorted(own)} recomputed, for {sorted(other[parts])} stated"
            for variant in sorted(set(own) & set(other[parts])):
                yield from check(f"{name} {variant} {parts}", own[variant], other[parts][variant], absent=0)


def all_differences(folder, rows, systems, original, stated):
    yield from differences(systems, stated["systems"])
    yield from wilson_differences(systems, stated)
    # Files before schema 3 come without the rows of sweeps.
    if stated.get("sweeps") and stated.get("schema", 1) >= 3:
        yield from sweep_differences(folder, stated)
    if stated.get("gaming"):
        gaming = read(os.path.join(folder, "gaming.csv"))
        ours = {name: summarise(of_system, rows.get(original)) for name, of_system in gaming.items()}
        yield from differences(ours, stated["gaming"])
    if stated.get("judge") and stated["judge"]["passages"]:
        yield from judge_differences(folder, stated)
    if stated.get("fluency"):
        yield from fluency_differences(folder, stated)
    if stated.get("responses"):
        yield from response_differences(folder, stated)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows")
    parser.add_argument("--original", help="the system that win rates are measured against; default: original")
    parser.add_argument("--against", help="a report's results.json")
    arguments = parser.parse_args()
    try:
        stated = None
        if arguments.against:
            with open(arguments.against, encoding="utf-8") as file:
                stated = json.load(file)
        # A report of experiments on instructions alone has no systems.
        alone = stated is not None and not stated["systems"] and bool(stated.get("responses"))
        rows = {} if alone else read(arguments.rows)
        name = arguments.original or (stated or {}).get("original", "original")
        if name not in rows and not alone:
            raise Unusable(f"{arguments.rows}: no rows of {name!r}, which win rates are measured against")
        systems = {system: summarise(of_system, rows[name]) for system, of_system in rows.items()}
        folder = os.path.dirname(arguments.against or arguments.rows)
        found = [] if stated is None else list(all_differences(folder, rows, systems, name, stated))
    except (OSError, ValueError, KeyError, TypeError, Unusable) as error:
        print(f"error: {error!r}" if isinstance(error, (KeyError, TypeError)) else f"error: {error}", file=sys.stderr)
        return 2
    if stated is None:
        json.dump({"systems": systems, "frontier": frontier(systems)}, sys.stdout, indent=1, sort_keys=True)
        print()
        return 0
    for line in found:
        print(line)
    checked = sum(len(s["metrics"]) + len(s["failures"]) + 3 * len(s.get("wins", {})) for s in systems.values())
    judged = len((stated.get("judge") or {}).get("passages", []))
    games = len(stated.get("gaming", []))
    also = f", {games} texts that game the metric and {judged} readings of the judge" if games or judged else ""
    told = len(stated.get("responses") or [])
    also += f", {told} experiments on instructions" if told else ""
    print(f"{len(found)} differences" if found else f"{checked} numbers of {len(systems)} systems{also} agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
