"""The morph, a row of loops between two ends: its edits, and how it answers as a palette does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blender_app.core.checks import MAX_NAME_LENGTH, check_index, clamp, replace_at
from blender_app.core.time import STEPS_PER_BAR
from blender_app.session.track import MAX_MORPH_STEPS, MIN_MORPH_STEPS, Loop, Morph, Track

Positions = NDArray[np.float64]

END_COUNT = 2
END_LETTERS = ("A", "B")
_SAME_POSITION = 1e-6
_BETWEEN = re.compile(r"(?P<start>.+) to (?P<end>.+), \d+%( \d+)?$")


class MorphLine(Protocol):
    """Loops on a line from one end (0) to the other (1)."""

    def at(self, positions: Positions) -> list[Loop]:
        """Return the loops at `positions` 0-1, shape (N,)."""


# -- edits ------------------------------------------------------------------------------------------


def default_morph(track: Track) -> Morph:
    """Return the morph that `track` begins with, between its upper two corners."""
    first, second = track.corners[:END_COUNT]
    names, user_edited = track.corner_names, track.user_edited
    return Morph(
        ends=(first, second), names=(names[0], names[1]), user_edited=(user_edited[0], user_edited[1])
    )


def with_steps(morph: Morph, steps: int) -> Morph:
    """Return `morph` with another number of `steps`, brought into 3-33."""
    return replace(morph, steps=min(max(int(steps), MIN_MORPH_STEPS), MAX_MORPH_STEPS))


def with_end(morph: Morph, index: int, loop: Loop, name: str, user_edited: bool = False) -> Morph:
    """Return `morph` with another loop at an end.

    Parameters
    ----------
    index
        The end, 0 or 1.
    loop, name
        The loop, and what it is called.
    user_edited
        Whether it was made by hand.
    """
    check_index("end", index, END_COUNT)
    first, second = replace_at(morph.ends, index, loop)
    one, two = replace_at(morph.names, index, name[:MAX_NAME_LENGTH])
    by_hand, too = replace_at(morph.user_edited, index, user_edited)
    return replace(morph, ends=(first, second), names=(one, two), user_edited=(by_hand, too))


def swapped(morph: Morph) -> Morph:
    """Return `morph` the other way round; what sounds stays what it is."""
    return replace(
        morph,
        ends=(morph.ends[1], morph.ends[0]),
        names=(morph.names[1], morph.names[0]),
        user_edited=(morph.user_edited[1], morph.user_edited[0]),
        position=1.0 - morph.position,
    )


def moved(morph: Morph, position: float) -> Morph:
    """Return `morph` with its slider at `position`, brought into 0-1; a sweep lets go."""
    return replace(morph, position=clamp(position, 0.0, 1.0), sweeping=False)


# -- steps ------------------------------------------------------------------------------------------


def step_positions(steps: int) -> Positions:
    """Return where `steps` of them lie, 0 to 1, shape (steps,)."""
    return np.linspace(0.0, 1.0, steps)


def nearest_step(position: float, steps: int) -> int:
    """Return which of `steps` is nearest to `position` 0-1."""
    return int(np.floor(clamp(position, 0.0, 1.0) * (steps - 1) + 0.5))


def next_step(position: float, steps: int, forward: int) -> int:
    """Return the step before or after a position; it may not exist.

    Parameters
    ----------
    position
        0-1; it may lie between two.
    steps
        How many there are.
    forward
        1 is after, -1 before.
    """
    nearest = nearest_step(position, steps)
    beyond = (nearest - position * (steps - 1)) * forward > _SAME_POSITION
    return nearest if beyond else nearest + forward


def step_name(morph: Morph, step: int) -> str:
    """Return a name for what is at `step` of `morph`: an end's, or how far it is from one to the other.

    An end that is such a step itself counts by where it came from, or names would grow for ever.
    """
    if step in (0, morph.steps - 1):
        return morph.names[step > 0]
    way = f", {step / (morph.steps - 1):.0%}"
    first, second = (_BETWEEN.match(name) for name in morph.names)
    start = first["start"] if first else morph.names[0]
    end = second["end"] if second else morph.names[1]
    return f"{start} to {end}"[: MAX_NAME_LENGTH - len(way)] + way


# -- the sweep --------------------------------------------------------------------------------------


def sweep_anchor(morph: Morph, step: int) -> int:
    """Return the transport step where the lap of the sweep begins.

    At `step` it is where the slider of `morph` is.
    """
    return step - round(morph.position * morph.sweep_bars * STEPS_PER_BAR)


class Row:
    """A morph that answers as a palette of one row does: only x counts.

    Parameters
    ----------
    morph
        Loops on a line.
    """

    def __init__(self, morph: MorphLine) -> None:
        self._morph = morph

    @property
    def accuracy(self) -> tuple[float, ...] | None:
        """Share (0-1) of each end's steps that the model says by itself; None if it does not tell."""
        accuracy: tuple[float, ...] | None = getattr(self._morph, "accuracy", None)
        return accuracy

    def at(self, points: Positions) -> list[Loop]:
        """Return the loops at `points` (x, y), shape (N, 2); y does not matter.

        A sweep passes each place on its way there and on its way back: equal ones are decoded once.
        """
        wanted = np.asarray(points, np.float64).reshape(-1, 2)[:, 0]
        if not len(wanted):
            return []
        keys = np.round(np.clip(wanted, 0.0, 1.0) / _SAME_POSITION)
        _, first, back = np.unique(keys, return_index=True, return_inverse=True)
        loops = self._morph.at(np.clip(wanted[first], 0.0, 1.0))
        return [loops[index] for index in back.reshape(-1)]

    def steps(self, count: int) -> list[Loop]:
        """Return the loops of `count` steps, both ends among them."""
        return list(self._morph.at(step_positions(count)))

    def cells(self, rows: int, cols: int) -> list[list[Loop]]:
        """Return the loops of `rows` equal rows of `cols` steps."""
        return [self.steps(cols) for _ in range(rows)]
