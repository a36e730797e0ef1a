"""The mixer, a row of loops between two ends: its edits, and how it answers as a palette does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blender_app.core.checks import MAX_NAME_LENGTH, check_index, clamp, replace_at
from blender_app.core.time import STEPS_PER_BAR
from blender_app.session.track import MAX_MIXER_STEPS, MIN_MIXER_STEPS, Loop, Mixer, Track

Positions = NDArray[np.float64]

END_COUNT = 2
END_LETTERS = ("A", "B")
_SAME_POSITION = 1e-6
_BETWEEN = re.compile(r"(?P<start>.+) to (?P<end>.+), \d+%( \d+)?$")


class Morph(Protocol):
    """Loops on a line from one end (0) to the other (1)."""

    def at(self, positions: Positions) -> list[Loop]:
        """Return the loops at positions 0-1, shape (N,)."""


# -- edits ------------------------------------------------------------------------------------------


def default_mixer(track: Track) -> Mixer:
    """Return the mixer that a track begins with, between its upper two corners."""
    first, second = track.corners[:END_COUNT]
    names, drawn = track.corner_names, track.drawn
    return Mixer(ends=(first, second), names=(names[0], names[1]), drawn=(drawn[0], drawn[1]))


def with_steps(mixer: Mixer, steps: int) -> Mixer:
    """Return the mixer with another number of steps, brought into 3-33."""
    return replace(mixer, steps=min(max(int(steps), MIN_MIXER_STEPS), MAX_MIXER_STEPS))


def with_end(mixer: Mixer, index: int, loop: Loop, name: str, drawn: bool = False) -> Mixer:
    """Return the mixer with another loop at an end (0 or 1); `drawn` if it was made by hand."""
    check_index("end", index, END_COUNT)
    first, second = replace_at(mixer.ends, index, loop)
    one, two = replace_at(mixer.names, index, name[:MAX_NAME_LENGTH])
    by_hand, too = replace_at(mixer.drawn, index, drawn)
    return replace(mixer, ends=(first, second), names=(one, two), drawn=(by_hand, too))


def swapped(mixer: Mixer) -> Mixer:
    """Return the mixer the other way round; what sounds stays what it is."""
    return replace(
        mixer,
        ends=(mixer.ends[1], mixer.ends[0]),
        names=(mixer.names[1], mixer.names[0]),
        drawn=(mixer.drawn[1], mixer.drawn[0]),
        position=1.0 - mixer.position,
    )


def moved(mixer: Mixer, position: float) -> Mixer:
    """Return the mixer with its slider at a position, brought into 0-1; a sweep lets go."""
    return replace(mixer, position=clamp(position, 0.0, 1.0), sweeping=False)


# -- steps ------------------------------------------------------------------------------------------


def step_positions(steps: int) -> Positions:
    """Return where the steps lie, 0 to 1, shape (steps,)."""
    return np.linspace(0.0, 1.0, steps)


def nearest_step(position: float, steps: int) -> int:
    """Return the step nearest to a position 0-1."""
    return int(np.floor(clamp(position, 0.0, 1.0) * (steps - 1) + 0.5))


def next_step(position: float, steps: int, forward: int) -> int:
    """Return the step before (-1) or after (1) a position, which may lie between two; it may not exist."""
    nearest = nearest_step(position, steps)
    beyond = (nearest - position * (steps - 1)) * forward > _SAME_POSITION
    return nearest if beyond else nearest + forward


def step_name(mixer: Mixer, step: int) -> str:
    """Return a name for what is at a step: an end's own, or how far it is from one to the other.

    An end that is such a step itself counts by where it came from, or names would grow for ever.
    """
    if step in (0, mixer.steps - 1):
        return mixer.names[step > 0]
    way = f", {step / (mixer.steps - 1):.0%}"
    first, second = (_BETWEEN.match(name) for name in mixer.names)
    start = first["start"] if first else mixer.names[0]
    end = second["end"] if second else mixer.names[1]
    return f"{start} to {end}"[: MAX_NAME_LENGTH - len(way)] + way


# -- the sweep --------------------------------------------------------------------------------------


def sweep_anchor(mixer: Mixer, step: int) -> int:
    """Return the transport step where the sweep's lap begins if at `step` it is where the slider is."""
    return step - round(mixer.position * mixer.sweep_bars * STEPS_PER_BAR)


class Row:
    """A morph that answers as a palette of one row does: only x counts.

    Parameters
    ----------
    morph
        Loops on a line.
    """

    def __init__(self, morph: Morph) -> None:
        self._morph = morph

    @property
    def accuracy(self) -> tuple[float, ...] | None:
        """Share (0-1) of each end's steps that the model says by itself; None if it does not tell."""
        accuracy: tuple[float, ...] | None = getattr(self._morph, "accuracy", None)
        return accuracy

    def at(self, points: Positions) -> list[Loop]:
        """Return the loops at places (x, y), shape (N, 2).

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
