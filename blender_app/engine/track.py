"""What a track is to the engine: its sound, its way out, and how its notes are cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from blender_app.core.gm import LAST_BANK, LAST_CHANNEL, LAST_PROGRAM
from blender_app.core.notes import Pattern
from blender_app.core.parameters import SoundParameters, check_parameters, flag, real
from blender_app.core.time import STEPS_PER_BAR, STEPS_PER_BEAT

MAX_SEMITONES = 60


def check(name: str, value: float, low: float, high: float) -> None:
    """Refuse a `value` outside `low` to `high`, and NaN, with a ValueError that calls it `name`."""
    if not low <= value <= high:  # refuses NaN, too
        raise ValueError(f"{name} must be {low} to {high}, not {value}")


class ChangeAt(Enum):
    """The moment a new pattern waits for."""

    STEP = "step"
    BEAT = "beat"
    BAR = "bar"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class VoiceMix:
    """How loud one voice is: muted, solo, and a volume of 0 to 1 that scales its velocities."""

    mute: bool = flag(default=False, what="whether a voice is mute")
    solo: bool = flag(default=False, what="whether a voice is solo")
    volume: float = real(0.0, 1.0, 1.0, what="a voice's volume")


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum kit (or another preset) of the loaded font: `bank`, `program` (0-127) and `name`."""

    bank: int
    program: int
    name: str


@dataclass(frozen=True, slots=True)
class TrackSettings(SoundParameters):
    """How a track sounds, here and behind its MIDI port.

    Parameters
    ----------
    track
        Its name.
    drums
        Whether its notes are drum voices, which ring and sound together. Every other track sounds
        one note at a time: a note ends the one before, exactly when it starts.
    bank, program
        The preset of the font; drum kits are in bank 128.
    channel
        MIDI channel 0-15 on the port. Inside FluidSynth each track has a channel of its own.
    port
        Name of a MIDI port of its own; None is the main one.
    note_map
        MIDI note of each of the nine voices on the port, drums only; None is General MIDI.
    semitones
        By how much melodic notes sound higher, -60 to 60.

    Raises
    ------
    ValueError
        A value is out of its range.

    Notes
    -----
    The other fields are rows of the table of parameters, explained there. On a MIDI port the volume scales
    velocities; pan and reverb are heard in FluidSynth alone.
    """

    track: str
    drums: bool
    bank: int = 0
    program: int = 0
    channel: int = 0
    port: str | None = None
    note_map: tuple[int, ...] | None = None
    semitones: int = 0

    def __post_init__(self) -> None:
        check_parameters(self)
        check("bank", self.bank, 0, LAST_BANK)
        check("program", self.program, 0, LAST_PROGRAM)
        check("channel", self.channel, 0, LAST_CHANNEL)
        for key in self.note_map or ():
            check("note number", key, 0, 127)
        check("semitones", self.semitones, -MAX_SEMITONES, MAX_SEMITONES)


def change_step(position: float, change_at: ChangeAt, pattern: Pattern) -> int:
    """Return the first step after a position on which a beat, a bar or the pattern's round begins.

    Parameters
    ----------
    position
        Where the transport is, in steps.
    change_at
        Beat, bar or loop.
    pattern
        The pattern that sounds; its own length, 16 to 256 for a loop, is how long a round is.
    """
    if change_at is not ChangeAt.LOOP:
        unit = STEPS_PER_BEAT if change_at is ChangeAt.BEAT else STEPS_PER_BAR
        return (math.floor(position / unit) + 1) * unit
    inside = position - pattern.anchor_step
    if 0 <= inside < pattern.length_steps:
        return pattern.anchor_step + pattern.length_steps
    span = pattern.length_steps - pattern.loop_from_step
    rounds = math.floor((inside - pattern.loop_from_step) / span) + 1
    return pattern.anchor_step + pattern.loop_from_step + rounds * span
