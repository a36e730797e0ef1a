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

import os
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from blender_app.core.drums import DrumLoop
from blender_app.core.files import write_atomically
from blender_app.core.lengths import Loop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Pattern
from blender_app.core.smf_melody import has_melody, melody_loop_from, read_melody_loop
from blender_app.core.smf_parse import MidiContents, read_midi
from blender_app.core.smf_parts import MidiStyle, Part, Section
from blender_app.core.smf_read import drum_loop_from, has_drums, read_drum_loop

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


Music: TypeAlias = Loop | Pattern | Section


_DEFAULT_STYLE = MidiStyle()


def grid_sections(cells: Sequence[Sequence[Loop]]) -> tuple[Section, ...]:
    """Return the `cells` of a palette, row by row, with markers such as "row 3, column 5"."""
    return tuple(
        _section(loop, f"row {row}, column {column}")
        for row, loops in enumerate(cells, 1)
        for column, loop in enumerate(loops, 1)
    )


def row_sections(loops: Sequence[Loop]) -> tuple[Section, ...]:
    """Return the `loops` of a morph one after the other, with markers such as "2 of 7"."""
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
    """Return the MIDI file that `write_midi` writes of `music` in a `style`."""
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
    """Return the MIDI file that `write_band` writes of `parts`, one or more."""
    from blender_app.core.smf_write import file_bytes  # noqa: PLC0415 - mido would slow the start

    return file_bytes(parts)


def as_sections(music: Music | Iterable[Music]) -> tuple[Section, ...]:
    """Return `music` as sections, one for each loop, pattern or section."""
    pieces = [music] if isinstance(music, DrumLoop | MelodyLoop | Pattern | Section) else music
    return tuple(_section(piece, "") for piece in pieces)


def _section(piece: Music, name: str) -> Section:
    """Return any piece of music as a section."""
    if isinstance(piece, Section):
        return piece
    if isinstance(piece, Pattern):
        return Section(piece.notes, piece.length_steps, name)
    return Section(piece.to_notes(), piece.steps, name)
