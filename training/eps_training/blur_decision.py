"""Fits the decision between kinds of blur, and the correction of a Gaussian's deviation.

    cargo run --release --example unknown_blur -- features --data LIST > features.jsonl
    python -m eps_training.blur_decision features.jsonl

LIST names photos, a path a line, none of which is in a test. It prints what
`src/estimation/blur/decision/weights.rs` holds: a softmax over none, Gaussian, disk and line, and a
ridge regression of ln (true deviation / fitted one). Photos are left out in turn, an eighth each,
to say on standard error how well that works.
"""

import argparse
import json
import sys

import numpy as np

KINDS = ('none', 'gaussian', 'disk', 'line')
FOLDS = 8
# Precision of the weights of standardised inputs.
SOFTMAX_RIDGE = 2.0
SIZE_RIDGE = 1.0


class Scale:
    """Standardises inputs, and turns weights back to those of the inputs as they are."""

    def __init__(self, inputs):
        self.mean, self.deviation = inputs.mean(0), inputs.std(0) + 1e-9

    def __call__(self, inputs):
        scaled = (inputs - self.mean) / self.deviation
        return np.hstack([scaled, np.ones((len(inputs), 1))])

    def undone(self, weights):
        """(weights, offset) of inputs as they are."""
        own = (weights[:-1].T / self.deviation).T
        return own, weights[-1] - self.mean @ own


def softmax(logits):
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    return exponentials / exponentials.sum(1, keepdims=True)


def fit_softmax(inputs, kinds, steps=60):
    """(weights, offset) by Newton's method."""
    scale = Scale(inputs)
    x = scale(inputs)
    n, count = x.shape[1], len(KINDS)
    truth = np.eye(count)[kinds]
    precision = np.full(n, SOFTMAX_RIDGE)
    precision[-1] = 1e-3
    weights = np.zeros((n, count))
    for _ in range(steps):
        p = softmax(x @ weights)
        gradient = x.T @ (p - truth) + precision[:, None] * weights
        hessian = np.diag(np.tile(precision, count))
        for a in range(count):
            for b in range(count):
                curvature = p[:, a] * ((a == b) - p[:, b])
                rows, columns = slice(a * n, (a + 1) * n), slice(b * n, (b + 1) * n)
                hessian[rows, columns] += (x * curvature[:, None]).T @ x
        step = np.linalg.solve(hessian, gradient.T.ravel()).reshape(count, n).T
        weights -= step
        if np.abs(step).max() < 1e-7:
            break
    return scale.undone(weights)


def fit_ridge(inputs, targets):
    """(weights, offset)."""
    scale = Scale(inputs)
    x = scale(inputs)
    precision = np.diag([SIZE_RIDGE] * inputs.shape[1] + [0.0])
    return scale.undone(np.linalg.solve(x.T @ x + precision, x.T @ targets))


def read(path):
    with open(path, encoding='utf-8') as lines:
        rows = [json.loads(line) for line in lines]
    return {name: np.array([row[name] for row in rows])
            for name in ('photo', 'kind', 'size', 'kinds', 'sizes', 'sigma')}


def gaussians(data, rows):
    """Inputs and targets of the correction."""
    own = rows & (data['kind'] == KINDS.index('gaussian'))
    return data['sizes'][own], np.log(data['size'][own] / data['sigma'][own])


def report(data):
    """What photos that are left out say."""
    found = np.zeros(len(data['kind']), int)
    before, after = [], []
    for fold in range(FOLDS):
        out = data['photo'] % FOLDS == fold
        weights, offset = fit_softmax(data['kinds'][~out], data['kind'][~out])
        found[out] = (data['kinds'][out] @ weights + offset).argmax(1)
        weights, offset = fit_ridge(*gaussians(data, ~out))
        inputs, targets = gaussians(data, out)
        before.extend(np.abs(targets))
        after.extend(np.abs(targets - inputs @ weights - offset))
    for kind, name in enumerate(KINDS):
        own = data['kind'] == kind
        counts = ', '.join(f'{n} {(found[own] == k).sum()}' for k, n in enumerate(KINDS))
        print(f'{name}: {own.sum()} cases; found {counts}', file=sys.stderr)
    quantiles = [f'{np.median(e):.3f} / {np.quantile(e, .9):.3f}' for e in (before, after)]
    print(f'ln deviation, median / 90 %: {quantiles[0]} fitted, {quantiles[1]} corrected',
          file=sys.stderr)


def rust(values):
    return ', '.join(f'{value:.4f}' for value in values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('features')
    data = read(parser.parse_args().features)
    report(data)
    weights, offset = fit_softmax(data['kinds'], data['kind'])
    rows = '\n'.join(f'    [{rust(row)}],' for row in weights)
    print(f'pub(super) const KIND: [[f64; 4]; {len(weights)}] = [\n{rows}\n];')
    print(f'pub(super) const KIND_OFFSET: [f64; 4] = [{rust(offset)}];')
    weights, offset = fit_ridge(*gaussians(data, np.ones(len(data['kind']), bool)))
    print(f'pub(super) const RADIUS: [f64; {len(weights)}] = [{rust(weights)}];')
    print(f'pub(super) const RADIUS_OFFSET: f64 = {offset:.4f};')


if __name__ == '__main__':
    main()
