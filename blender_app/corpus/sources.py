"""Which song a file belongs to, how its drums are read, and on which side of the split it lies.

Notes
-----
The traps are those named by the data sets' own notes: Roland TD-11 note 58 is the low tom's rim in
the Groove MIDI Dataset, which brings its own train/validation split; the Freedoom repository holds
several revisions of one song, which must stay on one side.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from blender_app.core.drums import GMD_PITCH_TO_VOICE, PITCH_TO_VOICE

VALIDATION_SHARE = 12
"""One song in this many is held out where a set brings no split of its own."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a corpus.

    Parameters
    ----------
    path
        Where it is.
    song
        Names all files that must stay on one side of the split; None where the set has its own.
    validation
        Whether that is the held-out side.
    voice_of_pitch
        Which of the nine voices a MIDI note is.
    """

    path: Path
    song: str | None
    validation: bool
    voice_of_pitch: Mapping[int, int]
    played: bool
    """True for human performances, which may lie off the grid and stay."""


def find_files(folder: Path) -> list[SourceFile]:
    """Return the MIDI files below `folder`, sorted, with song and split.

    A folder with an ``info.csv`` that has the columns ``midi_filename`` and ``split`` is read as the
    Groove MIDI Dataset; others are split by a hash of the song's name.
    """
    info = folder / "info.csv"
    if info.exists():
        with info.open(newline="") as file:
            rows = list(csv.DictReader(file))
        if rows and {"midi_filename", "split"} <= rows[0].keys():
            return _groove_files(folder, rows)
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".mid", ".midi"})
    return [_plain_file(path) for path in paths]


def _groove_files(folder: Path, rows: list[dict[str, str]]) -> list[SourceFile]:
    return [
        SourceFile(
            folder / row["midi_filename"],
            None,
            row["split"] == "validation",
            GMD_PITCH_TO_VOICE,
            True,
        )
        for row in rows
        if row["split"] in {"train", "validation"} and (folder / row["midi_filename"]).exists()
    ]


def song_of(path: Path) -> str:
    """Return the name that all revisions of the song in the file `path` have in common."""
    stem = re.sub(r"-[0-9a-f]{8}$", "", path.stem.lower())
    return re.sub(r"^d_", "", stem)


def is_held_out(song: str) -> bool:
    """Return whether the `song` of that name belongs to the validation side, by a hash of it."""
    return int(hashlib.sha256(song.encode()).hexdigest(), 16) % VALIDATION_SHARE == 0


def _plain_file(path: Path) -> SourceFile:
    song = song_of(path)
    return SourceFile(path, song, is_held_out(song), PITCH_TO_VOICE, False)
