"""Named basslines and melodies, written for Loopweave in a compact text.

Notes
-----
A line is a bar: notes and rests one after the other that fill sixteen steps. ``C#5/3:8`` is the C sharp
above middle C's octave (middle C is C4), three steps long, at level 8; ``-/2`` is a rest of two; ``~/4``
holds what sounded last for four more, over the bar line for one. One step and level 7 go without saying.
Levels are those of the drum presets, 1 (a ghost note) to 9 (an accent). After an ``@`` at the end stands
the microtiming in steps: one number for every note, or four, one for each sixteenth of the beat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_tunes import BASSLINES, MELODIES
from blender_app.core.notes import Note
from blender_app.core.presets import level_velocity
from blender_app.core.scales import parse_pitch
from blender_app.core.time import DEFAULT_STEPS, STEPS_PER_BAR, check_steps

_TOKEN = re.compile(r"(?:(?P<pitch>[A-G][#b]?-?\d)|[-~])(?:/(?P<length>\d+))?(?::(?P<level>[1-9]))?")
_DEFAULT_LEVEL = "7"


@dataclass(frozen=True, slots=True)
class MelodyPreset:
    """A bassline or melody with a name.

    Parameters
    ----------
    name
        Name shown to the user; unique.
    loop
        The notes.
    tempo_bpm
        Tempo at which it lives, in quarters a minute.
    """

    name: str
    loop: MelodyLoop
    tempo_bpm: float


def parse_tune(text: str, steps: int = DEFAULT_STEPS) -> MelodyLoop:
    """Return the loop that a text describes.

    Parameters
    ----------
    text
        A line for each bar; see the notes of this module.
    steps
        Length of the loop: 16, 32, 64, 128 or 256.

    Raises
    ------
    ValueError
        If a word is neither note nor rest, a bar has not 16 steps, there are more or fewer bars, or the
        count of timings is wrong.
    """
    tune, _, deviations = text.partition("@")
    cycle = [float(value) for value in deviations.split()] or [0.0]
    if len(cycle) not in (1, 4):
        raise ValueError(f"microtiming is one number or four: {deviations}")
    notes: list[Note] = []
    start = 0
    for bar in filter(None, map(str.strip, tune.splitlines())):
        step = start
        for word in bar.split():
            match = _TOKEN.fullmatch(word)
            if match is None or (match["level"] and not match["pitch"]):
                raise ValueError(
                    f"'{word}' is neither a note (C#5/3:8) nor a rest (-/2) nor a tie (~/4): {bar}"
                )
            length = int(match["length"] or 1)
            if word[0] == "~" and notes:
                notes[-1] = replace(notes[-1], length_steps=step + length - notes[-1].step)
            elif match["pitch"] is not None:
                velocity = level_velocity(int(match["level"] or _DEFAULT_LEVEL))
                pitch = parse_pitch(match["pitch"])
                notes.append(Note(step, pitch, velocity, float(length), cycle[step % len(cycle)]))
            step += length
        start += STEPS_PER_BAR
        if step != start:
            raise ValueError(f"a bar needs {STEPS_PER_BAR} steps, not {step - start + STEPS_PER_BAR}: {bar}")
    if start != check_steps(steps):
        bars = "two bars" if steps == DEFAULT_STEPS else f"{steps // STEPS_PER_BAR} bars"
        raise ValueError(f"a loop has {bars}, not {start // STEPS_PER_BAR}")
    return MelodyLoop.from_notes(notes, steps)


BASS_PRESETS: tuple[MelodyPreset, ...] = tuple(
    MelodyPreset(name, parse_tune(text), float(tempo_bpm)) for name, tempo_bpm, text in BASSLINES
)
"""All basslines, in the order in which they are offered."""

MELODY_PRESETS: tuple[MelodyPreset, ...] = tuple(
    MelodyPreset(name, parse_tune(text), float(tempo_bpm)) for name, tempo_bpm, text in MELODIES
)
"""All melodies, in the order in which they are offered."""

DEFAULT_BASS_CORNERS: tuple[str, str, str, str] = ("Deep Dub", "House Bounce", "Funk Pocket", "Tumbao")
"""Names of the basslines in the corners at first start: top-left, top-right, bottom-left, bottom-right."""

DEFAULT_MELODY_CORNERS: tuple[str, str, str, str] = (
    "Call and Answer",
    "Stabs",
    "Broken Chords",
    "Bossa Whistle",
)
"""The same for the melodies."""


def melody_preset_named(name: str) -> MelodyPreset:
    """Return the bassline or melody called `name`.

    Raises
    ------
    KeyError
        If none has that name.
    """
    for preset in (*BASS_PRESETS, *MELODY_PRESETS):
        if preset.name == name:
            return preset
    raise KeyError(f"no preset is called '{name}'")
