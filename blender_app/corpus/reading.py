"""Folders -> the windows of all files in them, and a report of what was kept and dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from blender_app.core.errors import LoopweaveError
from blender_app.corpus.split import Split


class CorpusFile(Protocol):
    """A file of a corpus."""

    @property
    def song(self) -> str | None:
        """Names the song that it is of; None where the set says itself what is held back."""

    @property
    def validation(self) -> bool:
        """Whether it is held back."""


File = TypeVar("File", bound=CorpusFile)
Windows = TypeVar("Windows", bound=Sized)


@dataclass(slots=True)
class Report:
    """What was kept, moved and dropped.

    Parameters
    ----------
    kept
        Windows a source and side.
    moved
        Windows that changed sides, a reason.
    problems
        A line each, for files that could not be read.
    dropped
        Files, notes or windows a reason.
    """

    kept: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the report as lines of text for a person."""
        kept = [f"kept     {count:7d} windows  {name}" for name, count in sorted(self.kept.items())]
        moved = [f"moved    {count:7d} {name}" for name, count in sorted(self.moved.items()) if count]
        dropped = [f"dropped  {count:7d} {name}" for name, count in sorted(self.dropped.items()) if count]
        return kept + moved + dropped + [f"skipped  {problem}" for problem in self.problems]


def read_folders(
    folders: Sequence[Path],
    find: Callable[[Path], Iterable[File]],
    read: Callable[[File, Report], Windows | None],
    what: str,
    progress: bool,
) -> tuple[list[Windows], NDArray[np.int64], Split, Report]:
    """Return the windows of each file that has some, and where each window belongs.

    Parameters
    ----------
    folders
        Searched by `find`, which returns the files in one.
    read
        Returns the windows of a file, and reports what it drops.
    what
        What the windows are of, for messages.
    progress
        Whether a progress bar is shown.

    Returns
    -------
    windows
        Of each file.
    song
        Which song each window is of, (N,); -1 where the set says itself what is held back.
    split
        Of the windows, by song.
    report
        What was dropped so far.

    Raises
    ------
    LoopweaveError
        A folder does not exist, or nothing usable was found in any.
    """
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        raise LoopweaveError(f"{missing[0]} is not a folder.")
    files = [(index, file) for index, folder in enumerate(folders) for file in find(folder)]
    report = Report()
    parts: list[Windows] = []
    numbers: dict[str, int] = {}
    song: list[int] = []
    validation: list[bool] = []
    source: list[int] = []
    for index, file in tqdm(files, desc="reading", unit="file", disable=not progress):
        windows = read(file, report)
        if windows is not None and len(windows):
            parts.append(windows)
            number = -1 if file.song is None else numbers.setdefault(file.song, len(numbers))
            song += [number] * len(windows)
            validation += [file.validation] * len(windows)
            source += [index] * len(windows)
    if not parts:
        found = "\n".join(report.lines()) or "There are no MIDI files."
        raise LoopweaveError(f"There are no {what} to learn from in {len(files)} files.\n{found}")
    names = tuple(folder.resolve().name for folder in folders)
    return parts, np.array(song), Split(np.array(validation), np.array(source), names), report
