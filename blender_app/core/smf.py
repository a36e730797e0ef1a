"""Standard MIDI Files: write patterns as they are heard, read loops from anything.

Notes
-----
Files have 480 ticks a quarter, type 1: a conductor track with tempo, time signature and markers,
and a track of notes for each part. All end exactly with the last bar, so a sequencer loops them in time.

Notes without a voice are melodic: one at a time, each ends where the next one starts at the latest.

A note that comes before the file's first downbeat (the pattern is early there) is written on the
downbeat: a player would miss it otherwise. Text events keep what was lost, the swing, and drum notes other
than those of General MIDI, so that reading our own files gives back the very loop that was written.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from blender_app.core.drums import DrumLoop
from blender_app.core.files import write_atomically
from blender_app.core.kit import VOICE_COUNT, VOICE_PITCHES
from blender_app.core.lengths import Loop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note, Pattern
from blender_app.core.parameters import SoundParameters, parameters_of
from blender_app.core.smf_melody import has_melody, melody_loop_from, read_melody_loop
from blender_app.core.smf_parse import MidiContents, read_midi
from blender_app.core.smf_read import drum_loop_from, has_drums, read_drum_loop
from blender_app.core.time import STRAIGHT_SWING

__all__ = [
    "MidiContents",
    "MidiStyle",
    "Part",
    "Section",
    "band_bytes",
    "drum_loop_from",
    "grid_sections",
    "has_drums",
    "has_melody",
    "melody_loop_from",
    "midi_bytes",
    "read_drum_loop",
    "read_melody_loop",
    "read_midi",
    "row_sections",
    "write_band",
    "write_midi",
]


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


Music: TypeAlias = Loop | Pattern | Section


@dataclass(frozen=True, slots=True)
class MidiStyle:
    """How a part is written.

    Parameters
    ----------
    tempo_bpm
        Quarters a minute.
    swing
        Share of an eighth taken by its first sixteenth, 0.5 to 0.75.
    feel
        How much of microtiming and velocity is kept, 0 to 1.
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
    gate, legato
        Share of a melodic note's length that sounds (0.1-1), and how far its end is then pulled to the
        next note's start (0-1).
    track_name
        Name of the track of notes; "" is that of its kind.
    """

    tempo_bpm: float = 120.0
    swing: float = STRAIGHT_SWING
    feel: float = 1.0
    quantize: bool = False
    channel: int | None = None
    note_map: tuple[int, ...] = VOICE_PITCHES
    voice_volumes: tuple[float, ...] = (1.0,) * VOICE_COUNT
    bank: int | None = None
    program: int | None = None
    controls: tuple[tuple[int, int], ...] = ()
    semitones: int = 0
    gate: float = 1.0
    legato: float = 0.0
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
        rows = parameters_of(SoundParameters)
        for name in ("gate", "legato"):
            rows[name].check(getattr(self, name))

    @property
    def heard_swing(self) -> float:
        """Swing as it is written, none when all is on the grid."""
        return STRAIGHT_SWING if self.quantize else self.swing

    @property
    def heard_microtiming(self) -> float:
        """Share of the microtiming that is written, 0 to 1."""
        return 0.0 if self.quantize else self.feel


_DEFAULT_STYLE = MidiStyle()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a band: its sections, one after the other, and how they are written."""

    sections: tuple[Section, ...]
    style: MidiStyle = _DEFAULT_STYLE


def grid_sections(cells: Sequence[Sequence[Loop]]) -> tuple[Section, ...]:
    """Return the cells of a palette, row by row, with markers such as "row 3, column 5"."""
    return tuple(
        _section(loop, f"row {row}, column {column}")
        for row, loops in enumerate(cells, 1)
        for column, loop in enumerate(loops, 1)
    )


def row_sections(loops: Sequence[Loop]) -> tuple[Section, ...]:
    """Return the loops of a morph one after the other, with markers such as "2 of 7"."""
    return tuple(_section(loop, f"{number} of {len(loops)}") for number, loop in enumerate(loops, 1))


def write_midi(
    path: str | os.PathLike[str], music: Music | Iterable[Music], style: MidiStyle = _DEFAULT_STYLE
) -> None:
    """Write `music`, one piece after the other, to the MIDI file `path`, whole or not at all.

    Parameters
    ----------
    path
        Where to write; an existing file is replaced.
    music
        A loop, pattern or section, or several.
    style
        Tempo, swing and the like.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    write_atomically(path, midi_bytes(music, style))


def midi_bytes(music: Music | Iterable[Music], style: MidiStyle = _DEFAULT_STYLE) -> bytes:
    """Return the MIDI file that `write_midi` writes."""
    return band_bytes([Part(as_sections(music), style)])


def write_band(path: str | os.PathLike[str], parts: Sequence[Part]) -> None:
    """Write the parts of a band, which play together, to the MIDI file `path`, whole or not at all.

    Parameters
    ----------
    path
        Where to write; an existing file is replaced.
    parts
        At least one. The tempo of the first one holds for all; the longest one gives the length.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    write_atomically(path, band_bytes(parts))


def band_bytes(parts: Sequence[Part]) -> bytes:
    """Return the MIDI file that `write_band` writes."""
    from blender_app.core.smf_write import file_bytes  # noqa: PLC0415 - mido would slow the start

    return file_bytes(parts)


def as_sections(music: Music | Iterable[Music]) -> tuple[Section, ...]:
    """Return music of any kind as sections."""
    pieces = [music] if isinstance(music, DrumLoop | MelodyLoop | Pattern | Section) else music
    return tuple(_section(piece, "") for piece in pieces)


def _section(piece: Music, name: str) -> Section:
    """Return any piece of music as a section."""
    if isinstance(piece, Section):
        return piece
    if isinstance(piece, Pattern):
        return Section(piece.notes, piece.length_steps, name)
    return Section(piece.to_notes(), piece.steps, name)
