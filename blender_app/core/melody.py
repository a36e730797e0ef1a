"""Melody loops: sixteenths of one part, melody or bass, in Magenta's melody events.

Notes
-----
The events and the rules that make one part of many notes are those of Magenta's melody converter
(Roberts et al. 2018, arXiv 1803.05428): the highest pitch wins where notes start together, and a
later note cuts an earlier one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blender_app.core.kit import DEFAULT_VELOCITY
from blender_app.core.notes import Note
from blender_app.core.time import DEFAULT_STEPS, check_shapes, check_steps

NO_EVENT, NOTE_OFF = -2, -1
"""Go on with what sounds (or with silence), and end it; 0 to 127 start a note of that pitch."""
MAX_PITCH = 127
OCTAVE = 12


@dataclass(frozen=True, slots=True, eq=False)
class MelodyLoop:
    """An immutable loop of 1, 2, 4, 8 or 16 bars of a part that plays one note at a time.

    A note-off where nothing sounds is the same as no event and becomes one, so that equal music is
    an equal loop.

    Parameters
    ----------
    events
        -2 no event, -1 note off, 0 to 127 note on; int16, shape (steps,), with 16, 32, 64, 128 or 256
        steps.
    velocity
        MIDI velocity 1-127 where a note starts, 0 elsewhere; uint8, shape (steps,).
    microtiming
        Deviation from the grid in steps, -0.5 to 0.5 (late is positive), 0 where no note starts;
        float32, shape (steps,).

    Raises
    ------
    ValueError
        A shape is wrong, or an event is not a whole number from -2 to 127.
    """

    events: NDArray[np.int16]
    velocity: NDArray[np.uint8]
    microtiming: NDArray[np.float32]

    def __post_init__(self) -> None:
        names = "events", "velocity", "microtiming"
        check_shapes({name: np.shape(getattr(self, name)) for name in names})
        _fill(self, _checked_parts(self.events, self.velocity, self.microtiming))

    @classmethod
    def from_events(cls, events: ArrayLike, velocity: int = DEFAULT_VELOCITY) -> MelodyLoop:
        """Return a loop of `events` (steps,), all on the grid and of one `velocity`, 1-127."""
        given = np.asarray(events)
        return cls(given, np.full(given.shape, velocity, np.uint8), np.zeros(given.shape, np.float32))

    @classmethod
    def from_arrays(
        cls,
        events: NDArray[np.int16],
        velocity: NDArray[np.uint8],
        microtiming: NDArray[np.float32],
    ) -> list[MelodyLoop]:
        """Return the loops of arrays (N, steps), checked all at once: much quicker than each by itself.

        Parameters
        ----------
        events, velocity, microtiming
            (N, steps), a row a loop; else as in `MelodyLoop`.

        Raises
        ------
        ValueError
            As for a single loop.
        """
        check_steps(np.shape(events)[-1])
        arrays = _checked_parts(events, velocity, microtiming)
        loops = []
        for parts in zip(*arrays, strict=True):
            loop = cls.__new__(cls)
            _fill(loop, parts)
            loops.append(loop)
        return loops

    @classmethod
    def empty(cls, steps: int = DEFAULT_STEPS) -> MelodyLoop:
        """Return a loop of `steps` sixteenths of silence."""
        return cls.from_events(np.full(steps, NO_EVENT))

    @classmethod
    def from_notes(cls, notes: Iterable[Note], steps: int = DEFAULT_STEPS) -> MelodyLoop:
        """Return the one part that notes make.

        A note lasts a whole number of steps, at least one, and no longer than the loop.

        Parameters
        ----------
        notes
            In any order; what starts outside the loop is left out.
        steps
            Length of the loop: 16, 32, 64, 128 or 256.
        """
        check_steps(steps)
        chosen: dict[int, Note] = {}
        for note in notes:
            other = chosen.get(note.step)
            if 0 <= note.step < steps and (other is None or _wins(note, other)):
                chosen[note.step] = note
        events = np.full(steps, NO_EVENT, np.int16)
        velocity = np.zeros(steps, np.uint8)
        microtiming = np.zeros(steps, np.float32)
        for step, note in sorted(chosen.items()):
            events[step] = note.pitch
            velocity[step] = note.velocity
            microtiming[step] = note.microtiming
            end = step + max(1, math.floor(note.length_steps + 0.5))
            if end < steps and not any(step < later <= end for later in chosen):
                events[end] = NOTE_OFF
        return cls(events, velocity, microtiming)

    def to_notes(self) -> tuple[Note, ...]:
        """Return the notes in order; each lasts to the next event or to the end of the loop."""
        changes = [*np.flatnonzero(self.events != NO_EVENT).tolist(), self.steps]
        return tuple(
            Note(
                step=step,
                pitch=int(self.events[step]),
                velocity=int(self.velocity[step]),
                length_steps=float(end - step),
                microtiming=float(self.microtiming[step]),
            )
            for step, end in itertools.pairwise(changes)
            if self.events[step] >= 0
        )

    @property
    def steps(self) -> int:
        """Length in sixteenths."""
        return len(self.events)

    @property
    def note_count(self) -> int:
        """How many notes the loop has."""
        return int((self.events >= 0).sum())

    def __reduce__(self) -> tuple[type[MelodyLoop], tuple[NDArray[np.generic], ...]]:
        """Pickle by value: unpickled arrays would be writable otherwise."""
        return MelodyLoop, (self.events, self.velocity, self.microtiming)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MelodyLoop) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[bytes, bytes, bytes]:
        return self.events.tobytes(), self.velocity.tobytes(), self.microtiming.tobytes()


def without_idle_offs(events: NDArray[np.integer]) -> NDArray[np.int16]:
    """Return `events` (..., steps) in which each note-off ends a note; the others become no event."""
    given = np.asarray(events, np.int16)
    steps = np.arange(given.shape[-1])
    # The step of the last note-on or note-off before each step, to see which of them it was.
    last = np.maximum.accumulate(np.where(given != NO_EVENT, steps, -1), axis=-1)
    before = np.concatenate([np.full_like(last[..., :1], -1), last[..., :-1]], axis=-1)
    previous = np.take_along_axis(given, np.maximum(before, 0), axis=-1)
    idle = (given == NOTE_OFF) & ((before < 0) | (previous < 0))
    return np.where(idle, NO_EVENT, given).astype(np.int16)


_Parts = tuple[NDArray[np.int16], NDArray[np.uint8], NDArray[np.float32]]


def _fill(loop: MelodyLoop, parts: _Parts) -> None:
    """Make these arrays, which are checked, the loop's."""
    events, velocity, microtiming = parts
    for name, array in (("events", events), ("velocity", velocity), ("microtiming", microtiming)):
        array.setflags(write=False)
        object.__setattr__(loop, name, array)


def _checked_parts(
    events: NDArray[np.int16], velocity: NDArray[np.uint8], microtiming: NDArray[np.float32]
) -> _Parts:
    """Return a loop's arrays, or those of many loops (N, steps), in range and silent where no note starts."""
    events = without_idle_offs(_checked(events))
    starts = events >= 0
    loud = np.where(starts, np.clip(velocity, 1, 127), 0).astype(np.uint8)
    timing = np.where(starts, np.clip(np.nan_to_num(microtiming), -0.5, 0.5), 0.0).astype(np.float32)
    return events, loud, timing + np.float32(0.0)  # + 0 makes 0.0 of -0.0: loops are compared by bytes


def _wins(note: Note, other: Note) -> bool:
    return (note.pitch, note.velocity, note.length_steps) > (other.pitch, other.velocity, other.length_steps)


def _checked(events: NDArray[np.int16]) -> NDArray[np.int16]:
    given = np.asarray(events)
    whole = np.nan_to_num(given, nan=NO_EVENT - 1, posinf=0, neginf=0).astype(np.int16)
    wrong = (whole != given) | (whole < NO_EVENT) | (whole > MAX_PITCH)
    if wrong.any():
        place = int(np.argmax(wrong))
        step, found = place % given.shape[-1], given.ravel()[place]
        raise ValueError(f"events must be whole numbers from -2 to 127; step {step} has {found}")
    return whole
