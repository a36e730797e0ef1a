"""Chords that a key offers: its triads, and progressions that are played often.

Notes
-----
Triads are thirds stacked on the notes of the scale; keys of five, six or twelve notes borrow them from
the major or minor scale that they are part of. Progressions are common property of popular music.
"""

from __future__ import annotations

from dataclasses import replace

from blender_app.core.melody import OCTAVE
from blender_app.core.scales import Chord, Key, Mode, Quality

_PARENTS = {
    Mode.MAJOR_PENTATONIC: Mode.MAJOR,
    Mode.MINOR_PENTATONIC: Mode.MINOR,
    Mode.BLUES: Mode.MINOR,
    Mode.CHROMATIC: Mode.MAJOR,
}
_QUALITIES = {
    quality.intervals: quality
    for quality in (Quality.MAJOR, Quality.MINOR, Quality.DIMINISHED, Quality.AUGMENTED)
}
_MAJOR_DEGREES = (
    (1, 5, 6, 4),
    (1, 6, 4, 5),
    (6, 4, 1, 5),
    (1, 4, 5, 4),
    (2, 5, 1, 6),
    (1, 4),
    (1, 5, 6, 3, 4, 1, 4, 5),
)
_MINOR_DEGREES = (
    (1, 6, 3, 7),
    (1, 7, 6, 7),
    (1, 4, 6, 5),
    (1, 3, 7, 4),
    (1, 4, 7, 3),
    (1, 7),
    (1, 5, 6, 3, 4, 1, 4, 5),
)


def triad(key: Key, degree: int) -> Chord:
    """Return the triad on a `degree` of the scale of `key`, counted from 1."""
    scale = _PARENTS.get(key.mode, key.mode).intervals
    notes = [scale[(degree - 1 + skip) % len(scale)] for skip in (0, 2, 4)]
    root, third, fifth = notes[0], (notes[1] - notes[0]) % OCTAVE, (notes[2] - notes[0]) % OCTAVE
    return Chord((key.tonic + root) % OCTAVE, _QUALITIES[0, third, fifth])


def progressions(key: Key) -> tuple[Key, ...]:
    """Return `key` with each of a few progressions for its chords."""
    scale = _PARENTS.get(key.mode, key.mode)
    degrees = _MINOR_DEGREES if 3 in scale.intervals else _MAJOR_DEGREES
    return tuple(replace(key, chords=tuple(triad(key, one) for one in line)) for line in degrees)


def parse_chords(text: str) -> tuple[Chord, ...]:
    """Return the chords of a `text` such as "Am F C G"; spaces, commas, dashes and bars part them.

    Raises
    ------
    ValueError
        One of them is no chord.
    """
    for mark in ",|-":
        text = text.replace(mark, " ")
    return tuple(Chord.parse(word) for word in text.split())
