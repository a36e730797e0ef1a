"""Batches of real, recombined and drawn melodies, in all keys.

Tokens are int64 (B, T): 0 no event, 1 note off, 2 to 129 note-on of pitch token - 2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blender_app.core.melody import NOTE_OFF, without_idle_offs
from blender_app.core.time import DEFAULT_STEPS

Tokens = NDArray[np.int64]
_FIRST, _LAST = 2, 129
_PITCHES = _LAST - _FIRST + 1
_BEYOND = 24
"""How far beyond the 128 pitches a range of notes may be thought of; it then ends with them."""
_SCALES = (
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 4, 7, 9),
    (0, 3, 5, 7, 10),
    (0, 4, 7),
    (0, 3, 7, 10),
    tuple(range(12)),
)


def transpose(tokens: Tokens, semitones: NDArray[np.int64]) -> Tokens:
    """Return `tokens` (N, T), each row moved by its one of `semitones` (N,), by octaves back into range."""
    played = tokens >= _FIRST
    moved = tokens + semitones[:, None]
    low = np.where(played & (moved < _FIRST), -((moved - _FIRST) // 12) * 12, 0)
    high = np.where(played & (moved > _LAST), -(-(moved - _LAST) // 12) * 12, 0)
    return np.where(played, moved + low - high, tokens)


def vary_real(tokens: Tokens, rng: np.random.Generator) -> Tokens:
    """Transpose by -5 to +6, sometimes by an octave; swap, repeat or rotate bars; leave out notes.

    `tokens` (N, T) are copied; `rng` decides.
    """
    count, half = len(tokens), tokens.shape[1] // 2
    octave = 12 * rng.choice([-1, 0, 1], count, p=[0.06, 0.88, 0.06])
    out = transpose(tokens, rng.integers(-5, 7, count) + octave)
    chance = rng.random((4, count))
    out[chance[0] < 0.08] = np.roll(out[chance[0] < 0.08], half, axis=1)
    repeat = chance[1] < 0.12
    out[repeat, half:] = out[repeat, :half]
    for beats in (1, 2, 3):
        rotate = (chance[2] >= 0.05 * (beats - 1)) & (chance[2] < 0.05 * beats)
        out[rotate] = np.roll(out[rotate], 4 * beats, axis=1)
    thin = chance[3] < 0.1
    kept = rng.random(out[thin].shape) > 0.2
    out[thin] = np.where(kept | (out[thin] < _FIRST), out[thin], 0)
    return out


def recombine(pool: Tokens, count: int, rng: np.random.Generator) -> Tokens:
    """Play the pitches of one loop in the rhythm of another, or join the bars of two.

    Parameters
    ----------
    pool
        The real loops, (N, T).
    count
        How many to build.
    rng
        Decides.
    """
    a, b = (pool[rng.integers(0, len(pool), count)] for _ in range(2))
    out = vary_real(a, rng)
    other = vary_real(b, rng)
    joined = rng.random(count) < 0.4
    half = pool.shape[1] // 2
    near = _nearest_octave(out[joined, :half], other[joined, half:])
    out[joined, half:] = near
    rest = np.flatnonzero(~joined)
    out[rest] = _rhythm_of(out[rest], other[rest])
    return out


def _nearest_octave(first: Tokens, second: Tokens) -> Tokens:
    """Return `second` moved by octaves to where `first` plays."""
    means = []
    for part in (first, second):
        played = part >= _FIRST
        means.append((part * played).sum(1) / np.maximum(played.sum(1), 1))
    both = (first >= _FIRST).any(1) & (second >= _FIRST).any(1)
    octaves = np.where(both, np.round((means[0] - means[1]) / 12), 0).astype(np.int64)
    return transpose(second, 12 * octaves)


def _rhythm_of(pitches: Tokens, rhythm: Tokens) -> Tokens:
    """Return the note-ons of `rhythm` with the pitches of `pitches` in their order, again from the start."""
    out = rhythm.copy()
    order = (rhythm >= _FIRST).cumsum(1) - 1
    for row, (source, target) in enumerate(zip(pitches, rhythm, strict=True)):
        line = source[source >= _FIRST]
        if len(line):
            at = target >= _FIRST
            out[row, at] = line[order[row, at] % len(line)]
    return out


def draw(count: int, rng: np.random.Generator, length: int = DEFAULT_STEPS) -> Tokens:
    """Make melodies of `length` steps as people sketch them: runs, arpeggios, repeated or wandering.

    `count` is how many; `rng` decides.
    """
    return np.stack([_sketch(rng, length) for _ in range(count)])


def _sketch(rng: np.random.Generator, steps: int) -> Tokens:
    row = np.zeros(steps, np.int64)
    scale = _SCALES[rng.integers(len(_SCALES))]
    degree, tonic = int(rng.integers(0, 3 * len(scale))), int(rng.integers(24, 66))
    lengths = rng.choice([1, 2, 3, 4, 6, 8], int(rng.integers(1, 4)))
    move = rng.choice(4)
    direction = int(rng.choice([-1, 1]))
    step, note = int(rng.integers(0, 8)) * int(rng.random() < 0.4), 0
    rests, clipped = rng.random() * 0.4 * (rng.random() < 0.5), rng.random() < 0.35
    while step < steps:
        length = int(lengths[note % len(lengths)])
        if rng.random() >= rests:
            octave, place = divmod(degree, len(scale))
            row[step] = min(tonic + 12 * octave + scale[place], 127) + _FIRST
            end = step + (max(1, length // 2) if clipped else length)
            if end < steps and (clipped or rng.random() < 0.2):
                row[end] = 1
            jump = int(rng.integers(-3, 4))
            degree += (direction, 2 * direction, 0, jump)[move]
            if not 0 <= degree < 4 * len(scale):
                direction, degree = -direction, int(np.clip(degree, 0, 4 * len(scale) - 1))
        step += length
        note += 1
    return row


def anywhere(tokens: Tokens, rng: np.random.Generator) -> Tokens:
    """Return `tokens` (N, T), each row moved anywhere in the 128 pitches; `rng` decides where."""
    played = tokens >= _FIRST
    lowest = np.where(played, tokens, _LAST).min(1)
    highest = np.where(played, tokens, lowest[:, None]).max(1)
    moved = rng.integers(_FIRST - lowest, _LAST - highest + 1)
    return np.where(played, tokens + moved[:, None], tokens)


def scatter(count: int, rng: np.random.Generator, length: int = DEFAULT_STEPS) -> Tokens:
    """Make `count` melodies of `length` steps in no order: any pitch of a range, on any step.

    Half of the ranges go over all pitches or most of them, many others to the lowest or the highest, which
    would else be rare; a quarter of the melodies play none of their pitches twice while there are others.
    `rng` decides.
    """
    wide = rng.random(count) < 0.5
    width = np.where(wide, rng.integers(80, _PITCHES + _BEYOND, count), rng.integers(6, 80, count))
    width = np.minimum(width, _PITCHES)
    lowest = np.clip(rng.integers(-_BEYOND, _PITCHES + _BEYOND - width), 0, _PITCHES - width)
    place = rng.random((count, length))
    once = rng.random(count) < 0.25
    place[once] = (rng.permuted(np.tile(np.arange(length), (once.sum(), 1)), axis=1) + 0.5) / length
    notes = _FIRST + lowest[:, None] + (place * width[:, None]).astype(np.int64)
    density = rng.choice([1.0, 0.75, 0.5, 0.25], count, p=[0.5, 0.2, 0.15, 0.15])
    rests = np.where(rng.random((count, length)) < 0.2, NOTE_OFF + _FIRST, 0)
    tokens = np.where(rng.random((count, length)) < density[:, None], notes, rests)
    return without_idle_offs(tokens - _FIRST).astype(np.int64) + _FIRST


class Batch(NamedTuple):
    """Melodies to learn from, and what may be learned from each.

    Parameters
    ----------
    tokens
        What is played, int64 (N, T).
    real
        Which are real music, only transposed: only they teach what sounds plausible; the others widen
        what can be held exactly.
    scattered
        Which are in no order at all, so that they cannot be told in short.
    """

    tokens: Tokens
    real: NDArray[np.bool_]
    scattered: NDArray[np.bool_]


SHARES = {"real": 0.55, "varied": 0.1, "mixed": 0.1, "drawn": 0.12, "scattered": 0.13}
"""Parts of a batch: real loops in all keys, varied ones, recombined ones, drawn ones, notes in no order."""
ANYWHERE = 0.3
"""Share of varied and of drawn melodies that may lie anywhere in the 128 pitches."""


def training_batch(
    pool: Tokens, weights: NDArray[np.float64] | None, size: int, rng: np.random.Generator
) -> Batch:
    """Return a batch by `SHARES`.

    Parameters
    ----------
    pool
        The real loops, (N, T).
    weights
        Chance of each to be drawn, summing to 1, (N,); None is the same for all.
    size
        Loops in the batch.
    rng
        Decides.
    """
    varied, mixed, drawn, scattered = (round(share * size) for share in list(SHARES.values())[1:])
    real = size - varied - mixed - drawn - scattered
    chosen = pool[rng.choice(len(pool), real + varied, p=weights)]
    made = np.concatenate([vary_real(chosen[real:], rng), draw(drawn, rng, pool.shape[1])])
    far = rng.random(len(made)) < ANYWHERE
    made[far] = anywhere(made[far], rng)
    parts = [
        transpose(chosen[:real], rng.integers(-5, 7, real)),
        made,
        recombine(pool, mixed, rng),
        scatter(scattered, rng, pool.shape[1]),
    ]
    order = np.arange(size)
    return Batch(np.concatenate(parts), order < real, order >= size - scattered)
