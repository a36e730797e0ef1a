"""Keys: which pitches a melody may use, by mode and by a few chords over the loop.

Notes
-----
Intervals are those of general music theory in twelve-tone equal temperament; "minor" is natural
minor. Names use the one spelling of a pitch class that its commonest keys use (Eb, F#, Ab, Bb); octaves are
numbered so that middle C, MIDI note 60, is C4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from blender_app.core.melody import MAX_PITCH, OCTAVE
from blender_app.core.time import DEFAULT_STEPS, STEPS_PER_BAR, STEPS_PER_BEAT, check_steps

TONIC_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Pitch class 0-11 -> name."""
CHORD_COUNTS = (0, 1, 2, 4, 8)
"""How many chords a key may have: each holds for the same whole number of beats."""
CHORDS_STEPS = 2 * STEPS_PER_BAR
"""Length of a progression: it is spread over two bars, and begins again, whatever the loops' lengths."""

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_OCTAVE = re.compile(r"-1|\d")
_TONIC = re.compile(r"([A-Ga-g])([#♯b♭]?)(.*)", re.DOTALL)


class Mode(Enum):
    """A scale, named as it is shown."""

    MAJOR = "major"
    MINOR = "minor"
    DORIAN = "dorian"
    MIXOLYDIAN = "mixolydian"
    MAJOR_PENTATONIC = "major pentatonic"
    MINOR_PENTATONIC = "minor pentatonic"
    BLUES = "blues"
    CHROMATIC = "chromatic"

    @property
    def intervals(self) -> tuple[int, ...]:
        """Semitones of the scale's notes above its tonic, rising from 0."""
        return _MODE_INTERVALS[self]


_MODE_INTERVALS = {
    Mode.MAJOR: (0, 2, 4, 5, 7, 9, 11),
    Mode.MINOR: (0, 2, 3, 5, 7, 8, 10),
    Mode.DORIAN: (0, 2, 3, 5, 7, 9, 10),
    Mode.MIXOLYDIAN: (0, 2, 4, 5, 7, 9, 10),
    Mode.MAJOR_PENTATONIC: (0, 2, 4, 7, 9),
    Mode.MINOR_PENTATONIC: (0, 3, 5, 7, 10),
    Mode.BLUES: (0, 3, 5, 6, 7, 10),
    Mode.CHROMATIC: tuple(range(OCTAVE)),
}


class Quality(Enum):
    """A kind of chord; the value is what stands behind the root in the chord's name."""

    MAJOR = ""
    MINOR = "m"
    SEVENTH = "7"
    MAJOR_SEVENTH = "maj7"
    MINOR_SEVENTH = "m7"
    HALF_DIMINISHED = "m7b5"
    DIMINISHED = "dim"
    AUGMENTED = "aug"
    SUSPENDED_SECOND = "sus2"
    SUSPENDED = "sus4"
    POWER = "5"

    @property
    def intervals(self) -> tuple[int, ...]:
        """Semitones of the chord's notes above its root, rising from 0."""
        return _QUALITY_INTERVALS[self]


_QUALITY_INTERVALS = {
    Quality.MAJOR: (0, 4, 7),
    Quality.MINOR: (0, 3, 7),
    Quality.SEVENTH: (0, 4, 7, 10),
    Quality.MAJOR_SEVENTH: (0, 4, 7, 11),
    Quality.MINOR_SEVENTH: (0, 3, 7, 10),
    Quality.HALF_DIMINISHED: (0, 3, 6, 10),
    Quality.DIMINISHED: (0, 3, 6),
    Quality.AUGMENTED: (0, 4, 8),
    Quality.SUSPENDED_SECOND: (0, 2, 7),
    Quality.SUSPENDED: (0, 5, 7),
    Quality.POWER: (0, 7),
}


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord by its `root`, pitch class 0-11, and its `quality`.

    Raises
    ------
    ValueError
        The root is no pitch class.
    """

    root: int
    quality: Quality = Quality.MAJOR

    def __post_init__(self) -> None:
        _check_pitch_class("root", self.root)

    @classmethod
    def parse(cls, text: str) -> Chord:
        """Return the chord called `text`: "Am7", "F#", "Bbmaj7", "Gsus4".

        Raises
        ------
        ValueError
            There is no such chord.
        """
        root, suffix = _parse_tonic(text, "chord")
        try:
            return cls(root, Quality(suffix))
        except ValueError:
            known = ", ".join(quality.value for quality in Quality if quality.value)
            raise ValueError(
                f"There is no chord {text!r}: after its root comes nothing (major) or one of {known}."
            ) from None

    @property
    def name(self) -> str:
        """Name such as "Am7", which `parse` reads."""
        return TONIC_NAMES[self.root] + self.quality.value

    @property
    def pitch_classes(self) -> frozenset[int]:
        """Pitch classes 0-11 of the chord's notes."""
        return frozenset((self.root + interval) % OCTAVE for interval in self.quality.intervals)


@dataclass(frozen=True, slots=True)
class Key:
    """A `tonic` (pitch class 0-11), a `mode`, and 0, 1, 2, 4 or 8 `chords`, spread evenly over two bars.

    The progression begins again every two bars: in a longer loop it is heard several times, and a loop of
    one bar has its first half.

    Raises
    ------
    ValueError
        The tonic is no pitch class, or the chords cannot be laid evenly over the loop.
    """

    tonic: int = 0
    mode: Mode = Mode.MAJOR
    chords: tuple[Chord, ...] = ()

    def __post_init__(self) -> None:
        _check_pitch_class("tonic", self.tonic)
        if len(self.chords) not in CHORD_COUNTS:
            raise ValueError(f"a key has 0, 1, 2, 4 or 8 chords, not {len(self.chords)}")

    @classmethod
    def parse(cls, text: str) -> Key:
        """Return the key called `text`: "A minor", "Bb dorian", "f# blues", "E" (major).

        Raises
        ------
        ValueError
            There is no such key.
        """
        tonic, rest = _parse_tonic(text, "key")
        wanted = " ".join(rest.split()).casefold()
        try:
            return cls(tonic, Mode(wanted or Mode.MAJOR.value))
        except ValueError:
            known = ", ".join(mode.value for mode in Mode)
            raise ValueError(f"There is no key {text!r}: the modes are {known}.") from None

    @property
    def name(self) -> str:
        """Name such as "A minor", without the chords; `parse` reads it."""
        return f"{TONIC_NAMES[self.tonic]} {self.mode.value}"

    @property
    def pitch_classes(self) -> frozenset[int]:
        """Pitch classes 0-11 of the scale."""
        return frozenset((self.tonic + interval) % OCTAVE for interval in self.mode.intervals)

    def chord_at(self, step: int) -> Chord | None:
        """Return the chord that holds at `step`, counted from a bar line where the progression begins."""
        if not self.chords:
            return None
        return self.chords[step % CHORDS_STEPS * len(self.chords) // CHORDS_STEPS]

    def pitch_classes_at(self, step: int) -> frozenset[int]:
        """Return the pitch classes that may start at `step`: on a beat of a chord only the chord's."""
        chord = self.chord_at(step)
        if chord is None:
            return self.pitch_classes
        if step % STEPS_PER_BEAT == 0:
            return chord.pitch_classes
        return self.pitch_classes | chord.pitch_classes

    def allowed(self, steps: int = DEFAULT_STEPS) -> NDArray[np.bool_]:
        """Return the pitches that may start at each step of a loop; bool, shape (steps, 128).

        Parameters
        ----------
        steps
            Length of the loop: 16, 32, 64, 128 or 256. The chords begin again every 32 steps.
        """
        classes = np.zeros((check_steps(steps), OCTAVE), np.bool_)
        for step in range(steps):
            classes[step, list(self.pitch_classes_at(step))] = True
        return classes[:, np.arange(MAX_PITCH + 1) % OCTAVE]

    def snap(self, pitch: int, step: int | None = None) -> int:
        """Return the pitch nearest to `pitch` that may start at `step`, the lower one of two.

        Without a step it is the nearest one of the scale.
        """
        classes = self.pitch_classes if step is None else self.pitch_classes_at(step)
        known = (each for each in range(MAX_PITCH + 1) if each % OCTAVE in classes)
        return min(known, key=lambda each: (abs(each - pitch), each))

    def degree(self, pitch: int) -> int | None:
        """Return which note of the scale `pitch` is, counted from 1, or None if it is none."""
        interval = (pitch - self.tonic) % OCTAVE
        return self.mode.intervals.index(interval) + 1 if interval in self.mode.intervals else None


def pitch_name(pitch: int) -> str:
    """Return the name of a `pitch`, a MIDI note 0-127, such as "C4" for 60."""
    return f"{TONIC_NAMES[pitch % OCTAVE]}{pitch // OCTAVE - 1}"


def parse_pitch(text: str) -> int:
    """Return the MIDI note 0-127 called `text`: "C4" is 60, "Bb1" 34.

    Raises
    ------
    ValueError
        There is no such note.
    """
    pitch_class, octave = _parse_tonic(text, "note")
    if not _OCTAVE.fullmatch(octave):
        raise ValueError(f"There is no note {text!r}: behind its name comes an octave, -1 to 9.")
    # B#3 is C4 and Cb4 is B3: an accidental may leave the octave in which its note is written.
    natural = _NATURALS[text.strip()[0].upper()]
    pitch = (int(octave) + 1) * OCTAVE + natural + (pitch_class - natural + 6) % OCTAVE - 6
    if not 0 <= pitch <= MAX_PITCH:
        raise ValueError(f"There is no MIDI note {text!r}: they go from C-1 to G9.")
    return pitch


def _check_pitch_class(name: str, value: int) -> None:
    if not 0 <= value < OCTAVE:
        raise ValueError(f"{name} must be 0 to 11, not {value}")


def _parse_tonic(text: str, what: str) -> tuple[int, str]:
    """Return the pitch class with which `text` begins, and the rest of it."""
    match = _TONIC.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"There is no {what} {text!r}: it begins with a note, C to B, and # or b.")
    letter, accidental, rest = match.groups()
    return (_NATURALS[letter.upper()] + _ACCIDENTALS[accidental]) % OCTAVE, rest
