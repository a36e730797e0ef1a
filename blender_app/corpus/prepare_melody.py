"""Folders of songs -> one file of de-duplicated, split melody and bass windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blender_app.core.errors import FileError
from blender_app.corpus.archive import open_arrays, write_arrays
from blender_app.corpus.kin import together
from blender_app.corpus.melody_sources import SongFile, find_songs
from blender_app.corpus.melody_windows import (
    MelodyWindows,
    cut_melody_windows,
    relative_events,
    relative_onsets,
)
from blender_app.corpus.midi_files import share_on_grid
from blender_app.corpus.prepare import MIN_ON_GRID
from blender_app.corpus.reading import Report, read_folders
from blender_app.corpus.split import Split, split_fields

TOLERANCE_STEPS = 0.2
"""How far from a sixteenth an onset may lie and still count as on the grid: many lines are played,
but triplets, a third away, are not meant."""


@dataclass(frozen=True, slots=True)
class MelodyCorpus(Split):
    """Prepared windows: their events and velocity (N, 32), and what each is and comes from.

    Parameters
    ----------
    validation, source, source_names
        As in `Split`.
    events, velocity, bass
        As in `MelodyWindows`; a window without any velocity is one whose source has none.
    """

    events: NDArray[np.int16]
    velocity: NDArray[np.uint8]
    bass: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.events)

    @property
    def windows(self) -> MelodyWindows:
        """All windows."""
        return MelodyWindows(self.events, self.velocity, self.bass)

    def side(
        self, validation: bool, sources: Iterable[str] | None = None, bass: bool | None = None
    ) -> MelodyWindows:
        """Return the windows of one side of the split.

        Parameters
        ----------
        validation
            Which side.
        sources
            Names of those to take; None is all.
        bass
            Basses only or melodies only; None is both.
        """
        mask = self.chosen(validation, sources)
        if bass is not None:
            mask &= self.bass == bass
        return self.windows[mask]

    def save(self, path: Path) -> None:
        """Write the corpus to `path` as a compressed .npz.

        Raises
        ------
        FileError
            The file cannot be written.
        """
        write_arrays(
            path,
            {
                "events": self.events.astype(np.int8),
                "velocity": self.velocity,
                "bass": self.bass,
                **self.to_arrays(),
            },
        )

    @classmethod
    def load(cls, path: Path) -> MelodyCorpus:
        """Read what `save` wrote to `path`.

        Raises
        ------
        FileError
            The file is missing or is not a prepared corpus of melodies.
        """
        with open_arrays(path) as data:
            return cls(
                *split_fields(data),
                data["events"].astype(np.int16),
                data["velocity"].astype(np.uint8),
                data["bass"].astype(np.bool_),
            )


def prepare_melody(folders: Sequence[Path], progress: bool = True) -> tuple[MelodyCorpus, Report]:
    """Read all songs below `folders` into two-bar windows of melodies and basses.

    A bar is shown if `progress` is true.

    Raises
    ------
    LoopweaveError
        A folder does not exist, or nothing usable was found in any.
    """
    parts, song, split, report = read_folders(folders, find_songs, _read, "melodies or basslines", progress)
    windows = MelodyWindows.concatenate(parts)
    split = together(split, relative_onsets(windows.events), song, report)
    corpus = _without_duplicates(windows, split, report)
    for name in corpus.source_names:
        for side in (False, True):
            for bass in (False, True):
                label = f"{name} {'bass' if bass else 'melody'} ({'validation' if side else 'train'})"
                if count := len(corpus.side(side, [name], bass)):
                    report.kept[label] += count
    return corpus, report


def _read(file: SongFile, report: Report) -> MelodyWindows | None:
    try:
        song = file.read()
    except FileError as error:
        report.problems.append(str(error))
        return None
    if not song.spans:
        report.dropped["files without 4/4"] += 1
        return None
    if not _on_grid(song.onsets_steps):
        report.dropped["files off the sixteenth grid"] += 1
        return None
    if not song.lines:
        report.dropped["files without a line of single notes"] += 1
    lines = [line for line in song.lines if _on_grid(line.start_steps)]
    report.dropped["lines off the sixteenth grid"] += len(song.lines) - len(lines)
    return MelodyWindows.concatenate([cut_melody_windows(line, song.spans) for line in lines])


def _on_grid(onsets_steps: NDArray[np.float64]) -> bool:
    return share_on_grid(onsets_steps, TOLERANCE_STEPS) >= MIN_ON_GRID


def _without_duplicates(windows: MelodyWindows, split: Split, report: Report) -> MelodyCorpus:
    """Keep the first of windows that are equal up to transposition.

    Validation goes first, so nothing leaks into train; a window whose velocity is known goes before
    one without.
    """
    keys = relative_events(windows.events)
    unknown = ~windows.velocity.any(1)
    order = np.lexsort((unknown, ~split.validation))
    _, first = np.unique(keys[order], axis=0, return_index=True)
    keep = np.sort(order[first])
    report.dropped["duplicate windows"] += len(keys) - len(keep)
    kept = windows[keep]
    return MelodyCorpus(
        split.validation[keep],
        split.source[keep],
        split.source_names,
        kept.events,
        kept.velocity,
        kept.bass,
    )
