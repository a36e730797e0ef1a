"""Which songs a folder holds, how each is read, and on which side of the split it lies.

Notes
-----
A set is known by what lies in it, not by its folder's name: POP909 by the beat file next to each
song, tunes made from ABC by their table of shifts, made trios by how their files are named, lead
sheets by their suffix; all other MIDI is read as General MIDI songs. A made trio has the name of
the song it was made from, so that both lie on one side.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from blender_app.core.errors import FileError
from blender_app.corpus.melody_readers import (
    BEAT_FILE,
    read_abc_song,
    read_lead_sheet,
    read_made_bass,
    read_pop_song,
)
from blender_app.corpus.melody_tracks import read_game_song
from blender_app.corpus.melody_windows import Song
from blender_app.corpus.sources import is_held_out, song_of

SHIFT_TABLE = "barline_shift.csv"
_MIDI, _MUSICXML = {".mid", ".midi"}, {".mxl", ".musicxml"}
_MADE_POP = re.compile(r"pop909_\d{4}_(\d{3})__")
_MADE_LEAD_SHEET = re.compile(r"openewld_\d{4}_(.+)__\d+_")
_TITLE_LETTERS = 20


@dataclass(frozen=True, slots=True)
class SongFile:
    """One file of a corpus.

    Parameters
    ----------
    path
        Where it is.
    song
        Names all files that must stay on one side of the split.
    read
        Parses it.
    """

    path: Path
    song: str
    read: Callable[[], Song]

    @property
    def validation(self) -> bool:
        """Whether the song is held out."""
        return is_held_out(self.song)


def find_songs(folder: Path) -> list[SongFile]:
    """Return the songs below `folder`, sorted.

    Raises
    ------
    FileError
        The table of shifts of a folder of tunes cannot be read.
    """
    shifts: dict[Path, dict[str, float]] = {
        table.parent: _read_shifts(table) for table in folder.rglob(SHIFT_TABLE)
    }
    files = (
        _song_file(path, shifts.get(path.parent))
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _MIDI | _MUSICXML
    )
    return [file for file in files if file is not None]


def _song_file(path: Path, shifts: dict[str, float] | None) -> SongFile | None:
    if path.suffix.lower() in _MUSICXML:
        return SongFile(path, _title(path.stem), partial(read_lead_sheet, path))
    if shifts is not None:
        shift = shifts.get(path.name)
        return None if shift is None else SongFile(path, song_of(path), partial(read_abc_song, path, shift))
    if path.with_name(BEAT_FILE).exists():
        return SongFile(path, f"pop909 {path.parent.name}", partial(read_pop_song, path))
    if made := _MADE_POP.match(path.name):
        return SongFile(path, f"pop909 {made[1]}", partial(read_made_bass, path))
    if made := _MADE_LEAD_SHEET.match(path.name):
        return SongFile(path, _title(made[1]), partial(read_made_bass, path))
    return SongFile(path, song_of(path), partial(read_game_song, path))


def _title(name: str) -> str:
    """Return a lead sheet's title without what file names spell in different ways, or cut off."""
    return "lead sheet " + re.sub(r"[^a-z0-9]", "", name.lower())[:_TITLE_LETTERS]


def _read_shifts(table: Path) -> dict[str, float]:
    """Return by file name how many beats a tune starts after a bar line."""
    try:
        with table.open(newline="") as file:
            return {row["file"]: float(row["shift_beats_to_barline"]) for row in csv.DictReader(file)}
    except (OSError, ValueError, LookupError) as error:
        raise FileError(f"{table} is not a readable table of shifts: {error!r}") from error
