"""Drum loops: sixteenths by nine voices, with velocity and microtiming."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blender_app.core.kit import (
    DEFAULT_VELOCITY,
    DRUM_NOTE_STEPS,
    GMD_PITCH_TO_VOICE,
    PITCH_TO_VOICE,
    VOICE_COUNT,
    VOICE_PITCHES,
    VOICES,
)
from blender_app.core.notes import Note
from blender_app.core.time import DEFAULT_STEPS, check_shapes, check_steps

__all__ = [
    "DEFAULT_VELOCITY",
    "DRUM_NOTE_STEPS",
    "GMD_PITCH_TO_VOICE",
    "PITCH_TO_VOICE",
    "VOICES",
    "VOICE_COUNT",
    "VOICE_PITCHES",
    "DrumLoop",
    "hits_to_tokens",
    "tokens_to_hits",
]


@dataclass(frozen=True, slots=True, eq=False)
class DrumLoop:
    """An immutable drum loop of 1, 2, 4, 8 or 16 bars.

    Parameters
    ----------
    hits
        Onsets, bool, shape (steps, 9), with 16, 32, 64, 128 or 256 steps.
    velocity
        MIDI velocity 1-127 where there is a hit, 0 elsewhere; uint8, shape (steps, 9).
    microtiming
        Deviation from the grid in steps, -0.5 to 0.5 (late is positive), 0 where there is no hit;
        float32, shape (steps, 9).

    Raises
    ------
    ValueError
        A shape is wrong.
    """

    hits: NDArray[np.bool_]
    velocity: NDArray[np.uint8]
    microtiming: NDArray[np.float32]

    def __post_init__(self) -> None:
        names = "hits", "velocity", "microtiming"
        check_shapes({name: np.shape(getattr(self, name)) for name in names}, (VOICE_COUNT,))
        hits = np.array(self.hits, dtype=np.bool_)
        velocity = np.where(hits, np.clip(self.velocity, 1, 127), 0).astype(np.uint8)
        # + 0 makes 0.0 of -0.0, for loops are compared by their bytes.
        microtiming = (
            np.where(hits, np.clip(np.nan_to_num(self.microtiming), -0.5, 0.5), 0.0).astype(np.float32) + 0.0
        )
        for name, array in (("hits", hits), ("velocity", velocity), ("microtiming", microtiming)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @classmethod
    def from_checked(
        cls, hits: NDArray[np.bool_], velocity: NDArray[np.uint8], microtiming: NDArray[np.float32]
    ) -> DrumLoop:
        """Return a loop of arrays that are already as `DrumLoop` keeps them, and read-only.

        For those who make hundreds of loops at once and have checked them together.

        Parameters
        ----------
        hits, velocity, microtiming
            The loop's arrays, each (steps, 9); neither copied nor checked.
        """
        loop = object.__new__(cls)
        object.__setattr__(loop, "hits", hits)
        object.__setattr__(loop, "velocity", velocity)
        object.__setattr__(loop, "microtiming", microtiming)
        return loop

    @classmethod
    def from_hits(cls, hits: NDArray[np.bool_], velocity: int = DEFAULT_VELOCITY) -> DrumLoop:
        """Return a loop with `hits` (steps, 9), all on the grid and of one `velocity`, 1-127."""
        shape = np.shape(hits)
        return cls(hits, np.full(shape, velocity, np.uint8), np.zeros(shape, np.float32))

    @classmethod
    def empty(cls, steps: int = DEFAULT_STEPS) -> DrumLoop:
        """Return a loop of `steps` sixteenths of silence."""
        return cls.from_hits(np.zeros((steps, VOICE_COUNT), np.bool_))

    @classmethod
    def from_notes(cls, notes: Iterable[Note], steps: int = DEFAULT_STEPS) -> DrumLoop:
        """Return the loop that notes make; the louder of two hits in one cell stays.

        Parameters
        ----------
        notes
            In any order; what is no drum or starts outside the loop is left out.
        steps
            Length of the loop: 16, 32, 64, 128 or 256.
        """
        shape = check_steps(steps), VOICE_COUNT
        hits, velocity = np.zeros(shape, np.bool_), np.zeros(shape, np.uint8)
        microtiming = np.zeros(shape, np.float32)
        for note in notes:
            voice = note.voice if note.voice is not None else PITCH_TO_VOICE.get(note.pitch)
            if voice is None or not 0 <= note.step < steps or velocity[note.step, voice] >= note.velocity:
                continue
            hits[note.step, voice] = True
            velocity[note.step, voice] = note.velocity
            microtiming[note.step, voice] = note.microtiming
        return cls(hits, velocity, microtiming)

    def to_notes(self) -> tuple[Note, ...]:
        """Return the hits as notes in order of step and voice, on the General MIDI drum notes."""
        return tuple(
            Note(
                step=int(step),
                microtiming=float(self.microtiming[step, voice]),
                length_steps=DRUM_NOTE_STEPS,
                pitch=VOICE_PITCHES[voice],
                velocity=int(self.velocity[step, voice]),
                voice=int(voice),
            )
            for step, voice in np.argwhere(self.hits)
        )

    def with_hit(self, step: int, voice: int, velocity: int, microtiming: float = 0.0) -> DrumLoop:
        """Return a copy with one hit set or removed.

        Parameters
        ----------
        step
            Counted from 0.
        voice
            0-8, as in `VOICES`.
        velocity
            1-127; 0 removes the hit.
        microtiming
            Deviation from the grid in steps, -0.5 to 0.5.
        """
        hits, velocities, timing = self.hits.copy(), self.velocity.copy(), self.microtiming.copy()
        hits[step, voice] = velocity > 0
        velocities[step, voice] = velocity
        timing[step, voice] = microtiming
        return replace(self, hits=hits, velocity=velocities, microtiming=timing)

    @property
    def steps(self) -> int:
        """Length in sixteenths."""
        return len(self.hits)

    @property
    def tokens(self) -> NDArray[np.int64]:
        """The hits of each step as one number, the sum of 2**voice; int64, shape (steps,)."""
        return hits_to_tokens(self.hits)

    @property
    def hit_count(self) -> int:
        """How many hits the loop has."""
        return int(self.hits.sum())

    def __reduce__(self) -> tuple[type[DrumLoop], tuple[NDArray[np.generic], ...]]:
        """Pickle by value: unpickled arrays would be writable otherwise."""
        return DrumLoop, (self.hits, self.velocity, self.microtiming)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DrumLoop) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[bytes, bytes, bytes]:
        return self.hits.tobytes(), self.velocity.tobytes(), self.microtiming.tobytes()


def hits_to_tokens(hits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return `hits` (..., 9) as numbers 0-511, the sum of 2**voice; int64, shape (...)."""
    tokens: NDArray[np.int64] = (np.asarray(hits, np.int64) << np.arange(VOICE_COUNT)).sum(-1)
    return tokens


def tokens_to_hits(tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return `tokens` 0-511 (...), as `hits_to_tokens` makes them, as hits (..., 9)."""
    return ((np.asarray(tokens)[..., None] >> np.arange(VOICE_COUNT)) & 1).astype(np.bool_)
