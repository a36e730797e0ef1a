"""What is to be written to a MIDI file: parts, of sections, each with its style."""

from __future__ import annotations

import math
from dataclasses import dataclass

from blender_app.core.articulation import Articulation
from blender_app.core.kit import VOICE_COUNT, VOICE_PITCHES
from blender_app.core.notes import Note
from blender_app.core.parameters import GrooveParameters, SoundParameters, check_values, values_of
from blender_app.core.time import STRAIGHT_SWING

_PLAIN_SOUND = SoundParameters()


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a file.

    Parameters
    ----------
    notes
        With steps counted from the section's beginning.
    length_steps
        Length in sixteenths.
    name
        Text of the marker at its beginning; "" for none.
    """

    notes: tuple[Note, ...]
    length_steps: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class MidiStyle(GrooveParameters):
    """How a part is written.

    Parameters
    ----------
    tempo_bpm
        Quarters a minute; other than in the window any number more than 0.
    quantize
        Write all onsets on the grid: neither swing nor microtiming; velocity stays.
    channel
        MIDI channel 0-15; None is 9 for drums and 0 for melodic notes.
    note_map
        MIDI note of each of the nine drum voices.
    voice_volumes
        0 to 1 for each of the nine drum voices; scales its velocities, and 0 leaves it out.
    bank, program
        Bank 0-127 and program 0-127 (the drum kit) to be chosen at the beginning, None for none.
    controls
        Controllers, each with its value (0-127), to be sent at the beginning.
    semitones
        By how much melodic notes are written higher.
    sound
        How the part sounds. What changes its notes (gate, legato) is written; volume, pan and reverb are
        not, unless they are among the `controls`.
    track_name
        Name of the track of notes; "" is that of its kind.

    The other fields are those of the table of parameters, explained there.
    """

    tempo_bpm: float = 120.0
    quantize: bool = False
    channel: int | None = None
    note_map: tuple[int, ...] = VOICE_PITCHES
    voice_volumes: tuple[float, ...] = (1.0,) * VOICE_COUNT
    bank: int | None = None
    program: int | None = None
    controls: tuple[tuple[int, int], ...] = ()
    semitones: int = 0
    sound: SoundParameters = _PLAIN_SOUND
    track_name: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.tempo_bpm < math.inf:
            raise ValueError(f"tempo_bpm must be more than 0, not {self.tempo_bpm}")
        if self.channel is not None and not 0 <= self.channel <= 15:
            raise ValueError(f"channel must be 0 to 15, not {self.channel}")
        if len(self.note_map) != VOICE_COUNT or not all(0 <= pitch <= 127 for pitch in self.note_map):
            raise ValueError(f"note_map must be {VOICE_COUNT} notes from 0 to 127, not {self.note_map}")
        if len(self.voice_volumes) != VOICE_COUNT or not all(0 <= each <= 1 for each in self.voice_volumes):
            raise ValueError(f"voice_volumes must be {VOICE_COUNT} from 0 to 1, not {self.voice_volumes}")
        for name in ("bank", "program"):
            number = getattr(self, name)
            if number is not None and not 0 <= number <= 127:
                raise ValueError(f"{name} must be 0 to 127, not {number}")
        if not all(0 <= number <= 127 for control in self.controls for number in control):
            raise ValueError(f"controls must have numbers and values from 0 to 127, not {self.controls}")
        check_values(self.sound)

    @property
    def articulation(self) -> Articulation:
        """Where notes are written to start and end: without swing and microtiming if all is on the grid.

        Velocities are those of `Articulation(self)`, on the grid or not.
        """
        on_grid = {"swing": STRAIGHT_SWING, "groove_amount": 0.0} if self.quantize else {}
        return Articulation(GrooveParameters(**{**values_of(self, GrooveParameters), **on_grid}), self.sound)


_DEFAULT_STYLE = MidiStyle()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a band: its `sections`, one after the other, and the `style` they are written in."""

    sections: tuple[Section, ...]
    style: MidiStyle = _DEFAULT_STYLE
