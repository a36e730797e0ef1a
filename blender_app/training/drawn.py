"""Kinds of loops that people draw and nobody plays: a code of a few dozen numbers has to say them, too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import VOICE_COUNT
from blender_app.core.melody import MAX_PITCH, NO_EVENT
from blender_app.core.time import DEFAULT_STEPS, STEPS_PER_BEAT

Hits = NDArray[np.bool_]
Events = NDArray[np.int64]
DENSITIES = (0.05, 0.1, 0.15, 0.2)
PIANO = 21, 109


def drawn_drums(count: int, rng: np.random.Generator) -> dict[str, Hits]:
    """Return loops (N, 32, 9) of each kind by its name, `count` where chance makes them; `rng` decides."""
    steps = np.arange(DEFAULT_STEPS)
    at_once = np.zeros((count, DEFAULT_STEPS, VOICE_COUNT), np.bool_)
    for loop in at_once:
        loop[rng.choice(DEFAULT_STEPS, 5, replace=False)] = True
    in_turn = np.zeros((VOICE_COUNT, DEFAULT_STEPS, VOICE_COUNT), np.bool_)
    for first, loop in enumerate(in_turn):
        loop[steps, (first + steps) % VOICE_COUNT] = True
    bar_two = np.zeros((1, DEFAULT_STEPS, VOICE_COUNT), np.bool_)
    bar_two[:, DEFAULT_STEPS // 2 :] = True
    chance = {f"hits by chance, density {d}": rng.random(at_once.shape) < d for d in DENSITIES}
    return {
        "everything at once on 5 steps": at_once,
        "voices in turn": in_turn,
        "only bar 2, full": bar_two,
        **chance,
    }


def drawn_melodies(count: int, rng: np.random.Generator) -> dict[str, Events]:
    """Return melody events (N, 32) of each kind by its name, as `drawn_drums` does from `count` and `rng`."""
    lowest = rng.integers(36, 61, (count, 1))
    shuffled = rng.permuted(np.tile(np.arange(DEFAULT_STEPS), (count, 1)), axis=1) + lowest
    pitches = np.arange(MAX_PITCH + 1)[:, None]
    return {
        "32 notes, shuffled": shuffled,
        "32 notes over 21-108": rng.integers(*PIANO, (count, DEFAULT_STEPS)),
        "each of 128 pitches": np.where(np.arange(DEFAULT_STEPS) % STEPS_PER_BEAT, NO_EVENT, pitches),
    }
