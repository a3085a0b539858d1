"""Writes reference.json: what SciPy and NumPy say, for the Statistics tests.

Run by hand when a case is added:  python3 Tests/StatisticsTests/Fixtures/generate.py
Needs numpy and scipy; statsmodels, where installed, is asserted to agree.
"""

import json
import pathlib

import numpy as np
from scipy import optimize, stats

rng = np.random.default_rng(20240817)
reference = {"versions": {"numpy": np.__version__, "scipy": __import__("scipy").__version__}}

reference["normalQuantile"] = [
    {"p": p, "value": float(stats.norm.ppf(p))}
    for p in [1e-12, 1e-6, 0.001, 0.025, 0.1, 0.31, 0.5, 0.75, 0.9, 0.975, 0.999, 1 - 1e-9]
]
reference["studentT"] = [
    {
        "degrees": d,
        "confidence": c,
        "quantile": float(stats.t.ppf((1 + c) / 2, d)),
        "t": t,
        "tail": float(2 * stats.t.sf(t, d)),
    }
    for d in [1, 2, 4, 29, 99, 1049]
    for c, t in [(0.8, 0.3), (0.95, 1.7), (0.99, 4.5)]
]
reference["wilson"] = []
for k, n in [(0, 1), (1, 1), (0, 1050), (1050, 1050), (1, 1050), (37, 50), (500, 1050), (687, 1050), (3, 7)]:
    for confidence in [0.9, 0.95, 0.99]:
        ci = stats.binomtest(k, n).proportion_ci(confidence, method="wilson")
        reference["wilson"].append(
            {"successes": k, "trials": n, "confidence": confidence, "lower": ci.low, "upper": ci.high}
        )
reference["signTest"] = [
    {"wins": w, "losses": l, "pValue": float(stats.binomtest(w, w + l, 0.5).pvalue)}
    for w, l in [(0, 1), (5, 5), (8, 2), (17, 4), (4, 17), (60, 40), (740, 310), (0, 30), (525, 525), (9000, 8700)]
]


def order_statistic_interval(x, confidence):
    """Largest rank whose tail fits, from scipy's binomial distribution."""
    x, n = np.sort(x), len(x)
    k = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5))
    if 2 * stats.binom.cdf(k - 1, n, 0.5) > 1 - confidence:
        k -= 1
    if 2 * stats.binom.cdf(k, n, 0.5) <= 1 - confidence:
        k += 1
    # k order statistics lie outside on each side (1-based rank k); k = 0 means the whole range.
    k = max(k, 1)
    return x[k - 1], x[n - k], 1 - 2 * stats.binom.cdf(k - 1, n, 0.5)


reference["samples"] = []
for n in [1, 2, 5, 6, 11, 50, 101]:
    x = np.round(rng.gamma(2, 0.1, n), 4)
    y = np.round(x + rng.normal(0.02, 0.05, n), 4)
    low, high, coverage = order_statistic_interval(x, 0.95)
    case = {
        "first": x.tolist(),
        "second": y.tolist(),
        "mean": float(np.mean(x)),
        "median": float(np.median(x)),
        "medianLower": low,
        "medianUpper": high,
        "medianCoverage": coverage,
    }
    if n > 1:
        t = stats.ttest_1samp(x, 0).confidence_interval(0.95)
        case |= {
            "standardDeviation": float(np.std(x, ddof=1)),
            "standardError": float(stats.sem(x)),
            "tLower": float(t.low),
            "tUpper": float(t.high),
            "normalLower": float(np.mean(x) - stats.norm.ppf(0.975) * stats.sem(x)),
            "pairedP": float(stats.ttest_rel(x, y).pvalue),
        }
    if n >= 11:
        # Monte-Carlo ends: compared with a tolerance of a few standard errors of a percentile.
        boot = stats.bootstrap((x,), np.mean, n_resamples=200_000, method="percentile", rng=rng, batch=20_000)
        medians = stats.bootstrap((x,), np.median, n_resamples=50_000, method="percentile", rng=rng, batch=10_000)
        case |= {
            "bootstrapLower": float(boot.confidence_interval.low),
            "bootstrapUpper": float(boot.confidence_interval.high),
            "bootstrapMedianLower": float(medians.confidence_interval.low),
            "bootstrapMedianUpper": float(medians.confidence_interval.high),
        }
    reference["samples"].append(case)


def holm(p):
    order = np.argsort(p, kind="stable")
    out = np.empty(len(p))
    out[order] = np.minimum(1, np.maximum.accumulate(np.asarray(p)[order] * np.arange(len(p), 0, -1)))
    return out.tolist()


reference["holm"] = [
    {"pValues": p, "adjusted": holm(p)}
    for p in [[0.01], [0.04, 0.01, 0.03, 0.005], [0.5, 0.5, 0.9], [0.02, 0.02, 0.02], rng.uniform(0, 0.2, 12).round(5).tolist()]
]


def kappa(table):
    """Fleiss, Cohen and Everitt (1969), in matrix form."""
    p = np.asarray(table, float)
    n = p.sum()
    p = p / n
    row, col = p.sum(1), p.sum(0)
    po, pe = np.trace(p), row @ col
    k = (po - pe) / (1 - pe)
    weight = -(1 - k) * (col[:, None] + row[None, :])
    weight += np.eye(len(p))
    mean = k - pe * (1 - k)
    variance = (np.sum(p * weight**2) - mean**2) / (n * (1 - pe) ** 2)
    return float(k), float(np.sqrt(variance))


reference["kappa"] = []
for table in [[[20, 5], [10, 15]], [[88, 14, 18], [10, 40, 10], [2, 6, 12]], [[30, 0], [0, 20]], [[0, 9], [11, 0]], rng.integers(0, 25, (6, 6)).tolist()]:
    value, se = kappa(table)
    try:
        from statsmodels.stats.inter_rater import cohens_kappa

        theirs = cohens_kappa(table)
        assert abs(theirs.kappa - value) < 1e-12 and abs(theirs.std_kappa - se) < 1e-12
    except ImportError:
        pass
    reference["kappa"].append({"table": table, "value": value, "standardError": se})

z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
reference["resolvable"] = {
    "paired": [{"sd": sd, "count": n, "value": float(z * sd / np.sqrt(n))} for sd, n in [(0.3, 50), (0.45, 1050)]],
    "proportion": [],
    "twoProportions": [],
}
for p0, n in [(0.5, 50), (0.5, 1050), (0.1, 200), (0.0, 100), (0.98, 20)]:
    za, zb = stats.norm.ppf(0.975), stats.norm.ppf(0.8)

    def one(d, p0=p0, n=n):
        p1 = p0 + d
        return d - za * np.sqrt(p0 * (1 - p0) / n) - zb * np.sqrt(p1 * (1 - p1) / n)

    def two(d, p0=p0, n=n):
        p1, m = p0 + d, p0 + d / 2
        return d - za * np.sqrt(2 * m * (1 - m) / n) - zb * np.sqrt((p0 * (1 - p0) + p1 * (1 - p1)) / n)

    for name, f in [("proportion", one), ("twoProportions", two)]:
        value = float(optimize.brentq(f, 1e-9, 1 - p0, xtol=1e-14)) if f(1 - p0) >= 0 else None
        reference["resolvable"][name].append({"reference": p0, "count": n, "value": value})

reference["ellipse"] = []
for covariance in [[[4.0, 1.0], [1.0, 2.0]], [[1.0, 0.0], [0.0, 9.0]], [[0.02, -0.01], [-0.01, 0.03]]]:
    values, vectors = np.linalg.eigh(np.asarray(covariance))
    radius = np.sqrt(stats.chi2.ppf(0.95, 2))
    angle = np.arctan2(vectors[1, 1], vectors[0, 1])
    angle = (angle + np.pi / 2) % np.pi - np.pi / 2
    reference["ellipse"].append(
        {
            "covariance": covariance,
            "semiMajor": float(radius * np.sqrt(values[1])),
            "semiMinor": float(radius * np.sqrt(values[0])),
            "tanAngle": float(np.tan(angle)) if abs(abs(angle) - np.pi / 2) > 1e-9 else None,
        }
    )

MASK = 2**64 - 1


def splitmix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def xoshiro(seed):
    mixer = splitmix(seed)
    s = [next(mixer) for _ in range(4)]
    rotl = lambda x, k: ((x << k) | (x >> (64 - k))) & MASK
    while True:
        yield (rotl((s[0] + s[3]) & MASK, 23) + s[0]) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)


# The first outputs that SplitMix64's authors' code gives for this seed.
check = splitmix(1234567)
assert [next(check) for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]
reference["xoshiro"] = []
for seed in [0, 42, MASK]:
    stream = xoshiro(seed)
    reference["xoshiro"].append({"seed": str(seed), "outputs": [str(next(stream)) for _ in range(5)]})

path = pathlib.Path(__file__).with_name("reference.json")
path.write_text(json.dumps(reference, indent=1) + "\n")
