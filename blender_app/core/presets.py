"""Named drum grooves, written for Loopweave in a compact text grid.

Notes
-----
A line is a voice, bars of sixteen characters (blanks and bars are for the eye), and after an
``@`` the voice's microtiming in steps: one number for every hit, or four, one for each sixteenth
of the beat. A digit 1-9 is a hit, from a ghost note to a full accent; a dot is silence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blender_app.core.drum_grooves import GROOVES
from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.time import DEFAULT_STEPS, check_steps

_VOICE_CODES = {"kk": 0, "sn": 1, "hh": 2, "oh": 3, "lt": 4, "mt": 5, "ht": 6, "cr": 7, "rd": 8}
_LEVEL_STEP, _LEVEL_BASE = 13, 7


@dataclass(frozen=True, slots=True)
class DrumPreset:
    """A groove with a name.

    Parameters
    ----------
    name
        Name of the style, shown to the user; unique.
    loop
        The groove.
    tempo_bpm
        Tempo at which the style lives, in quarters a minute.
    """

    name: str
    loop: DrumLoop
    tempo_bpm: float


def level_velocity(level: int) -> int:
    """Return the MIDI velocity of a written `level` 1-9: 20 (a ghost note) to 124 (an accent)."""
    return _LEVEL_BASE + _LEVEL_STEP * level


def parse_grid(text: str, steps: int = DEFAULT_STEPS) -> DrumLoop:
    """Return the loop that a text grid describes.

    Parameters
    ----------
    text
        Lines ``voice bar bar [@ microtiming ...]``; see the notes of this module.
    steps
        Length of the loop: 16, 32, 64, 128 or 256.

    Raises
    ------
    ValueError
        If a line names no voice, has not so many steps, a wrong character or a wrong count of timings.
    """
    shape = check_steps(steps), VOICE_COUNT
    hits, velocity = np.zeros(shape, np.bool_), np.zeros(shape, np.uint8)
    timing = np.zeros(shape, np.float32)
    for line in filter(None, map(str.strip, text.splitlines())):
        grid, _, deviations = line.partition("@")
        code, _, cells = grid.partition(" ")
        cells = cells.replace(" ", "").replace("|", "")
        if code not in _VOICE_CODES:
            raise ValueError(f"'{code}' is not one of the voices {', '.join(_VOICE_CODES)}: {line}")
        if len(cells) != steps:
            raise ValueError(f"a voice needs {steps} steps, not {len(cells)}: {line}")
        if not set(cells) <= set(".123456789"):
            raise ValueError(f"a step is a digit 1-9 or a dot: {line}")
        cycle = [float(value) for value in deviations.split()] or [0.0]
        if len(cycle) not in (1, 4):
            raise ValueError(f"microtiming is one number or four: {line}")
        for step, level in enumerate(cells):
            if level != ".":
                hits[step, _VOICE_CODES[code]] = True
                velocity[step, _VOICE_CODES[code]] = level_velocity(int(level))
                timing[step, _VOICE_CODES[code]] = cycle[step % len(cycle)]
    return DrumLoop(hits, velocity, timing)


PRESETS: tuple[DrumPreset, ...] = tuple(
    DrumPreset(name, parse_grid(grid), float(tempo_bpm)) for name, tempo_bpm, grid in GROOVES
)
"""All grooves, in the order in which they are offered."""

DEFAULT_CORNERS: tuple[str, str, str, str] = ("Boom Bap", "House", "Broken Break", "Samba")
"""Names of the grooves in the corners at first start: top-left, top-right, bottom-left, bottom-right."""


def preset_named(name: str) -> DrumPreset:
    """Return the groove called `name`.

    Raises
    ------
    KeyError
        If no groove has that name.
    """
    for preset in PRESETS:
        if preset.name == name:
            return preset
    raise KeyError(f"no preset is called '{name}'")
