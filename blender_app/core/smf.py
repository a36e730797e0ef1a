"""Standard MIDI Files: write patterns as they are heard, read drum loops from anything.

Notes
-----
Files have 480 ticks a quarter, type 1: a conductor track with tempo, time signature and markers,
and one track of notes. Both end exactly with the last bar, so a sequencer loops them in time.

A hit that comes before the file's first downbeat (the pattern is early there) is written on the
downbeat: a player would miss it otherwise. Text events keep what was lost, the swing, and notes other
than those of General MIDI, so that reading our own files gives back the very loop that was written.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from blender_app.core.drums import VOICE_COUNT, VOICE_PITCHES, DrumLoop
from blender_app.core.feel import heard_step, heard_velocity
from blender_app.core.files import write_atomically
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.core.notes import Note, Pattern
from blender_app.core.smf_parse import (
    END_OF_TRACK,
    MARKER,
    METER,
    TEMPO,
    TEXT,
    TRACK_NAME,
    MidiContents,
    read_midi,
)
from blender_app.core.smf_read import EARLY_TEXT, NOTE_MAP_TEXT, SWING_TEXT, drum_loop_from, read_drum_loop
from blender_app.core.time import STRAIGHT_SWING, TICKS_PER_BEAT, TICKS_PER_STEP, steps_to_ticks

__all__ = [
    "MidiContents",
    "MidiStyle",
    "Section",
    "drum_loop_from",
    "grid_sections",
    "midi_bytes",
    "read_drum_loop",
    "read_midi",
    "row_sections",
    "write_midi",
]

MAX_TEMPO_US = 0xFFFFFF
_TYPE, _TRACKS = 1, 2
_NOTE_OFF, _NOTE_ON, _PROGRAM_CHANGE = 0x80, 0x90, 0xC0
_FOUR_FOUR = bytes([4, 2, 24, 8])
"""Numerator, denominator as a power of two, MIDI clocks a click, thirty-seconds a quarter."""
_EARLIEST_TICKS = 1 - TICKS_PER_STEP // 2
"""A hit half a step early is the same tick as one half a step late: the late one keeps it."""


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


Music: TypeAlias = DrumLoop | Pattern | Section


@dataclass(frozen=True, slots=True)
class MidiStyle:
    """How patterns are written.

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
        MIDI channel 0-15; drums are on 9.
    note_map
        MIDI note of each of the nine drum voices.
    program
        Program 0-127 (the drum kit) to be chosen at the beginning, None for none.
    track_name
        Name of the track of notes.
    """

    tempo_bpm: float = 120.0
    swing: float = STRAIGHT_SWING
    feel: float = 1.0
    quantize: bool = False
    channel: int = DRUM_CHANNEL
    note_map: tuple[int, ...] = VOICE_PITCHES
    program: int | None = None
    track_name: str = "Loopweave drums"

    def __post_init__(self) -> None:
        if not 0 < self.tempo_bpm < math.inf:
            raise ValueError(f"tempo_bpm must be more than 0, not {self.tempo_bpm}")
        if not 0 <= self.channel <= 15:
            raise ValueError(f"channel must be 0 to 15, not {self.channel}")
        if len(self.note_map) != VOICE_COUNT or not all(0 <= pitch <= 127 for pitch in self.note_map):
            raise ValueError(f"note_map must be {VOICE_COUNT} notes from 0 to 127, not {self.note_map}")
        if self.program is not None and not 0 <= self.program <= 127:
            raise ValueError(f"program must be 0 to 127, not {self.program}")

    @property
    def heard_swing(self) -> float:
        """Swing as it is written, none when all is on the grid."""
        return STRAIGHT_SWING if self.quantize else self.swing

    @property
    def heard_microtiming(self) -> float:
        """Share of the microtiming that is written, 0 to 1."""
        return 0.0 if self.quantize else self.feel


_DEFAULT_STYLE = MidiStyle()


def grid_sections(cells: Sequence[Sequence[DrumLoop]]) -> tuple[Section, ...]:
    """Return the cells of a palette, row by row, with markers such as "row 3, column 5"."""
    return tuple(
        _section(loop, f"row {row}, column {column}")
        for row, loops in enumerate(cells, 1)
        for column, loop in enumerate(loops, 1)
    )


def row_sections(loops: Sequence[DrumLoop]) -> tuple[Section, ...]:
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
    pieces = [music] if isinstance(music, DrumLoop | Pattern | Section) else music
    sections = [_section(piece, "") for piece in pieces]
    end_tick = steps_to_ticks(sum(section.length_steps for section in sections))
    notes, early = _placed_notes(sections, end_tick, style)
    texts = [SWING_TEXT.format(style.heard_swing)] if style.heard_swing != STRAIGHT_SWING else []
    if tuple(style.note_map) != VOICE_PITCHES:
        texts.append(NOTE_MAP_TEXT.format(" ".join(map(str, style.note_map))))
    texts += [EARLY_TEXT.format(pitch, tick) for pitch, tick in early.items()]
    header = b"".join(value.to_bytes(2, "big") for value in (_TYPE, _TRACKS, TICKS_PER_BEAT))
    return (
        _chunk(b"MThd", header)
        + _conductor_track(sections, style, end_tick)
        + _note_track(notes, texts, style, end_tick)
    )


def _section(piece: Music, name: str) -> Section:
    """Return any piece of music as a section."""
    if isinstance(piece, Section):
        return piece
    if isinstance(piece, Pattern):
        return Section(piece.notes, piece.length_steps, name)
    return Section(piece.to_notes(), len(piece.hits), name)


@dataclass(frozen=True, slots=True)
class _PlacedNote:
    """A note at its tick in the file."""

    tick: int
    length_ticks: int
    pitch: int
    velocity: int


def _placed_notes(
    sections: Sequence[Section], end_tick: int, style: MidiStyle
) -> tuple[list[_PlacedNote], dict[int, int]]:
    """Return the notes at their ticks, and on which ticks the early ones of the first downbeat belong."""
    placed: dict[tuple[int, int], _PlacedNote] = {}
    early: dict[int, int] = {}
    first_step = 0
    for section in sections:
        for note in section.notes:
            pitch = note.pitch if note.voice is None else style.note_map[note.voice]
            position = heard_step(note, style.heard_swing, style.heard_microtiming)
            earliest = steps_to_ticks(heard_step(note, style.heard_swing, 0.0)) + _EARLIEST_TICKS
            tick = steps_to_ticks(first_step) + max(steps_to_ticks(position), earliest)
            if tick < 0:
                early[pitch] = tick
            tick = min(max(tick, 0), end_tick - 1)
            length = max(1, min(steps_to_ticks(note.length_steps), end_tick - tick))
            velocity = heard_velocity(note.velocity, style.feel)
            rival = placed.get((tick, pitch))
            if rival is None or rival.velocity < velocity:
                placed[tick, pitch] = _PlacedNote(tick, length, pitch, velocity)
        first_step += section.length_steps
    return [placed[key] for key in sorted(placed)], early


def _conductor_track(sections: Sequence[Section], style: MidiStyle, end_tick: int) -> bytes:
    """Return the track with tempo, time signature and a marker for each named section."""
    tempo_us = min(MAX_TEMPO_US, max(1, round(60e6 / style.tempo_bpm)))
    timed = [
        (0, _meta(TRACK_NAME, style.track_name.encode())),
        (0, _meta(TEMPO, tempo_us.to_bytes(3, "big"))),
        (0, _meta(METER, _FOUR_FOUR)),
    ]
    first_step = 0
    for section in sections:
        if section.name:
            timed.append((steps_to_ticks(first_step), _meta(MARKER, section.name.encode())))
        first_step += section.length_steps
    return _track(timed, end_tick)


def _note_track(notes: Sequence[_PlacedNote], texts: Iterable[str], style: MidiStyle, end_tick: int) -> bytes:
    """Return the track of notes; a note ends where the next one of its pitch begins."""
    timed = [(0, _meta(TRACK_NAME, style.track_name.encode()))]
    timed += [(0, _meta(TEXT, text.encode())) for text in texts]
    if style.program is not None:
        timed.append((0, bytes([_PROGRAM_CHANGE | style.channel, style.program])))
    ons, offs = [], []
    next_tick: dict[int, int] = {}
    for note in reversed(notes):
        off_tick = min(note.tick + note.length_ticks, next_tick.get(note.pitch, end_tick))
        next_tick[note.pitch] = note.tick
        ons.append((note.tick, bytes([_NOTE_ON | style.channel, note.pitch, note.velocity])))
        offs.append((off_tick, bytes([_NOTE_OFF | style.channel, note.pitch, 0])))
    # Stable: at one tick the note-offs come first, so no note cuts the one that follows it.
    timed += sorted([*reversed(offs), *reversed(ons)], key=lambda event: event[0])
    return _track(timed, end_tick)


def _track(timed: Iterable[tuple[int, bytes]], end_tick: int) -> bytes:
    """Return a track of events at absolute ticks, in order, that ends at `end_tick`."""
    body = bytearray()
    now = 0
    for tick, event in [*timed, (end_tick, _meta(END_OF_TRACK, b""))]:
        body += _variable_length(tick - now) + event
        now = tick
    return _chunk(b"MTrk", bytes(body))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "big") + body


def _meta(kind: int, data: bytes) -> bytes:
    return bytes([0xFF, kind]) + _variable_length(len(data)) + data


def _variable_length(number: int) -> bytes:
    """Return a number as groups of seven bits, all but the last with the high bit set."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
