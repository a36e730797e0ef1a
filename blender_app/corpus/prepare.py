"""Folders of MIDI -> one file of de-duplicated, split drum windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blender_app.core.errors import MidiFileError
from blender_app.corpus.archive import open_arrays, write_arrays
from blender_app.corpus.drum_windows import DrumWindows, cut_drum_windows
from blender_app.corpus.kin import together
from blender_app.corpus.midi_files import read_drum_onsets
from blender_app.corpus.reading import Report, read_folders
from blender_app.corpus.sources import SourceFile, find_files
from blender_app.corpus.split import Split, split_fields

MIN_ON_GRID = 0.75
"""Sequenced files with a smaller share of onsets near a sixteenth are dropped."""


@dataclass(frozen=True, slots=True)
class DrumCorpus(Split):
    """Prepared `windows` with, for each, where it belongs."""

    windows: DrumWindows

    def side(self, validation: bool, sources: Iterable[str] | None = None) -> DrumWindows:
        """Return the windows of one side of the split; parameters as in `chosen`."""
        return self.windows[self.chosen(validation, sources)]

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
                "hits": np.packbits(self.windows.hits.reshape(len(self.windows), -1), axis=1),
                "velocity": self.windows.velocity,
                "microtiming": np.round(self.windows.microtiming * 254).astype(np.int8),
                **self.to_arrays(),
            },
        )

    @classmethod
    def load(cls, path: Path) -> DrumCorpus:
        """Read what `save` wrote to `path`.

        Raises
        ------
        FileError
            The file is missing or is not a prepared corpus.
        """
        with open_arrays(path) as data:
            velocity = data["velocity"]
            bits = np.unpackbits(data["hits"], axis=1, count=velocity[0].size)
            windows = DrumWindows(
                bits.reshape(velocity.shape).astype(np.bool_),
                velocity,
                data["microtiming"].astype(np.float32) / np.float32(254),
            )
            return cls(*split_fields(data), windows)


def prepare(
    folders: Sequence[Path], progress: bool = True, played: bool = False
) -> tuple[DrumCorpus, Report]:
    """Read all MIDI below `folders` into two-bar drum windows.

    Parameters
    ----------
    folders
        Searched with all folders in them.
    progress
        Whether a progress bar is shown.
    played
        Whether all files are performances, which may lie off the sixteenth grid and stay; the Groove
        MIDI Dataset is known to be.

    Raises
    ------
    LoopweaveError
        A folder does not exist, or nothing usable was found in any.
    """
    parts, song, split, report = read_folders(
        folders, find_files, lambda file, report: _read(file, played, report), "drums", progress
    )
    windows = DrumWindows.concatenate(parts)
    split = together(split, _keys(windows), song, report)
    corpus = DrumCorpus(split.validation, split.source, split.source_names, windows)
    corpus = _without_duplicates(corpus, report)
    for name in corpus.source_names:
        for side in (False, True):
            label = f"{name} ({'validation' if side else 'train'})"
            report.kept[label] += len(corpus.side(side, [name]))
    return corpus, report


def _read(file: SourceFile, played: bool, report: Report) -> DrumWindows | None:
    try:
        onsets = read_drum_onsets(file.path)
    except MidiFileError as error:
        report.problems.append(str(error))
        return None
    if not onsets.spans:
        report.dropped["files without 4/4"] += 1
        return None
    if not (file.played or played) and onsets.on_grid < MIN_ON_GRID:
        report.dropped["files off the sixteenth grid"] += 1
        return None
    windows, unknown = cut_drum_windows(onsets, file.voice_of_pitch)
    report.dropped["notes outside the nine voices"] += unknown
    return windows


def _keys(windows: DrumWindows) -> NDArray[np.uint8]:
    """Return a row for each window, equal for equal hits."""
    return np.packbits(windows.hits.reshape(len(windows), -1), axis=1)


def _without_duplicates(corpus: DrumCorpus, report: Report) -> DrumCorpus:
    """Keep the first of windows with equal hits; validation goes first, so nothing leaks into train."""
    bits = _keys(corpus.windows)
    order = np.argsort(~corpus.validation, kind="stable")
    _, first = np.unique(bits[order], axis=0, return_index=True)
    keep = np.sort(order[first])
    report.dropped["duplicate windows"] += len(bits) - len(keep)
    return DrumCorpus(corpus.validation[keep], corpus.source[keep], corpus.source_names, corpus.windows[keep])
