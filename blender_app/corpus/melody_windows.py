"""Lines of notes -> two-bar melody windows on bar lines, in Magenta's melody events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blender_app.core.melody import NO_EVENT, NOTE_OFF, without_idle_offs
from blender_app.core.time import STEPS_PER_BAR
from blender_app.corpus.windows import WINDOW_STEPS

MIN_NOTES = 3
"""Windows with fewer notes teach nothing about melodies."""
MAX_ONE_PITCH = 0.95
"""Windows in which one pitch has a larger share of the notes are dropped."""


@dataclass(frozen=True, slots=True)
class Line:
    """The notes of one part, as parallel arrays of length N, in any order.

    Parameters
    ----------
    start_steps, end_steps
        In sixteenths from the song's start, as played; float64.
    pitch, velocity
        MIDI note number and velocity, velocity 0 where the source has none worth learning; int64.
    bass
        Whether the part is a bass.
    """

    start_steps: NDArray[np.float64]
    end_steps: NDArray[np.float64]
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]
    bass: bool = False

    @property
    def last_step(self) -> float:
        """Where the last step in which the line starts or holds a note begins."""
        return float(max(self.start_steps.max(), self.end_steps.max() - 1.0))


@dataclass(frozen=True, slots=True)
class Song:
    """What a file holds: its lines, and the grid they lie on.

    Parameters
    ----------
    lines
        The parts worth learning.
    spans
        Stretches of bars of sixteen sixteenths as (first step, last step), both on bar lines.
    onsets_steps
        What the grid is judged by: usually the onsets of all parts, learnt or not.
    """

    lines: tuple[Line, ...]
    spans: tuple[tuple[int, int], ...]
    onsets_steps: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MelodyWindows:
    """N windows of `WINDOW_STEPS` steps (T).

    Parameters
    ----------
    events
        Magenta's, int16, (N, T).
    velocity
        Uint8, (N, T); 0 where no note starts, and in the whole window where it is not known.
    bass
        Which windows are of basslines, bool, (N,).
    """

    events: NDArray[np.int16]
    velocity: NDArray[np.uint8]
    bass: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.events)

    def __getitem__(self, index: NDArray[np.generic] | slice | list[int]) -> MelodyWindows:
        return MelodyWindows(self.events[index], self.velocity[index], self.bass[index])

    @classmethod
    def concatenate(cls, parts: list[MelodyWindows]) -> MelodyWindows:
        """Return all windows of `parts`, in order."""
        return cls(
            np.concatenate([np.zeros((0, WINDOW_STEPS), np.int16), *(part.events for part in parts)]),
            np.concatenate([np.zeros((0, WINDOW_STEPS), np.uint8), *(part.velocity for part in parts)]),
            np.concatenate([np.zeros(0, np.bool_), *(part.bass for part in parts)]),
        )


def cut_melody_windows(line: Line, spans: tuple[tuple[int, int], ...]) -> MelodyWindows:
    """Quantise `line` to sixteenths and cut a window at each bar line of each span.

    Of notes that start together the highest stays, a later note cuts an earlier one, and a note
    that sounds already where a window begins is not part of it. Windows of fewer than `MIN_NOTES`
    notes and those that repeat one pitch are left out.

    Parameters
    ----------
    line
        Of one part.
    spans
        Stretches to look in as (first step, last step), both on bar lines.
    """
    parts = [
        _cut(*_quantise(line, first, last), bass=line.bass)
        for first, last in spans
        if last - first >= WINDOW_STEPS
    ]
    windows = MelodyWindows.concatenate(parts)
    return windows[_worth_learning(windows.events)]


def known_velocity(velocity: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return `velocity` (N,) as it is, or all 0 if it never changes: then nobody chose it."""
    return velocity if len(np.unique(velocity)) > 1 else np.zeros_like(velocity)


def relative_events(events: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return windows `events` (N, T) with pitches counted from the first: equal for transpositions.

    The first pitch becomes 256, and the other events stay.
    """
    starts = events >= 0
    first = np.take_along_axis(events, starts.argmax(1)[:, None], axis=1)
    return np.where(starts, events - first + 256, events).astype(np.int16)


def relative_onsets(events: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return `events` (N, T) as `relative_events`, without note-offs: equal however long notes are held."""
    return relative_events(np.where(events >= 0, events, NO_EVENT).astype(np.int16))


def _quantise(line: Line, first: int, last: int) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Return one span's events and velocities, (last - first,)."""
    events = np.full(last - first, NO_EVENT, np.int16)
    velocity = np.zeros(last - first, np.uint8)
    step = np.floor(line.start_steps + 0.5).astype(np.int64) - first
    end = np.floor(line.end_steps + 0.5).astype(np.int64) - first
    order = np.lexsort((line.velocity, line.pitch, step))
    order = order[(step[order] >= 0) & (step[order] < len(events))]
    # The highest of those that start together is the last of its step.
    chosen = order[np.append(np.diff(step[order]) > 0, True)] if len(order) else order
    following = np.append(step[chosen][1:], len(events))
    stop = np.minimum(np.maximum(end[chosen], step[chosen] + 1), following)
    events[stop[stop < len(events)]] = NOTE_OFF
    events[step[chosen]] = line.pitch[chosen]
    velocity[step[chosen]] = np.clip(line.velocity[chosen], 0, 127)
    return events, velocity


def _cut(events: NDArray[np.int16], velocity: NDArray[np.uint8], *, bass: bool) -> MelodyWindows:
    starts = np.arange(0, len(events) - WINDOW_STEPS + 1, STEPS_PER_BAR)
    index = starts[:, None] + np.arange(WINDOW_STEPS)
    return MelodyWindows(without_idle_offs(events[index]), velocity[index], np.full(len(starts), bass))


def _worth_learning(events: NDArray[np.int16]) -> NDArray[np.bool_]:
    starts = events >= 0
    count = starts.sum(1)
    most = np.zeros(len(events), np.int64)
    for pitch in np.unique(events[starts]):
        most = np.maximum(most, (events == pitch).sum(1))
    worth: NDArray[np.bool_] = (count >= MIN_NOTES) & (most <= MAX_ONE_PITCH * count)
    return worth
