"""Prints the reference numbers that stand in ringback-learn's tests: ridge, logistic, isotonic, Platt, beta and scores by
scikit-learn and scipy, on rows that both sides draw from SplitMix64 with the same seed.

    python3 -m venv VENV && VENV/bin/pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    VENV/bin/python benches/side_by_side/learners.py
"""
import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import brier_score_loss, log_loss, mean_pinball_loss, roc_auc_score

MASK = (1 << 64) - 1


class Draws:
    """SplitMix64, as the crate and its tests have it."""

    def __init__(self, seed):
        self.state = seed

    def unit(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return ((mixed ^ (mixed >> 31)) >> 11) / (1 << 53)


def rows(count=120):
    """Columns of different size, two of them close to each other, with missing values; a target, an outcome, a weight."""
    draws = Draws(20)
    table = []
    for row in range(count):
        a, b, c, noise, event, weight = (draws.unit() for _ in range(6))
        near = a + 0.1 * c
        target = 3.0 + 2.0 * a - 4.0 * b + noise
        happened = 1.0 if event < expit(4.0 * a - 3.0 * b - 1.0) else 0.0
        missing = row % 7 == 3
        table.append((a, np.nan if missing else 1000.0 * b, near, target, happened, 0.5 + weight))
    return np.array(table).T


def standardized(columns, weights):
    """Mean 0 and variance 1 over the values that are there; a missing one is 0."""
    means, deviations, scaled = [], [], []
    for column in columns:
        there = ~np.isnan(column)
        mean = np.average(column[there], weights=weights[there])
        deviation = np.sqrt(np.average((column[there] - mean) ** 2, weights=weights[there]))
        means.append(mean)
        deviations.append(deviation)
        scaled.append(np.where(there, (column - mean) / deviation, 0.0))
    return np.array(means), np.array(deviations), np.array(scaled).T


def show(name, values):
    print(f"{name}: " + ", ".join(repr(float(it)) for it in np.atleast_1d(values)))


def linear(a, b, near, target, happened, weight):
    for name, weights in [("unweighted", np.ones_like(weight)), ("weighted", weight / weight.mean())]:
        means, deviations, scaled = standardized([a, b, near], weights)
        for alpha in [0.01, 1.0, 100.0]:
            model = Ridge(alpha=alpha, solver="cholesky").fit(scaled, target, sample_weight=weights)
            coefficients = model.coef_ / deviations
            show(f"ridge {name} {alpha}", [model.intercept_ - coefficients @ means, *coefficients])
        for alpha in [0.01, 1.0, 100.0]:
            model = LogisticRegression(C=1 / alpha, solver="newton-cholesky", tol=1e-12, max_iter=1000)
            model.fit(scaled, happened, sample_weight=weights)
            coefficients = model.coef_[0] / deviations
            show(f"logistic {name} {alpha}", [model.intercept_[0] - coefficients @ means, *coefficients])


def fitted(columns, outcomes, weights):
    """Least log loss against Platt's smoothed outcomes, by BFGS from the identity."""
    events, others = (weights * outcomes).sum(), (weights * (1 - outcomes)).sum()
    smoothed = np.where(outcomes > 0.5, (events + 1) / (events + 2), 1 / (others + 2))

    def loss(at):
        score = at[0] + columns @ at[1:]
        return (weights * (np.logaddexp(0, score) - smoothed * score)).sum()

    def slope(at):
        error = weights * (expit(at[0] + columns @ at[1:]) - smoothed)
        return np.array([error.sum(), *(columns.T @ error)])

    start = np.array([0.0] + [1.0] * columns.shape[1])
    return minimize(loss, start, jac=slope, method="BFGS", options={"gtol": 1e-10}).x


def calibrations(happened, weight):
    draws = Draws(21)
    said = np.array([round((0.01 + 0.98 * draws.unit()) * 50) / 50 for _ in happened]).clip(0.02, 0.98)
    truth = said**2 / (said**2 + (1 - said))
    outcomes = np.array([1.0 if draws.unit() < it else 0.0 for it in truth])
    weights = weight / weight.mean()
    sigmoid = _SigmoidCalibration().fit(logit(said), outcomes)
    show("platt by scikit-learn: slope, shift", [-sigmoid.a_, -sigmoid.b_])
    for name, by in [("unweighted", np.ones_like(weight)), ("weighted", weights)]:
        show(f"platt {name}: shift, slope", fitted(logit(said)[:, None], outcomes, by))
        show(f"beta {name}: c, a, b", fitted(np.array([np.log(said), -np.log1p(-said)]).T, outcomes, by))
        model = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(said, outcomes, sample_weight=by)
        show(f"isotonic {name} at 0, 0.05, … 1", model.predict(np.arange(21) / 20))
        show(f"auc {name}", roc_auc_score(outcomes, said, sample_weight=by))
        show(f"log loss {name}", log_loss(outcomes, said, sample_weight=by))
        show(f"brier {name}", brier_score_loss(outcomes, said, sample_weight=by))


a, b, near, target, happened, weight = rows()
linear(a, b, near, target, happened, weight)
calibrations(happened, weight)
show("pinball 0.9 of 3 a against the target", mean_pinball_loss(target, 3 * a, alpha=0.9))
