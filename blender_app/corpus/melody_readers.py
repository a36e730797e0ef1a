"""Readers of the sets that need more than General MIDI: their grid lies elsewhere.

Notes
-----
The traps are those named by the data sets' own notes: POP909's ticks and time signatures are not
to be relied on, its beat file is; tunes that abc2midi made start with their pick-up at tick 0, and
have an accent on each downbeat that nobody played.
"""

from __future__ import annotations

import importlib
import itertools
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
from numpy.typing import NDArray

from blender_app.core.errors import FileError, LoopweaveError, MidiFileError
from blender_app.core.time import STEPS_PER_BAR, STEPS_PER_BEAT
from blender_app.corpus.melody_tracks import line_of
from blender_app.corpus.melody_windows import Line, Song, known_velocity
from blender_app.corpus.midi_files import FOUR_FOUR_OR_ALLA_BREVE, four_four_spans, read_score

BEAT_FILE = "beat_midi.txt"
_POP_TRACKS = ("MELODY", "BRIDGE")
# What music21 lets through, besides its own error, when it meets a damaged file.
_DAMAGED_SCORE = (OSError, ValueError, LookupError, AttributeError, TypeError, zipfile.BadZipFile, ParseError)


def read_pop_song(path: Path) -> Song:
    """Read melody and bridge of the POP909 song at `path` on the beats of the file next to it.

    Raises
    ------
    FileError
        One of the two files cannot be read, or there is neither melody nor bridge.
    """
    seconds, downbeat = _read_beats(path.with_name(BEAT_FILE))
    score: Any = read_score(path).to("second")
    lines = []
    for track in score.tracks:
        if track.name not in _POP_TRACKS or not len(track.notes):
            continue
        notes = track.notes.numpy()
        lines.append(
            Line(
                _steps_at(notes["time"], seconds),
                _steps_at(notes["time"].astype(np.float64) + notes["duration"], seconds),
                notes["pitch"].astype(np.int64),
                known_velocity(notes["velocity"].astype(np.int64)),
            )
        )
    if not lines:
        raise MidiFileError(f"{path.name}: no track named {' or '.join(_POP_TRACKS)}")
    return Song(tuple(lines), _spans(STEPS_PER_BEAT * np.flatnonzero(downbeat)), lines[0].start_steps)


def _read_beats(path: Path) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return each beat's time in seconds, and whether it starts a bar."""
    try:
        table = np.loadtxt(path, ndmin=2)
        seconds, downbeat = table[:, 0], table[:, 2] > 0.5
    except (OSError, ValueError, LookupError) as error:
        raise FileError(f"{path.parent.name}/{path.name}: not a readable beat file ({error})") from error
    if len(seconds) < 2 or (np.diff(seconds) <= 0).any():
        raise FileError(f"{path.parent.name}/{path.name}: its beats do not go forward in time")
    return seconds, downbeat


def _steps_at(seconds: NDArray[np.float64], beats_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return moments as positions in steps; before and after the beats their tempo goes on."""
    index = np.clip(np.searchsorted(beats_s, seconds, "right") - 1, 0, len(beats_s) - 2)
    inside = (seconds - beats_s[index]) / (beats_s[index + 1] - beats_s[index])
    steps: NDArray[np.float64] = STEPS_PER_BEAT * (index + inside)
    return steps


def _spans(bar_lines_steps: Iterable[float]) -> tuple[tuple[int, int], ...]:
    """Return the stretches of bars of sixteen steps between bar lines."""
    spans: list[tuple[int, int]] = []
    lines = [round(line) for line in bar_lines_steps]
    for first, last in itertools.pairwise(lines):
        if last - first != STEPS_PER_BAR:
            continue
        if spans and spans[-1][1] == first:
            spans[-1] = spans[-1][0], last
        else:
            spans.append((first, last))
    return tuple(spans)


def read_abc_song(path: Path, shift_beats: float) -> Song:
    """Read the first track of the tune at `path` that abc2midi made.

    Its start is moved by `shift_beats`.

    Raises
    ------
    MidiFileError
        The file cannot be parsed, or has no notes.
    """
    score = read_score(path)
    tracks = [track for track in score.tracks if len(track.notes)]
    if not tracks:
        raise MidiFileError(f"{path.name}: no notes")
    line, shift = line_of(tracks[0], score.tpq), shift_beats * STEPS_PER_BEAT
    line = replace(
        line,
        start_steps=line.start_steps + shift,
        end_steps=line.end_steps + shift,
        velocity=np.zeros_like(line.velocity),
    )
    spans = four_four_spans(score, line.last_step, FOUR_FOUR_OR_ALLA_BREVE)
    return Song((line,), spans, line.start_steps)


def read_made_bass(path: Path) -> Song:
    """Read the track named "Bass" of the song at `path`, which was made from a lead sheet.

    Raises
    ------
    MidiFileError
        The file cannot be parsed, or has no such track.
    """
    score = read_score(path)
    tracks = [track for track in score.tracks if track.name.lower() == "bass" and len(track.notes)]
    if not tracks:
        raise MidiFileError(f"{path.name}: no track named Bass")
    line = line_of(tracks[0], score.tpq, bass=True)
    return Song((line,), four_four_spans(score, line.last_step), line.start_steps)


def read_lead_sheet(path: Path) -> Song:
    """Read the first part of the MusicXML file at `path`, without its chord symbols.

    Raises
    ------
    FileError
        The file cannot be parsed, or has no notes.
    LoopweaveError
        music21, which reads it, is not installed.
    """
    part = _parse_score(path).parts[0]
    notes = np.array(list(_untied_notes(part)), np.float64).reshape(-1, 3)
    if not len(notes):
        raise FileError(f"{path.name}: no notes")
    start, length = STEPS_PER_BEAT * notes[:, 0], STEPS_PER_BEAT * notes[:, 1]
    pitch = notes[:, 2].astype(np.int64)
    line = Line(start, start + length, pitch, np.zeros_like(pitch))
    return Song((line,), _spans(_bar_lines(part)), start)


def _parse_score(path: Path) -> Any:  # noqa: ANN401 - music21 has no types
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # music21 warns of all that a score may leave open
        try:
            music21 = importlib.import_module("music21")
        except ImportError as error:
            raise LoopweaveError(
                f"{path.name} is a MusicXML file, which needs music21: pip install music21"
            ) from error
        try:
            score = music21.converter.parse(str(path), format="musicxml", forceSource=True, storePickle=False)
        except (*_DAMAGED_SCORE, music21.exceptions21.Music21Exception) as error:
            raise FileError(f"{path.name}: not a readable MusicXML file ({error})") from error
    if not score.parts:
        raise FileError(f"{path.name}: not a readable MusicXML file (no parts)")
    return score


def _untied_notes(part: Any) -> Iterator[tuple[float, float, int]]:  # noqa: ANN401
    """Give (start, length, pitch), both in quarters, tied notes as one and no grace notes."""
    open_ties: dict[int, tuple[float, float]] = {}
    for element in part.flatten().notes:
        if "Harmony" in element.classes or element.duration.isGrace:
            continue
        start, length = float(element.offset), float(element.duration.quarterLength)
        for note in getattr(element, "notes", (element,)):
            if not hasattr(note, "pitch"):
                continue
            pitch, tie = int(note.pitch.midi), note.tie.type if note.tie else None
            begun, held = open_ties.pop(pitch, (start, 0.0))
            if tie is None or tie == "start" or abs(begun + held - start) > 0.01:
                if held:
                    yield begun, held, pitch
                begun, held = start, 0.0
            if tie in {"start", "continue"}:
                open_ties[pitch] = begun, held + length
            else:
                yield begun, held + length, pitch
    yield from ((begun, held, pitch) for pitch, (begun, held) in open_ties.items())


def _bar_lines(part: Any) -> list[float]:  # noqa: ANN401
    """Return the bar lines in steps, the end included; bars not of 4/4 or 2/2 become no bars."""
    lines, fits = [], True
    end = 0.0
    for measure in part.getElementsByClass("Measure"):
        if measure.timeSignature is not None:
            signature = measure.timeSignature.numerator, measure.timeSignature.denominator
            fits = signature in FOUR_FOUR_OR_ALLA_BREVE
        offset, length = float(measure.offset), float(measure.duration.quarterLength)
        if fits:
            lines += [STEPS_PER_BEAT * offset, STEPS_PER_BEAT * (offset + length)]
        end = offset + length
    return sorted({round(line, 3) for line in lines if line <= STEPS_PER_BEAT * end})
