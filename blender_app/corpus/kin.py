"""Songs that share loops are kin, whatever their files are called, and lie on one side of the split."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from blender_app.corpus.reading import Report
from blender_app.corpus.split import Split

COMMON = 8
"""A loop that more songs play than this is nobody's: it tells nothing about who has it from whom."""
MIN_SHARED = 3
"""Fewer shared loops are chance: a loop and its neighbours a bar on can be a scale or one figure."""
MIN_SHARE = 0.1
"""Share of the shorter song's loops that kin have in common."""


def together(split: Split, keys: NDArray[np.generic], song: NDArray[np.int64], report: Report) -> Split:
    """Return `split` with kin on one side: to train on, if any of them is.

    So what is held back stays so, and nothing like it is learned from.

    Parameters
    ----------
    split
        By song alone.
    keys
        A row for each window, equal where the loops count as one, (N, K).
    song
        Which song each window is of, (N,); -1 for those whose set says itself what is held back, which
        stay where they are.
    report
        Told how many windows moved.
    """
    group = groups(keys, song)
    learned = np.unique(group[~split.validation & (song >= 0)])
    moved = split.validation & (song >= 0) & np.isin(group, learned)
    report.moved["windows of songs that share loops with others"] += int(moved.sum())
    return replace(split, validation=split.validation & ~moved)


def groups(keys: NDArray[np.generic], song: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the group of kin that each window's song is in, (N,): its own if it has none.

    `keys` and `song` as in `together`; windows of song -1 make no kin.
    """
    leader = np.arange(song.max(initial=-1) + 1)
    played = _songs_by_loop(keys, song)
    length = Counter(int(player) for players in played for player in players)
    shared = Counter(
        pair for players in played if len(players) <= COMMON for pair in combinations(players, 2)
    )
    for (one, other), count in shared.items():
        if count >= max(MIN_SHARED, MIN_SHARE * min(length[one], length[other])):
            leader[leader == leader[one]] = leader[other]
    return np.where(song >= 0, leader[song] if len(leader) else song, -1)


def _songs_by_loop(keys: NDArray[np.generic], song: NDArray[np.int64]) -> list[list[int]]:
    """Return for each different loop the songs that play it, in order."""
    own = song >= 0
    _, loop = np.unique(keys[own], axis=0, return_inverse=True)
    pairs = np.unique(np.stack([loop.ravel(), song[own]], 1), axis=0)
    starts = np.flatnonzero(np.diff(pairs[:, 0])) + 1
    return [part.tolist() for part in np.split(pairs[:, 1], starts)]
