"""What users draw is not what drummers play: batches of real, recombined, drawn and scattered loops.

All functions take and give bool hits of shape (B, T, 9) and use the caller's generator.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import VOICE_COUNT, VOICES
from blender_app.core.time import DEFAULT_STEPS

Hits = NDArray[np.bool_]
_RIDE_FOR_HAT = [0, 1, 8, 3, 4, 5, 6, 7, 2]
_TOMS = [VOICES.index(name) for name in ("low tom", "mid tom", "high tom")]
_GROUPS = ((0,), (1,), (2, 3, 8), (4, 5, 6), (7,))
"""Voices that recombination takes from one loop together."""


def vary_real(hits: Hits, rng: np.random.Generator) -> Hits:
    """Swap or repeat bars, rotate by beats, drop a voice, play the hat on the ride, permute toms.

    `hits` (B, T, 9) are copied; `rng` decides.
    """
    out = hits.copy()
    chance = rng.random((7, len(out)))
    half = out.shape[1] // 2
    swap = chance[0] < 0.1
    out[swap] = np.roll(out[swap], half, axis=1)
    repeat = chance[1] < 0.15
    out[repeat, half:] = out[repeat, :half]
    for beats in (1, 2, 3):
        rotate = (chance[2] >= 0.08 * (beats - 1)) & (chance[2] < 0.08 * beats)
        out[rotate] = np.roll(out[rotate], 4 * beats, axis=1)
    drop = np.flatnonzero(chance[3] < 0.15)
    out[drop, :, rng.integers(0, VOICE_COUNT, len(drop))] = False
    ride = chance[4] < 0.1
    out[ride] = out[ride][:, :, _RIDE_FOR_HAT]
    toms = chance[5] < 0.1
    voices = np.arange(VOICE_COUNT)
    voices[_TOMS] = rng.permutation(_TOMS)
    out[toms] = out[toms][:, :, voices]
    thin = chance[6] < 0.1
    out[thin] &= rng.random(out[thin].shape) > 0.15
    return out


def recombine(pool: Hits, count: int, rng: np.random.Generator) -> Hits:
    """Build loops whose groups of voices, and sometimes bars, come from different real loops.

    Parameters
    ----------
    pool
        The real loops, (N, T, 9).
    count
        How many to build.
    rng
        Decides.
    """
    steps = pool.shape[1]
    out = np.zeros((count, steps, VOICE_COUNT), np.bool_)
    for group in _GROUPS:
        source = pool[rng.integers(0, len(pool), count)][:, :, group]
        keep = rng.random(count) < 0.85
        out[:, :, group] = source & keep[:, None, None]
    other = rng.permutation(count)
    bars = rng.random(count) < 0.25
    out[bars, steps // 2 :] = out[other[bars], steps // 2 :]
    return vary_real(out, rng)


def draw(count: int, rng: np.random.Generator, length: int = DEFAULT_STEPS) -> Hits:
    """Make `count` loops of `length` steps as people paint them: sparse, periodic, Euclidean or odd voices.

    `rng` decides.
    """
    used = rng.random((count, VOICE_COUNT)) < rng.uniform(0.1, 0.8, (count, 1))
    steps = np.arange(length)
    period = rng.choice([1, 2, 3, 4, 4, 5, 6, 8, 8, 12, 16, 32], (count, VOICE_COUNT))
    phase = rng.integers(0, 32, (count, VOICE_COUNT)) * (rng.random((count, VOICE_COUNT)) < 0.6)
    periodic = (steps[None, :, None] - phase[:, None]) % period[:, None] == 0
    pulses = rng.integers(1, 12, (count, 1, VOICE_COUNT))
    cycle = rng.choice([8, 16, 32], (count, 1, VOICE_COUNT))
    euclid = (steps[None, :, None] * pulses) % cycle < pulses
    density = rng.uniform(0.0, 0.5, (count, 1, VOICE_COUNT))
    scattered = rng.random((count, length, VOICE_COUNT)) < density**1.5
    bars = rng.random(count) < 0.5
    scattered[bars, length // 2 :] = scattered[bars, : length // 2]
    kind = rng.choice(3, (count, 1, VOICE_COUNT), p=[0.5, 0.15, 0.35])
    out = np.where(kind == 0, periodic, np.where(kind == 1, euclid, scattered)) & used[:, None]
    odd = rng.random(count) < 0.3
    out[odd] ^= rng.random(out[odd].shape) < 0.01
    return out


def scatter(count: int, rng: np.random.Generator, length: int = DEFAULT_STEPS) -> Hits:
    """Make `count` loops of `length` steps that follow no rule of music; `rng` decides.

    Hits by chance; many voices at once; voices in turn; one bar alone.
    """
    out = rng.random((count, length, VOICE_COUNT)) < rng.uniform(0.03, 0.2, (count, 1, 1))
    kind = rng.choice(4, count, p=[0.8, 0.08, 0.06, 0.06])
    at = np.flatnonzero(kind == 1)
    steps = rng.random((len(at), length, 1)) < rng.uniform(0.05, 0.5, (len(at), 1, 1))
    out[at] = steps & (rng.random((len(at), 1, VOICE_COUNT)) < rng.choice([1.0, 0.8, 0.5], (len(at), 1, 1)))
    for row in np.flatnonzero(kind == 2):
        voices = np.roll(np.arange(VOICE_COUNT), rng.integers(VOICE_COUNT))[:: rng.choice([-1, 1])]
        if rng.random() < 0.6:
            voices = rng.permutation(VOICE_COUNT)[: rng.integers(3, VOICE_COUNT + 1)]
        on = np.arange(rng.integers(0, 3), length, rng.choice([1, 1, 1, 2, 3]))
        out[row] = False
        out[row, on, voices[np.arange(len(on)) % len(voices)]] = True
    at = np.flatnonzero(kind == 3)
    bars = rng.random((len(at), 2, length // 2, VOICE_COUNT)) < rng.choice(
        [1.0, 0.95, 0.8, 0.5, 0.3], (len(at), 1, 1, 1)
    )
    bars[np.arange(len(at)), rng.integers(0, 2, len(at))] = False
    out[at] = bars.reshape(len(at), length, VOICE_COUNT)
    return out


def training_batch(
    pool: Hits, size: int, rng: np.random.Generator, shares: tuple[float, float, float]
) -> tuple[Hits, NDArray[np.bool_]]:
    """Return a batch of real, recombined, drawn and scattered loops, and which of its rows are the latter.

    They widen what can be held exactly, but nothing plausible is to be learned from them.

    Parameters
    ----------
    pool
        The real loops, (N, T, 9).
    size
        Loops in the batch.
    rng
        Decides.
    shares
        How much of the batch is real, recombined and drawn, each 0..1; the rest is scattered.
    """
    real, mixed, drawn = (round(size * share) for share in shares)
    scattered = size - real - mixed - drawn
    hits = [
        vary_real(pool[rng.integers(0, len(pool), real)], rng),
        recombine(pool, mixed, rng),
        draw(drawn, rng, pool.shape[1]),
        scatter(scattered, rng, pool.shape[1]),
    ]
    return np.concatenate(hits), np.arange(size) >= size - scattered
