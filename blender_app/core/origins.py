"""What a loop between others is made of: how much of it each of them has, and how much none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import DrumLoop
from blender_app.core.lengths import Loop, resized


class Origins(NamedTuple):
    """Shares of a loop's onsets, 0 to 1, that sum to 1 (to 0 if it has none).

    Parameters
    ----------
    shares
        Of each loop around.
    new
        Of onsets that none of them has.
    """

    shares: tuple[float, ...]
    new: float


def new_onsets(loop: Loop, around: Sequence[Loop]) -> NDArray[np.bool_]:
    """Return where `loop` has an onset that none of the loops `around` has there.

    For drums (steps, 9), by step and voice; for melodies (steps,), by step and pitch. Loops of other lengths
    are said again, or cut. With no loops around nothing is new.
    """
    owned = _owned(loop, around)
    return _onsets(loop) & ~owned.any(0) if len(owned) else np.zeros_like(_onsets(loop))


def origins(loop: Loop, around: Sequence[Loop], weights: Sequence[float]) -> Origins:
    """Return of which of the loops `around` the onsets of `loop` are.

    An onset that several of them have is shared by their `weights`, or evenly where these are all 0.
    """
    owned, onsets = _owned(loop, around), _onsets(loop)
    total = max(int(onsets.sum()), 1)
    weight = np.maximum(np.asarray(weights, np.float64), 1e-9).reshape(-1, *[1] * onsets.ndim)
    votes = owned * weight
    shares = votes / np.maximum(votes.sum(0), 1e-12)
    by_loop = shares.reshape(len(around), -1).sum(1) / total
    return Origins(tuple(by_loop.tolist()), float(new_onsets(loop, around).sum() / total))


def describe_origins(made_of: Origins, names: Sequence[str]) -> str:
    """Return `made_of` in words, with `names` of the loops around: ``1: 40 %, 3: 48 %, new: 12 %``."""
    parts = [*zip(names, made_of.shares, strict=True), ("new", made_of.new)]
    return ", ".join(f"{name}: {share:.0%}".replace("%", " %") for name, share in parts if share >= 0.005)


def _onsets(loop: Loop) -> NDArray[np.bool_]:
    return loop.hits if isinstance(loop, DrumLoop) else loop.events >= 0


def _owned(loop: Loop, around: Sequence[Loop]) -> NDArray[np.bool_]:
    """Return which onsets of `loop` each loop around has too, (K, steps, ...)."""
    fitted = [resized(other, loop.steps) for other in around]
    onsets = _onsets(loop)
    if isinstance(loop, DrumLoop):
        owned = [onsets & other.hits for other in fitted if isinstance(other, DrumLoop)]
    else:
        tunes = [other.events for other in fitted if not isinstance(other, DrumLoop)]
        owned = [onsets & (loop.events == events) for events in tunes]
    return np.array(owned, np.bool_).reshape(len(owned), *onsets.shape)
