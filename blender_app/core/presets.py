"""Named drum grooves of two bars, written for Loopweave in a compact text grid.

Notes
-----
A line is a voice, two bars of sixteen characters (blanks and bars are for the eye), and after an
``@`` the voice's microtiming in steps: one number for every hit, or four, one for each sixteenth
of the beat. A digit 1-9 is a hit, from a ghost note to a full accent; a dot is silence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blender_app.core.drums import LOOP_STEPS, VOICE_COUNT, DrumLoop

_VOICE_CODES = {"kk": 0, "sn": 1, "hh": 2, "oh": 3, "lt": 4, "mt": 5, "ht": 6, "cr": 7, "rd": 8}
_LEVEL_STEP, _LEVEL_BASE = 13, 7  # velocity 20 (ghost) to 124 (accent) for the digits 1-9


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


def parse_grid(text: str) -> DrumLoop:
    """Return the loop that a text grid describes.

    Parameters
    ----------
    text
        Lines ``voice bar bar [@ microtiming ...]``; see the notes of this module.

    Raises
    ------
    ValueError
        If a line names no voice, has not 32 steps, a wrong character or a wrong count of timings.
    """
    hits = np.zeros((LOOP_STEPS, VOICE_COUNT), np.bool_)
    velocity = np.zeros((LOOP_STEPS, VOICE_COUNT), np.uint8)
    timing = np.zeros((LOOP_STEPS, VOICE_COUNT), np.float32)
    for line in filter(None, map(str.strip, text.splitlines())):
        grid, _, deviations = line.partition("@")
        code, _, cells = grid.partition(" ")
        cells = cells.replace(" ", "").replace("|", "")
        if code not in _VOICE_CODES:
            raise ValueError(f"'{code}' is not one of the voices {', '.join(_VOICE_CODES)}: {line}")
        if len(cells) != LOOP_STEPS:
            raise ValueError(f"a voice needs {LOOP_STEPS} steps, not {len(cells)}: {line}")
        if not set(cells) <= set(".123456789"):
            raise ValueError(f"a step is a digit 1-9 or a dot: {line}")
        cycle = [float(value) for value in deviations.split()] or [0.0]
        if len(cycle) not in (1, 4):
            raise ValueError(f"microtiming is one number or four: {line}")
        for step, level in enumerate(cells):
            if level != ".":
                hits[step, _VOICE_CODES[code]] = True
                velocity[step, _VOICE_CODES[code]] = _LEVEL_BASE + _LEVEL_STEP * int(level)
                timing[step, _VOICE_CODES[code]] = cycle[step % len(cycle)]
    return DrumLoop(hits, velocity, timing)


_GRIDS: tuple[tuple[str, float, str], ...] = (
    (
        "Boom Bap",
        90,
        """
        kk 8... ...5 ..8. .... | 8..5 .... ..8. .5.. @ 0 .18 .02 .18
        sn .... 8... .... 8..2 | .... 8..2 .2.. 8... @ .13
        hh 6.4. 6.4. 6.4. 6.43 | 6.4. 6.4. 6.4. 6... @ .03 .2 .05 .2
        oh .... .... .... .... | .... .... .... ..5. @ .05
        """,
    ),
    (
        "House",
        124,
        """
        kk 9... 9... 9... 9... | 9... 9... 9... 9..4
        sn .... 8... .... 8... | .... 8... .... 8.3.
        hh 4.23 4.23 4.23 4.23 | 4.23 4.23 4.23 4.24 @ 0 .12 0 .12
        oh ..7. ..7. ..7. ..7. | ..7. ..7. ..7. ..7.
        """,
    ),
    (
        "Techno",
        132,
        """
        kk 9... 9... 9... 9... | 9... 9... 9... 9..5
        sn .... .... .... .... | .... .... ...4 ....
        hh 2.32 2.32 2.32 2.32 | 2.32 2.32 2.32 2332
        oh ..7. ..7. ..7. ..7. | ..7. ..7. ..7. ..7.
        lt ...3 .... .3.. ..2. | ...3 .... .3.. .23.
        rd 4.5. 4.5. 4.5. 4.5. | 4.5. 4.5. 4.5. 4.5.
        """,
    ),
    (
        "Motorik",
        150,
        """
        kk 8.6. ..7. 8.6. ..7. | 8.6. ..7. 8.6. ..7.
        sn .... 8... .... 8... | .... 8... .... 8..4
        hh 7.5. 7.5. 7.5. 7.5. | 7.5. 7.5. 7.5. 7.5. @ -.03
        cr 7... .... .... .... | .... .... .... ....
        """,
    ),
    (
        "Samba",
        104,
        """
        kk 6..5 8..5 6..5 8..5 | 6..5 8..5 6..5 8..5
        sn 7.27 .27. 7.72 7.7. | 72.7 .27. 27.7 2.7. @ 0 -.06 -.04 -.1
        hh 5345 5345 5345 5345 | 5345 5345 5345 5345 @ 0 -.06 -.04 -.1
        lt .... 8... .... 8... | .... 8... .... 8.5.
        """,
    ),
    (
        "Bossa Nova",
        74,
        """
        kk 7..4 7..4 7..4 7..4 | 7..4 7..4 7..4 7..4
        sn 6..6 ..6. ..6. .6.. | 6..6 ..6. ..6. ..6.
        hh 5353 5353 5353 5353 | 5353 5353 5353 5353
        """,
    ),
    (
        "Trap",
        140,
        """
        kk 9... ..7. .... ..8. | 9..6 .... ..7. ....
        sn .... .... 9... .... | .... .... 9... ..3.
        hh 6.4. 6.45 6.4. 6.4. | 6.4. 6565 6.4. 5678
        oh .... .... .... .... | .... ..6. .... ....
        """,
    ),
    (
        "Funk",
        100,
        """
        kk 8.6. .... ..8. .5.. | 8.6. ...4 ..8. ....
        sn .1.2 8.12 .2.1 8.12 | .2.2 8..2 .2.2 8.15 @ .03 .05 .02 .05
        hh 7454 6454 7454 64.4 | 7454 6454 7454 6... @ 0 .04 0 .04
        oh .... .... .... ..6. | .... .... .... ..7.
        """,
    ),
    (
        "Broken Break",
        165,
        """
        kk 8.7. .... ..7. .... | 8.7. .... .... ..6.
        sn ..2. 8..4 .4.2 8..3 | .2.. 8..4 .4.8 ..2. @ 0 -.04 .03 .05
        rd 7.5. 7.5. 7.5. 7.5. | 7.5. 7.5. 7... 7.5. @ .02
        cr .... .... .... .... | .... .... ..8. ....
        """,
    ),
    (
        "One Drop",
        72,
        """
        kk .... .... 8... .... | .... .... 8... ....
        sn .... .... 7... .... | .... ...3 7... .2.3 @ .03 .15 .03 .15
        hh 6.42 6.42 6.4. 6.42 | 6.42 6.4. 6.42 6... @ 0 .18 .06 .18
        oh .... .... .... .... | .... .... .... ..5. @ .06
        """,
    ),
    (
        "Disco",
        118,
        """
        kk 8... 8... 8... 8... | 8... 8... 8... 8...
        sn .... 8... .... 8... | .... 8... .... 8.56
        hh 54.4 54.4 54.4 54.4 | 54.4 54.4 54.4 5...
        oh ..7. ..7. ..7. ..7. | ..7. ..7. ..7. ....
        cr 6... .... .... .... | .... .... .... ....
        """,
    ),
    (
        "Half-Time",
        148,
        """
        kk 9... .... .... ..6. | 8.7. .... .... ....
        sn .... .... 9... .... | .... .... 9... ...3 @ .06
        hh 7... 6... 7... 6... | 7... 6... 7... 6... @ .02
        oh .... .... .... .... | .... .... .... ..6.
        cr 8... .... .... .... | .... .... .... ....
        """,
    ),
    (
        "Shuffle",
        118,
        """
        kk 8... ...4 8... .... | 8... ...4 8..5 .... @ 0 0 0 -.33
        sn ...1 8..2 ...1 8..2 | ...1 8..2 ...1 8..4 @ .03 0 0 -.33
        rd 7..4 7..4 7..4 7..4 | 7..4 7..4 7..4 7..4 @ 0 0 0 -.33
        hh .... 4... .... 4... | .... 4... .... 4...
        """,
    ),
    (
        "Half-Time Shuffle",
        132,
        """
        kk 8..5 .... ...4 .... | 8..5 .... .... ...6 @ 0 .33 0 -.33
        sn .1.. .1.. 81.. .1.. | .1.. .1.. 81.2 .1.. @ .03 .33 0 -.33
        hh 6..4 6..4 6..4 6..4 | 6..4 6..4 6..4 6... @ 0 .33 0 -.33
        oh .... .... .... .... | .... .... .... ...5 @ -.33
        """,
    ),
    (
        "UK Garage",
        132,
        """
        kk 8... .... ..7. .... | 8... ...5 ..7. .... @ 0 .28 0 .28
        sn .... 8..2 .... 8... | .2.. 8..3 .... 8.2. @ 0 .28 0 .28
        hh .26. 3.63 .26. 3.6. | .26. 3.63 .26. 3.6. @ 0 .28 0 .28
        oh .... .... .... ...4 | .... .... .... ...5 @ .28
        """,
    ),
    (
        "Afrobeat",
        112,
        """
        kk 7..5 ..7. 6... .5.. | 7..5 ..7. ..5. 6... @ 0 .05 0 .05
        sn .2.1 .2.6 ..2. 6..2 | .2.1 .2.6 .1.. 6.2. @ .03 .06 .03 .06
        hh 6353 ..63 5363 5.63 | 6353 .563 5363 ..63 @ 0 .04 0 .04
        oh .... 6... .... .... | .... .... .... 6...
        """,
    ),
    (
        "Rock",
        116,
        """
        kk 8... .... 8.7. .... | 8..6 ..7. 8... 7...
        sn .... 8... .... 8... | .... 8... .... 87..
        hh 7.5. 7.5. 7.5. 7.5. | 7.5. 7.5. 7.5. ....
        ht .... .... .... .... | .... .... .... ..8.
        lt .... .... .... .... | .... .... .... ...8
        cr 8... .... .... .... | .... .... .... ....
        """,
    ),
    (
        "Jazz Ride",
        160,
        """
        kk 2... 2... 2... 2... | 2... 2... 2..4 2... @ 0 0 0 -.33
        sn .... ...2 .... .... | ...3 .... .... ...2 @ -.33
        hh .... 6... .... 6... | .... 6... .... 6...
        rd 6... 7..4 6... 7..4 | 6... 7..4 6..3 7..4 @ .02 0 0 -.33
        """,
    ),
    (
        "Footwork",
        160,
        """
        kk 9..8 ..8. 9..8 ..7. | 9..8 ..8. .8.8 ..8.
        sn .... .... .... 8... | .... .... .... 8.46
        hh ..6. ..6. ..6. ..6. | ..6. ..6. ..6. .46.
        lt .... 5.5. .... .5.. | .5.. 5.5. .... ....
        """,
    ),
    (
        "Drum and Bass",
        174,
        """
        kk 9... .... ..8. .... | 9... .... ..8. .5..
        sn .... 9..1 .2.. 9... | .2.. 9..2 .2.. 9..3
        hh 6.5. 5.5. 6.5. 5.5. | 6.5. 5.5. 6.5. 5.54
        rd 4... 4... 4... 4... | 4... 4... 4... 4...
        """,
    ),
    (
        "Dembow",
        96,
        """
        kk 9... 8... 9... 8... | 9... 8... 9... 8...
        sn ...7 ..7. ...7 ..7. | ...7 ..7. ...7 .47.
        hh 5.4. 5.4. 5.4. 5.4. | 5.4. 5.4. 5.4. 5.44
        """,
    ),
    (
        "Tom Ritual",
        108,
        """
        kk 8... 8... 8... 8... | 8... 8... 8... 8...
        lt ..65 ..6. .56. ..6. | ..65 ..6. .5.. ....
        mt .... .5.. .... .5.5 | .... .5.. ...6 .6..
        ht .... ...6 .... .... | .... ...6 .... 6.65
        sn .... .... .... 7... | .... .... .... ....
        """,
    ),
    (
        "Second Line",
        98,
        """
        kk 7..6 ..6. ..7. .... | 7..6 ..6. ..7. 7... @ 0 .14 .03 .14
        sn 3526 2352 6236 3526 | 3526 2352 6236 5263 @ 0 .14 .03 .14
        hh .... 5... .... 5... | .... 5... .... 5...
        cr .... .... .... .... | .... .... .... 6...
        """,
    ),
    (
        "Train Beat",
        108,
        """
        kk 8... ..8. 8... ..8. | 8... ..8. 8... ..8.
        sn 3343 7343 3343 7343 | 3343 7343 3343 7353 @ 0 .05 0 .05
        hh ..4. ..4. ..4. ..4. | ..4. ..4. ..4. ..4.
        """,
    ),
    (
        "Electro",
        126,
        """
        kk 9... ..8. ..8. .... | 9... ..8. ...7 .8..
        sn .... 8... .... 8... | .... 8... .... 8...
        hh 5353 5353 5353 5353 | 5353 5353 5353 5555
        oh .... .... .... ..6. | .... .... .... ....
        mt .... .... .... .... | .... .... .5.. ..5.
        """,
    ),
    (
        "Lo-Fi",
        78,
        """
        kk 7... .... ..63 .... | 7... ...4 ..6. ...3 @ .02 .3 .06 .3
        sn .... 7... .... 7... | .... 7... .1.. 7... @ .17
        hh 4.3. 4.31 4.3. 4.3. | 4.3. 4.3. 4.31 4... @ .06 .3 .08 .3
        rd .... .... .... .... | .... .... .... ..3. @ .08
        """,
    ),
    (
        "Baião",
        100,
        """
        kk 8..7 ..5. 8..7 .... | 8..7 ..5. 8..7 ..5. @ 0 -.05 0 -.05
        sn ..62 2.6. 2.62 .26. | ..62 2.6. 2.62 .266 @ 0 -.05 0 -.05
        hh 5353 5353 5353 5353 | 5353 5353 5353 5353 @ 0 -.05 0 -.05
        """,
    ),
    (
        "New Wave",
        134,
        """
        kk 8... ..6. 8... .... | 8... ..6. 8... ....
        sn .... 8... .... 8... | .... 8... .... 8...
        hh 6454 6454 6454 6454 | 6454 6454 6454 ....
        ht .... .... .... .... | .... .... .... ..7.
        mt .... .... .... .... | .... .... .... ...7
        """,
    ),
    (
        "Go-Go",
        98,
        """
        kk 8..6 .... ..7. .6.. | 8..6 .... ..7. ...5 @ 0 .26 .03 .26
        sn .2.. 8..3 .2.. 8..2 | .2.. 8..3 .3.. 8.3. @ .02 .26 .03 .26
        hh 6.5. 6.5. 6.5. 6.5. | 6.5. 6.5. 6.5. 6.5. @ 0 .26 .03 .26
        mt ...5 ..4. .... .... | ...5 ..4. .... .... @ 0 .26 .03 .26
        ht .... .... ...5 ..5. | .... .... ...5 ..6. @ 0 .26 .03 .26
        """,
    ),
    (
        "Ballad",
        68,
        """
        kk 7... .... ..6. .... | 7... ...4 6... ....
        sn .... 7... .... 7... | .... 7... .... 7..2 @ .07
        hh 5.3. 4.3. 5.3. 4.3. | 5.3. 4.3. 5.3. 4.3. @ .02
        rd .... .... .... .... | .... .... .... ..4.
        cr 5... .... .... .... | .... .... .... ....
        """,
    ),
    (
        "Minimal",
        125,
        """
        kk 8... 8... 8... 8... | 8... 8... 8... 8...
        sn .... .... .... ...3 | .... .... .4.. ....
        hh ..5. ..52 ..5. ..5. | ..5. ..52 ..5. .25. @ 0 .1 0 .1
        ht .... ..3. ...4 .... | .... ..3. .... 4...
        """,
    ),
)

PRESETS: tuple[DrumPreset, ...] = tuple(
    DrumPreset(name, parse_grid(grid), float(tempo_bpm)) for name, tempo_bpm, grid in _GRIDS
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
