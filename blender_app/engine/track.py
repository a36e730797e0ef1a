"""What a track is to the engine: its sound, its way out, and how its notes are cut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

DRUM_TRACK = "drums"
"""Name of the first drum track."""
LAST_CHANNEL = 15
MAX_SEMITONES = 60


def check(name: str, value: float, low: float, high: float) -> None:
    """Refuse a value outside `low` to `high`, and NaN, with a ValueError that names it."""
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

    mute: bool = False
    solo: bool = False
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum kit (or another preset) of the loaded font."""

    bank: int
    program: int
    name: str


@dataclass(frozen=True, slots=True)
class TrackSettings:
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
    volume
        0 to 1. On a MIDI port it scales velocities.
    pan
        -1 (left) to 1 (right), in FluidSynth alone.
    reverb
        How much goes to the reverb, 0 to 1, in FluidSynth alone.
    mute, solo
        Whether it is silent; whether only it, and others that are solo, are heard.
    gate
        Share of a melodic note's length that sounds, 0.1 to 1.
    legato
        How far the end of a melodic note is pulled to the start of the next one, 0 to 1.

    Raises
    ------
    ValueError
        A value is out of its range.
    """

    track: str
    drums: bool
    bank: int = 0
    program: int = 0
    channel: int = 0
    port: str | None = None
    note_map: tuple[int, ...] | None = None
    semitones: int = 0
    volume: float = 1.0
    pan: float = 0.0
    reverb: float = 0.2
    mute: bool = False
    solo: bool = False
    gate: float = 1.0
    legato: float = 0.0

    def __post_init__(self) -> None:
        check("bank", self.bank, 0, 16383)
        check("program", self.program, 0, 127)
        check("channel", self.channel, 0, LAST_CHANNEL)
        for key in self.note_map or ():
            check("note number", key, 0, 127)
        check("semitones", self.semitones, -MAX_SEMITONES, MAX_SEMITONES)
        check("volume", self.volume, 0, 1)
        check("pan", self.pan, -1, 1)
        check("reverb", self.reverb, 0, 1)
        check("gate", self.gate, 0.1, 1)
        check("legato", self.legato, 0, 1)
