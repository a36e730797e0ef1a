"""Figures for loop spaces: expression, realism and smoothness.

A drum loop is a row of tokens 0-511 (`core.drums.hits_to_tokens`), X is int64 (N, T). The
definitions are those of the MusicVAE article (Roberts et al. 2018, section 5) where it has one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import tokens_to_hits

Tokens = NDArray[np.int64]
Floats = NDArray[np.float64]
_START = -1


class NGram:
    """An interpolated Witten-Bell n-gram model of token `rows` (Chen and Goodman 1998, section 2.6).

    Parameters
    ----------
    rows
        Token sequences to count, (N, T).
    order
        Longest n: a token is told from at most `order` - 1 before it.
    words
        Size of the vocabulary, which a token never seen shares.
    """

    def __init__(self, rows: Tokens, order: int = 5, words: int = 512) -> None:
        self.order, self.words = order, words
        self._followers: list[dict[tuple[int, ...], Counter[int]]] = [
            defaultdict(Counter) for _ in range(order)
        ]
        for row in rows.tolist():
            padded = [_START] * (order - 1) + row
            for end in range(order - 1, len(padded)):
                for length, followers in enumerate(self._followers):
                    followers[tuple(padded[end - length : end])][padded[end]] += 1
        self._totals = [{past: c.total() for past, c in level.items()} for level in self._followers]

    def nats(self, rows: Tokens) -> Floats:
        """Return the cost in nats of each of `rows` (N, T) of tokens, (N,)."""
        return np.array([self._row_nats(row) for row in rows.tolist()])

    def bits_per_step(self, rows: Tokens) -> float:
        """Return the mean cost in bits of a step of `rows` (N, T)."""
        return float(self.nats(rows).mean() / rows.shape[1] / math.log(2))

    def _row_nats(self, row: list[int]) -> float:
        padded = [_START] * (self.order - 1) + row
        return -sum(
            math.log(self._chance(padded[end - self.order + 1 : end], padded[end]))
            for end in range(self.order - 1, len(padded))
        )

    def _chance(self, past: list[int], word: int) -> float:
        chance = 1.0 / self.words
        for length, followers in enumerate(self._followers):
            context = tuple(past[len(past) - length :])
            seen = followers.get(context)
            if seen:
                total, kinds = self._totals[length][context], len(seen)
                chance = (seen[word] + kinds * chance) / (total + kinds)
        return chance


def drum_features(rows: Tokens) -> Floats:
    """Return 49 features a loop (N, 49) of `rows` (N, T), tokens as of `hits_to_tokens`.

    Density of each voice, density of each voice on each of a beat's four sixteenths, share of
    steps with a hit, most hits at once, likeness of the two bars, sixteenth syncopation.
    """
    hits = tokens_to_hits(rows).astype(np.float64)
    sounding: NDArray[np.bool_] = np.asarray(hits.any(-1))
    phases = [hits[:, phase::4].mean(1) for phase in range(4)]
    alone = sounding[:, 1::2] & ~sounding[:, 0::2]
    half = hits.shape[1] // 2
    return np.concatenate(
        [
            hits.mean(1),
            *phases,
            sounding.mean(1, keepdims=True),
            hits.sum(-1).max(1, keepdims=True),
            (hits[:, :half] == hits[:, half:]).mean((1, 2))[:, None],
            (alone.sum(1) / np.maximum(sounding.sum(1), 1))[:, None],
        ],
        axis=1,
    )


_WHITE = (0, 2, 4, 5, 7, 9, 11)
_PROFILE = 6
OCTAVE = 12
_INTERVALS = ((0, 0), (1, 2), (3, 4), (5, 7), (8, 12), (13, 127))
"""Repeated note, step, third, fourth or fifth, up to an octave, more."""


def melody_features(rows: Tokens) -> Floats:
    """Return 24 features a melody (N, 24); `rows` (N, T) hold 0 no event, 1 note off, pitch + 2.

    MusicVAE's five attributes (Roberts et al. 2018, section 5.5), the pitch-class profile without
    its key, mean pitch and range in octaves, note-offs, onsets on each of a beat's sixteenths, and
    how often each size of interval comes.
    """
    on = rows > 1
    count = np.maximum(on.sum(1), 1)
    pitch = np.where(on, rows - 2, 0)
    classes = np.stack([((pitch % OCTAVE == c) & on).sum(1) for c in range(OCTAVE)], 1) / count[:, None]
    highest = np.where(on, pitch, -1).max(1)
    lowest = np.where(on, pitch, 127).min(1)
    some = on.any(1)
    sizes, mean_size = _interval_shares(rows)
    return np.concatenate(
        [
            classes[:, _WHITE].sum(1, keepdims=True),
            on.mean(1, keepdims=True),
            mean_size[:, None],
            np.stack([_syncopation(on, phase) / count for phase in (1, 2)], 1),
            np.sort(classes, 1)[:, ::-1][:, :_PROFILE],
            np.where(some, pitch.sum(1) / count, 60)[:, None] / OCTAVE,
            np.where(some, highest - lowest, 0)[:, None] / OCTAVE,
            (rows == 1).mean(1, keepdims=True),
            np.stack([on[:, phase::4].mean(1) for phase in range(4)], 1),
            sizes,
        ],
        axis=1,
    )


def _syncopation(on: NDArray[np.bool_], phase: int) -> NDArray[np.int64]:
    """Return onsets on odd sixteenths (phase 1) or eighths (2) with none on the `phase` steps before."""
    alone = on.copy()
    for back in range(1, phase + 1):
        alone[:, back:] &= ~on[:, :-back]
    step = np.arange(on.shape[1])
    return np.asarray(alone[:, step % (2 * phase) == phase].sum(1))


def intervals(row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sizes in semitones of a melody's intervals, from note to note of `row` (T,)."""
    return np.abs(np.diff(row[row > 1]))


def _interval_shares(rows: Tokens) -> tuple[Floats, Floats]:
    """Return the share of each size of interval (N, 6) and the mean size (N,)."""
    shares, mean = np.zeros((len(rows), len(_INTERVALS))), np.zeros(len(rows))
    for index, row in enumerate(rows):
        sizes = intervals(row)
        if len(sizes):
            mean[index] = sizes.mean()
            shares[index] = [((sizes >= low) & (sizes <= high)).mean() for low, high in _INTERVALS]
    return shares, mean


def octave_leaps(rows: Tokens) -> float:
    """Return the share of all intervals in `rows` (N, T) that are an octave or more, 0..1."""
    sizes = np.concatenate([intervals(row) for row in rows])
    return float((sizes >= OCTAVE).mean()) if len(sizes) else 0.0


SCALES = np.stack([np.isin(np.arange(OCTAVE), [(t + w) % OCTAVE for w in _WHITE]) for t in range(OCTAVE)])
"""Which pitch classes each major scale has, (12, 12)."""


def best_key_share(rows: Tokens) -> float:
    """Return the mean over melodies `rows` (N, T) of the share of notes in its best major scale.

    Melodies without a note do not count; 0 where there is no other.
    """
    classes = _pitch_classes(rows[(rows > 1).any(1)])
    if not len(classes):
        return 0.0
    return float(((classes @ SCALES.T).max(1) / classes.sum(1)).mean())


def in_key(row: Tokens, melody: Tokens) -> NDArray[np.bool_]:
    """Return which tokens of `row` (T,) are pitches in a scale that fits a `melody` (T,) best."""
    fit = (_pitch_classes(melody[None]) @ SCALES.T)[0]
    known = SCALES[fit == fit.max()].any(0)
    return np.asarray((row > 1) & known[(row - 2) % OCTAVE])


def _pitch_classes(rows: Tokens) -> NDArray[np.int64]:
    """Return how many notes of each pitch class melodies `rows` (N, T) have, (N, 12)."""
    on = rows > 1
    return np.stack([(((rows - 2) % OCTAVE == c) & on).sum(1) for c in range(OCTAVE)], 1)


def frechet_distance(features: Floats, reference: Floats) -> float:
    """Return the Fréchet distance of `features` (N, F) from `reference` (M, F), by which both are scaled.

    Notes
    -----
    Heusel et al. 2017 (arXiv 1706.08500), equation 6, on hand-made features.
    """
    mean, scale = reference.mean(0), reference.std(0) + 1e-6
    a, b = (features - mean) / scale, (reference - mean) / scale
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cov_b @ root), 0.0)).sum()
    apart = ((a.mean(0) - b.mean(0)) ** 2).sum()
    return float(apart + np.trace(cov_a) + np.trace(cov_b) - 2.0 * cross)


def two_sample_auc(features: Floats, reference: Floats, seed: int = 0) -> float:
    """Return how well a classifier tells two sets apart: 0.5 cannot, 1 always can.

    Parameters
    ----------
    features, reference
        The sets, (N, F) and (M, F); of the larger one only the first rows count.
    seed
        Decides which rows make which fold.

    Notes
    -----
    The classifier two-sample test of Lopez-Paz and Oquab 2017 (arXiv 1610.06545) with a ridge
    logistic regression on features and their squares, two folds.
    """
    rng = np.random.default_rng(seed)
    count = min(len(features), len(reference))
    x = np.concatenate([features[:count], reference[:count]])
    x = (x - x.mean(0)) / (x.std(0) + 1e-6)
    x = np.concatenate([x, x**2, np.ones((len(x), 1))], 1)
    y = np.repeat([1.0, 0.0], count)
    order = rng.permutation(2 * count)
    folds = order[:count], order[count:]
    score = np.zeros(2 * count)
    for learn, judge in (folds, folds[::-1]):
        score[judge] = x[judge] @ _logistic(x[learn], y[learn])
    rank = score.argsort().argsort() + 1
    return float((rank[y == 1].sum() - count * (count + 1) / 2) / count**2)


def _logistic(x: Floats, y: Floats, ridge: float = 2.0, rounds: int = 15) -> Floats:
    """Fit a ridge logistic regression by Newton's method."""
    weight = np.zeros(x.shape[1])
    for _ in range(rounds):
        chance = 1.0 / (1.0 + np.exp(-np.clip(x @ weight, -30.0, 30.0)))
        hessian = (x * (chance * (1.0 - chance))[:, None]).T @ x + ridge * np.eye(len(weight))
        weight += np.linalg.solve(hessian, x.T @ (y - chance) - ridge * weight)
    return weight


@dataclass(frozen=True, slots=True)
class Smoothness:
    """How even and how plausible interpolations between pairs of loops are.

    Parameters
    ----------
    distance
        Mean share of steps that differ from loop A, at each point.
    largest_step
        Mean over pairs of the largest single change's share of all changes; even is 1 / steps.
    relative_cost
        Mean language-model cost at each point relative to the straight mix of the ends' costs
        (MusicVAE, section 5.2).
    length
        Mean over pairs of all changes on the way over the distance of its ends; the shortest way is 1.
    """

    distance: Floats
    largest_step: float
    relative_cost: Floats
    length: float

    @property
    def goes_back(self) -> bool:
        """Whether the mean distance from A ever falls."""
        return bool((np.diff(self.distance) < 0).any())


def smoothness(lines: NDArray[np.int64], model: NGram) -> Smoothness:
    """Measure interpolations whose ends are the loops A and B themselves.

    Parameters
    ----------
    lines
        Tokens, (points, N, T).
    model
        Says what is likely, trained on real loops.
    """
    points = len(lines)
    alpha = np.linspace(0.0, 1.0, points)
    changed = (lines[1:] != lines[:-1]).mean(2)
    share = changed.max(0) / (changed.sum(0) + 1e-9)
    start, end = model.nats(lines[0]), model.nats(lines[-1])
    cost = [
        np.mean(model.nats(rows) / ((1 - a) * start + a * end)) for a, rows in zip(alpha, lines, strict=True)
    ]
    apart = (lines[0] != lines[-1]).mean(1)
    length = (changed.sum(0) + 1e-9) / (apart + 1e-9)
    return Smoothness(
        (lines != lines[:1]).mean((1, 2)), float(share.mean()), np.array(cost), float(length.mean())
    )


@dataclass(frozen=True, slots=True)
class Neighbours:
    """How a palette changes from cell to cell.

    Parameters
    ----------
    mean, worst
        Hits changed between neighbours, on average and at most.
    distinct
        How many different cells there are.
    """

    mean: float
    worst: int
    distinct: int


def neighbours(palette: NDArray[np.bool_]) -> Neighbours:
    """Measure a `palette` (rows, cols, T, 9)."""
    across = (palette[:, 1:] != palette[:, :-1]).sum((2, 3)).ravel()
    down = (palette[1:] != palette[:-1]).sum((2, 3)).ravel()
    changed = np.concatenate([across, down])
    cells = {cell.tobytes() for row in palette for cell in row}
    return Neighbours(float(changed.mean()), int(changed.max()), len(cells))
