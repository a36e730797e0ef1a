"""Unseen loops in two halves: one to tune on, one to report on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_app.core.time import STEPS_PER_BAR
from blender_app.corpus.split import Split

RUNS = 16
"""Pieces that a set's loops are cut into; every other one is for tuning."""


def reporting_half(split: Split, loops: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which of a corpus's windows figures are reported on, (N,); the other unseen ones are to tune on.

    A corpus keeps songs in order, but not where they end. So a set's unseen windows are cut into `RUNS`
    pieces, each cut where, of all places around, a window and the next have least in common: within a
    song they share a bar, so that few songs or none lie on both sides.

    Parameters
    ----------
    split
        Where the windows belong.
    loops
        The windows, (N, T, ...).
    """
    reported = np.zeros(len(loops), np.bool_)
    for source in range(len(split.source_names)):
        held = np.flatnonzero(split.validation & (split.source == source))
        cuts = _cuts(loops[held])
        for start, end in zip(cuts[1::2], cuts[2::2], strict=True):
            reported[held[start:end]] = True
    return reported


def _cuts(loops: NDArray[Any]) -> list[int]:
    """Return where `RUNS` runs of windows in order (N, T, ...) begin, and where the last ends."""
    last_bar, first_bar = loops[:-1, -STEPS_PER_BAR:], loops[1:, :STEPS_PER_BAR]
    apart = (last_bar != first_bar).reshape(max(len(loops) - 1, 0), -1).mean(1) if len(loops) > 1 else []
    cuts = [0]
    for run in range(1, RUNS):
        low, high = ((2 * run + side) * len(loops) // (2 * RUNS) for side in (-1, 1))
        around = apart[low : max(high - 1, low)]
        cuts.append(low + 1 + int(np.argmax(around)) if len(around) else low)
    return [*cuts, len(loops)]
