"""Drum loops: 32 sixteenths by nine voices, with velocity and microtiming.

Notes
-----
The nine voices, the notes they are emitted as and the notes read into them are those of Magenta's
reduced drum kit (MusicVAE and GrooVAE configurations; Roberts et al. 2018, arXiv 1803.05428;
Gillick et al. 2019, arXiv 1905.06118).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blender_app.core.notes import Note

LOOP_STEPS = 32
VOICES = ("kick", "snare", "closed hat", "open hat", "low tom", "mid tom", "high tom", "crash", "ride")
VOICE_COUNT = len(VOICES)
VOICE_PITCHES = (36, 38, 42, 46, 45, 48, 50, 49, 51)
DEFAULT_VELOCITY = 100
DRUM_NOTE_STEPS = 0.5
"""Length in steps of an emitted drum note; drum sounds ignore their note-off."""

_READ = (
    (36, 35),
    (38, 27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85),
    (42, 44, 54, 68, 69, 70, 71, 73, 78, 80, 22),
    (46, 67, 72, 74, 79, 81, 26),
    (45, 29, 41, 43, 61, 64, 84),
    (48, 47, 60, 63, 77, 86, 87),
    (50, 30, 62, 76, 83),
    (49, 52, 55, 57, 58),
    (51, 53, 59, 82),
)
PITCH_TO_VOICE = {pitch: voice for voice, pitches in enumerate(_READ) for pitch in pitches}
"""General MIDI drum note -> voice index."""
GMD_PITCH_TO_VOICE = {**PITCH_TO_VOICE, 58: VOICES.index("low tom")}
"""The same for Roland TD-11 recordings (Groove MIDI Dataset), where 58 is the low tom's rim."""


@dataclass(frozen=True, slots=True, eq=False)
class DrumLoop:
    """An immutable two-bar drum loop.

    Parameters
    ----------
    hits
        Onsets, bool, shape (32, 9).
    velocity
        MIDI velocity 1-127 where there is a hit, 0 elsewhere; uint8, shape (32, 9).
    microtiming
        Deviation from the grid in steps, -0.5 to 0.5 (late is positive), 0 where there is no hit;
        float32, shape (32, 9).
    """

    hits: NDArray[np.bool_]
    velocity: NDArray[np.uint8]
    microtiming: NDArray[np.float32]

    def __post_init__(self) -> None:
        for name in ("hits", "velocity", "microtiming"):
            if (shape := np.shape(getattr(self, name))) != (LOOP_STEPS, VOICE_COUNT):
                raise ValueError(f"{name} must have shape (32, 9), not {shape}")
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
        """
        loop = object.__new__(cls)
        object.__setattr__(loop, "hits", hits)
        object.__setattr__(loop, "velocity", velocity)
        object.__setattr__(loop, "microtiming", microtiming)
        return loop

    @classmethod
    def from_hits(cls, hits: NDArray[np.bool_], velocity: int = DEFAULT_VELOCITY) -> DrumLoop:
        """Return a loop with `hits` (32, 9), all on the grid and equally loud (1-127)."""
        return cls(
            hits,
            np.full((LOOP_STEPS, VOICE_COUNT), velocity, np.uint8),
            np.zeros((LOOP_STEPS, VOICE_COUNT), np.float32),
        )

    @classmethod
    def empty(cls) -> DrumLoop:
        """Return a loop of silence."""
        return cls.from_hits(np.zeros((LOOP_STEPS, VOICE_COUNT), np.bool_))

    @classmethod
    def from_notes(cls, notes: Iterable[Note]) -> DrumLoop:
        """Return the loop that `notes` make; the louder of two hits in one cell stays."""
        hits = np.zeros((LOOP_STEPS, VOICE_COUNT), np.bool_)
        velocity = np.zeros((LOOP_STEPS, VOICE_COUNT), np.uint8)
        microtiming = np.zeros((LOOP_STEPS, VOICE_COUNT), np.float32)
        for note in notes:
            voice = note.voice if note.voice is not None else PITCH_TO_VOICE.get(note.pitch)
            if (
                voice is None
                or not 0 <= note.step < LOOP_STEPS
                or velocity[note.step, voice] >= note.velocity
            ):
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
        """Return a copy with one hit set (velocity 1-127) or, at velocity 0, removed."""
        hits, velocities, timing = self.hits.copy(), self.velocity.copy(), self.microtiming.copy()
        hits[step, voice] = velocity > 0
        velocities[step, voice] = velocity
        timing[step, voice] = microtiming
        return replace(self, hits=hits, velocity=velocities, microtiming=timing)

    @property
    def tokens(self) -> NDArray[np.int64]:
        """The hits of each step as one number, the sum of 2**voice; int64, shape (32,)."""
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
    """Return hits (..., 9) as numbers 0-511, the sum of 2**voice; int64, shape (...)."""
    tokens: NDArray[np.int64] = (np.asarray(hits, np.int64) << np.arange(VOICE_COUNT)).sum(-1)
    return tokens


def tokens_to_hits(tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return numbers 0-511 (...) as hits (..., 9)."""
    return ((np.asarray(tokens)[..., None] >> np.arange(VOICE_COUNT)) & 1).astype(np.bool_)
