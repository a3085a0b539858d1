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
report's results.json, prints every difference, and exits with 1 when there is one. Exits with 2 when the
rows are not usable. Standard library only.

Rules: a summary that is empty, has invalid characters, is as long as the article, or got no answer
from the judge has no correct answer, a compression of 1, and loses to any summary that is none of these.
"""

import argparse
import csv
import json
import statistics
import sys

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


def read(path):
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
            system, article = raw.get("system"), raw.get("article")
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
        return int(a["counts"]) - int(b["counts"]), "validity"
    if min(a["correct"], b["correct"]) >= 3:
        if variant == "training" and abs(a["words"] - b["words"]) < 3:
            return 0, "undecided"
        return shorter("lengthBothGood")
    if a["correct"] != b["correct"]:
        return (1 if a["correct"] > b["correct"] else -1), "accuracy"
    return (0, "undecided") if variant == "training" else shorter("lengthLowTie")


def compare(rows, original, variant):
    """Wins, ties and losses, and what decided the wins."""
    counts = {"wins": 0, "ties": 0, "losses": 0}
    parts = {}
    for article, row in rows.items():
        result, reason = verdict(row, original[article], variant)
        counts["wins" if result > 0 else "losses" if result < 0 else "ties"] += 1
        if result > 0:
            parts[reason] = parts.get(reason, 0) + 1
    return counts, parts


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
        result["wins"], result["winsByReason"] = {}, {}
        for variant in ("article", "training", "evaluation"):
            counts, parts = compare(rows, original, variant)
            result["wins"][variant], result["winsByReason"][variant] = counts, parts
            metrics[f"win_rate_{variant}"] = (counts["wins"] + counts["ties"] / 2) / n
    return result


def frontier(systems):
    points = {name: (s["metrics"]["median_compression"], s["metrics"]["accuracy"]) for name, s in systems.items()}

    def dominated(x, y):
        return any(a <= x and b >= y and (a, b) != (x, y) for a, b in points.values())

    return sorted(name for name, point in points.items() if not dominated(*point))


def differences(systems, stated):
    """Every number of ours that the report lacks or states otherwise, and every number it has beyond."""

    def check(where, ours, theirs, absent=None):
        for key in sorted(set(ours) | set(theirs)):
            a, b = ours.get(key, absent), theirs.get(key, absent)
            if a is None or b is None:
                yield f"{where} {key}: " + ("not recomputed" if a is None else "not stated")
            elif abs(a - b) > 1e-9 * max(1, abs(a)):
                yield f"{where} {key}: recomputed {a}, stated {b}"

    theirs = {system["name"]: system for system in stated["systems"]}
    for name in sorted(set(systems) ^ set(theirs)):
        yield f"{name}: " + ("not in the report" if name in systems else "has no rows")
    for name in sorted(set(systems) & set(theirs)):
        ours, other = systems[name], theirs[name]
        yield from check(name, ours["metrics"], {k: m["value"] for k, m in other["metrics"].items()})
        # A failure that did not occur may be left out on either side.
        yield from check(f"{name} failures", ours["failures"], other["failures"], absent=0)
        wins = ours.get("wins", {})
        if set(wins) != set(other["wins"]):
            yield f"{name}: win counts for {sorted(wins)} recomputed, for {sorted(other['wins'])} stated"
        for variant in sorted(set(wins) & set(other["wins"])):
            yield from check(f"{name} {variant}", wins[variant], other["wins"][variant])


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
        rows = read(arguments.rows)
        name = arguments.original or (stated or {}).get("original", "original")
        if name not in rows:
            raise Unusable(f"{arguments.rows}: no rows of {name!r}, which win rates are measured against")
        systems = {system: summarise(of_system, rows[name]) for system, of_system in rows.items()}
        found = [] if stated is None else list(differences(systems, stated))
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
    print(f"{len(found)} differences" if found else f"{checked} numbers of {len(systems)} systems agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
