"""Values of policies from made-up logs of choices, by numpy: what ringback-reach's estimators are held against.

    python3 -m venv VENV && VENV/bin/pip install numpy==2.4.6
    VENV/bin/python benches/side_by_side/policy_value.py fixtures/reference/reach/policy_value.json

Written from the estimators' definitions, row by row, and shares no code with the crate. Each case has its choices and what is
expected of them at a clip of 20; choices whose propensity is null do not count. Standard errors are of customers as clusters, by
linearization: of a sum of ratios A/B, each customer's part is the sum of (a - A/B b) / B.
"""
import json
import sys

import numpy as np

CLIP = 20.0


def log(random, customers, attempts, spread, floor, missing):
    """Choices of four times by a rule with chances of at least `floor`, the lower the more uneven, at customers whose rates differ by
    `spread`."""
    choices = []
    for customer in range(customers):
        level = spread * random.normal()
        for _ in range(random.integers(1, attempts + 1)):
            chances = random.dirichlet(np.full(4, 10 * floor)) * (1 - 4 * floor) + floor
            target = random.dirichlet(np.full(4, 0.3))
            rates = 1 / (1 + np.exp(-(level - 0.8 + 0.4 * np.arange(4))))
            model = np.clip(rates + 0.1 * random.normal(size=4), 0, 1)
            chosen = random.choice(4, p=chances / chances.sum())
            choices.append({
                "customer": f"c{customer}",
                "reward": float(random.random() < rates[chosen]),
                "propensity": None if random.random() < missing else round(float(chances[chosen]), 6),
                "target": round(float(target[chosen]), 6),
                "expected": round(float(model[chosen]), 6),
                "expected_of_target": round(float(np.clip(target @ model, 0, 1)), 6),
            })
    return choices


def by_customer(names, values):
    """Sums of values by customer."""
    return np.array([sum(values[names == it]) for it in sorted(set(names))])


def estimate(names, *ratios):
    """The sum of ratios of sums, and its standard error."""
    parts = 0.0
    value = 0.0
    for above, below in ratios:
        ratio = above.sum() / below.sum()
        value += ratio
        parts = parts + (by_customer(names, above) - ratio * by_customer(names, below)) / below.sum()
    count = len(parts)
    return {"value": float(value), "standard_error": float(np.sqrt(count / (count - 1) * (parts**2).sum()))}


def expected(choices):
    """What every estimator gives."""
    used = [it for it in choices if it["propensity"] is not None]
    names = np.array([it["customer"] for it in used])
    reward, propensity, target, model, model_of_target = (
        np.array([it[key] for it in used])
        for key in ("reward", "propensity", "target", "expected", "expected_of_target")
    )
    raw = target / propensity
    weight = np.minimum(raw, CLIP)
    one = np.ones(len(used))
    rest = weight * (reward - model)
    return {
        "rows": len(used),
        "rows_without_propensity": len(choices) - len(used),
        "customers": len(set(names)),
        "effective_rows": float(weight.sum() ** 2 / (weight**2).sum()),
        "weight_max": float(raw.max()),
        "clipped_share": float((raw > CLIP).mean()),
        "clipped_weight": float(1 - weight.sum() / raw.sum()),
        "weight_mean": estimate(names, (raw, one)),
        "logged": estimate(names, (reward, one)),
        "dm": estimate(names, (model_of_target, one)),
        "ips": estimate(names, (weight * reward, one)),
        "snips": estimate(names, (weight * reward, weight)),
        "dr": estimate(names, (model_of_target + rest, one)),
        "sndr": estimate(names, (model_of_target, one), (rest, weight)),
        "gain": estimate(names, (model_of_target + rest - reward, one)),
    }


def main():
    random = np.random.default_rng(11)
    cases = {
        "well tried": log(random, 40, 4, 0.5, 0.1, 0.0),
        "hardly tried": log(random, 30, 4, 0.5, 0.01, 0.0),
        "customers unlike each other": log(random, 12, 12, 2.5, 0.05, 0.0),
        "some chances not written down": log(random, 30, 4, 0.5, 0.05, 0.3),
    }
    cases = {name: {"choices": it, "expected": expected(it)} for name, it in cases.items()}
    with open(sys.argv[1], "w") as file:
        json.dump(cases, file, indent=0)
        file.write("\n")
    for name, it in cases.items():
        print(name, {key: it["expected"][key] for key in ("rows", "effective_rows", "clipped_share")})


main()
