"""The figures beside slow ways of counting the same, on loops drawn by chance."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from blender_app.training.metrics import (
    Neighbours,
    NGram,
    Smoothness,
    _logistic,
    best_key_share,
    drum_features,
    frechet_distance,
    melody_features,
    neighbours,
    octave_leaps,
    smoothness,
    two_sample_auc,
)

RNG = np.random.default_rng(11)
HITS = RNG.random((12, 32, 9)) < 0.12
HITS[0], HITS[0, 7, 3] = False, True
DRUMS = (HITS * 2 ** np.arange(9)).sum(-1)
MAJOR = (0, 2, 4, 5, 7, 9, 11)


def melodies(count: int = 12) -> np.ndarray:
    """Return tokens (N, 32) with every size of interval; the second has one note, the first none."""
    rng = np.random.default_rng(12)
    rows = np.where(rng.random((count, 32)) < 0.5, 0, 60 + rng.integers(-14, 15, (count, 32)))
    rows[rng.random(rows.shape) < 0.1] = 1
    rows[:2] = 0
    rows[1, 5], rows[3] = 2, 0
    rows[3, 8] = 129
    rows[2, [0, 3, 9, 14]] = 129, 2, 128, 2
    return rows


# -- language models --------------------------------------------------------------------------------


def slow_nats(learned: list[list[int]], row: list[int], order: int, words: int) -> float:
    """Return the cost of a row by going through all that was learned for every word."""
    learned = [[-1] * (order - 1) + each for each in learned]
    row = [-1] * (order - 1) + row
    nats = 0.0
    for end in range(order - 1, len(row)):
        chance = 1.0 / words
        for length in range(order):
            past = row[end - length : end]
            followers = [
                each[place]
                for each in learned
                for place in range(order - 1, len(each))
                if each[place - length : place] == past
            ]
            if not followers:
                break
            kinds = len(set(followers))
            chance = (followers.count(row[end]) + kinds * chance) / (len(followers) + kinds)
        nats -= math.log(chance)
    return nats


@pytest.mark.parametrize(("order", "words"), [(1, 7), (2, 7), (3, 9), (5, 512)])
def test_an_ngram_model_counts_what_followed(order: int, words: int) -> None:
    rng = np.random.default_rng(order)
    learned, rows = rng.integers(0, 3, (4, 9)), rng.integers(0, 4, (3, 9))
    model = NGram(learned, order, words)
    expected = [slow_nats(learned.tolist(), row, order, words) for row in rows.tolist()]
    assert model.nats(rows) == pytest.approx(expected)
    assert model.bits_per_step(rows) == pytest.approx(np.mean(expected) / 9 / math.log(2.0))


def test_drums_are_told_by_five_steps_of_512_words() -> None:
    usual = NGram(DRUMS)
    assert (usual.order, usual.words) == (5, 512)
    assert usual.nats(DRUMS[:2]) == pytest.approx(NGram(DRUMS, 5, 512).nats(DRUMS[:2]))


# -- features ---------------------------------------------------------------------------------------


def test_features_of_drums_are_counted() -> None:
    for hits, features in zip(HITS, drum_features(DRUMS), strict=True):
        sounding = [step for step in range(32) if hits[step].any()]
        alone = [step for step in sounding if step % 2 and step - 1 not in sounding]
        expected = [sum(hits[:, voice]) / 32 for voice in range(9)]
        for phase in range(4):
            expected += [sum(hits[step, voice] for step in range(phase, 32, 4)) / 8 for voice in range(9)]
        alike = sum(hits[step, voice] == hits[step + 16, voice] for step in range(16) for voice in range(9))
        expected += [len(sounding) / 32, max(sum(step) for step in hits.astype(int)), alike / 144]
        assert features == pytest.approx([*expected, len(alone) / len(sounding)])
    assert drum_features(np.zeros((1, 32), np.int64))[0, -1] == 0.0


def slow_melody_features(row: list[int]) -> list[float]:
    """Return the features of a melody, note by note."""
    notes = [(step, token - 2) for step, token in enumerate(row) if token > 1]
    steps, count = {step for step, _ in notes}, max(len(notes), 1)
    pitches = [pitch for _, pitch in notes]
    sizes = [abs(b - a) for a, b in pairwise(pitches)]
    classes = [sum(pitch % 12 == each for pitch in pitches) / count for each in range(12)]
    sixteenths = [step for step in steps if step % 2 and step - 1 not in steps]
    eighths = [step for step in steps if step % 4 == 2 and not {step - 1, step - 2} & steps]
    ranges = ((0, 0), (1, 2), (3, 4), (5, 7), (8, 12), (13, 127))
    return [
        sum(classes[each] for each in MAJOR),
        len(notes) / 32,
        sum(sizes) / max(len(sizes), 1),
        len(sixteenths) / count,
        len(eighths) / count,
        *sorted(classes, reverse=True)[:6],
        (sum(pitches) / count if notes else 60) / 12,
        (max(pitches) - min(pitches) if notes else 0) / 12,
        row.count(1) / 32,
        *(sum(step % 4 == phase for step in steps) / 8 for phase in range(4)),
        *(sum(low <= size <= high for size in sizes) / max(len(sizes), 1) for low, high in ranges),
    ]


def test_features_of_melodies_are_counted() -> None:
    rows = melodies()
    for row, features in zip(rows.tolist(), melody_features(rows), strict=True):
        assert features == pytest.approx(slow_melody_features(row))


def test_leaps_and_keys_are_counted() -> None:
    rows = melodies(30)
    pitches = [[token - 2 for token in row if token > 1] for row in rows.tolist()]
    sizes = [abs(b - a) for row in pitches for a, b in pairwise(row)]
    assert 12 in sizes
    assert octave_leaps(rows) == pytest.approx(sum(size >= 12 for size in sizes) / len(sizes))
    assert octave_leaps(rows[:2]) == 0.0
    shares = [
        max(sum((pitch - tonic) % 12 in MAJOR for pitch in row) for tonic in range(12)) / len(row)
        for row in pitches
        if row
    ]
    assert best_key_share(rows) == pytest.approx(np.mean(shares))


# -- distances --------------------------------------------------------------------------------------


def test_the_frechet_distance_is_its_formula() -> None:
    rng = np.random.default_rng(13)
    a, b = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4)) + 1.0, rng.normal(size=(50, 4))
    a_std, b_std = ((each - b.mean(0)) / (b.std(0) + 1e-6) for each in (a, b))
    cov_a, cov_b = np.cov(a_std.T), np.cov(b_std.T)
    cross = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real).sum()
    apart = ((a_std.mean(0) - b_std.mean(0)) ** 2).sum()
    expected = apart + np.trace(cov_a + cov_b) - 2.0 * cross
    assert frechet_distance(a, b) == pytest.approx(expected)
    flat = np.concatenate([b, np.full((50, 1), 3.0)], 1)  # a feature that all share is no harm
    assert frechet_distance(flat, flat) == pytest.approx(0.0, abs=1e-6)


def test_regression_ends_where_its_slope_is_none() -> None:
    rng = np.random.default_rng(14)
    x = np.concatenate([rng.normal(size=(80, 3)), np.ones((80, 1))], 1)
    y = (rng.random(80) < 1.0 / (1.0 + np.exp(-x[:, 0] - 0.5))).astype(np.float64)
    for ridge in (0.5, 2.0):
        weight = _logistic(x, y, ridge)
        slope = x.T @ (y - 1.0 / (1.0 + np.exp(-(x @ weight)))) - ridge * weight
        assert np.abs(slope).max() < 1e-9
    assert _logistic(x, y) == pytest.approx(weight)
    far = _logistic(1000.0 * x, y)  # chances near 0 and 1 are still numbers
    assert np.isfinite(far).all()


@pytest.mark.parametrize("sizes", [(40, 40), (40, 31), (25, 40)])
def test_the_area_is_the_share_of_pairs_in_order(sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(15)
    mine, others = rng.normal(0.3, 1.2, (sizes[0], 3)), rng.normal(0.0, 1.0, (sizes[1], 3))
    count = min(sizes)
    x = np.concatenate([mine[:count], others[:count]])
    x = (x - x.mean(0)) / (x.std(0) + 1e-6)
    x = np.array([[*row, *(row * row), 1.0] for row in x])
    y = np.array([1.0] * count + [0.0] * count)
    for seed in (0, 5):
        order = np.random.default_rng(seed).permutation(2 * count)
        first, second = order[:count], order[count:]
        score = np.zeros(2 * count)
        score[second] = x[second] @ _logistic(x[first], y[first])
        score[first] = x[first] @ _logistic(x[second], y[second])
        expected = np.mean([a > b for a in score[:count] for b in score[count:]])
        assert two_sample_auc(mine, others, seed) == pytest.approx(expected)
        if not seed:
            assert two_sample_auc(mine, others) == pytest.approx(expected)


# -- lines and planes -------------------------------------------------------------------------------


def test_smoothness_is_counted_step_by_step() -> None:
    rng = np.random.default_rng(16)
    lines = rng.integers(0, 3, (5, 4, 8))
    model = NGram(rng.integers(0, 3, (6, 8)), 2, 3)
    report = smoothness(lines, model)
    largest = []
    for pair in range(4):
        changed = [int((lines[i, pair] != lines[i - 1, pair]).sum()) for i in range(1, 5)]
        largest.append(max(changed) / sum(changed))
    assert report.largest_step == pytest.approx(np.mean(largest))
    cost = np.stack([model.nats(rows) for rows in lines])
    for point in range(5):
        straight = (1 - point / 4) * cost[0] + point / 4 * cost[4]
        assert report.relative_cost[point] == pytest.approx(np.mean(cost[point] / straight))
        assert report.distance[point] == pytest.approx((lines[point] != lines[0]).mean())
    same = np.repeat(lines[:1], 5, axis=0)
    assert (smoothness(same, model).largest_step, smoothness(same, model).goes_back) == (0.0, False)


def test_going_back_is_coming_nearer_to_the_start() -> None:
    for distance, back in (([0, 0.5, 0.5, 1], False), ([0, 0.5, 0.4, 1], True), ([0, 0, 0], False)):
        assert Smoothness(np.array(distance, float), 0.1, np.ones(1), 1.0).goes_back is back


def test_neighbours_are_counted() -> None:
    cells = np.random.default_rng(17).random((3, 4, 32, 9)) < 0.02
    cells[2, 3] = cells[0, 0]
    pairs = [(cells[r, c], cells[r, c + 1]) for r in range(3) for c in range(3)]
    pairs += [(cells[r, c], cells[r + 1, c]) for r in range(2) for c in range(4)]
    changed = [int((a != b).sum()) for a, b in pairs]
    assert neighbours(cells) == Neighbours(pytest.approx(np.mean(changed)), max(changed), 11)
