"""Which tracks of a General MIDI song are leads and basses.

Notes
-----
A track counts as one part when nine tenths of its onsets are single notes and at most a quarter of
its notes ring on well into the next one: chords, pads and strummed guitars go, doubled notes here
and there stay. What is left is a bass if its program or its name says so, or if half of it lies
below C3; percussive programs, timpani and sound effects are neither. Trackers' MIDI files often
hold a second track that plays a line again a little later, as an echo: it would teach melodies off
the beat, and is left out like any other track that doubles an earlier one.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import symusic
from numpy.typing import NDArray

from blender_app.core.errors import MidiFileError
from blender_app.core.time import STEPS_PER_BEAT
from blender_app.corpus.melody_windows import MIN_NOTES, Line, Song, known_velocity
from blender_app.corpus.midi_files import four_four_spans, read_score

MIN_SINGLE = 0.9
"""Share of onsets at which a line may have one note only."""
MAX_RINGING = 0.25
"""Share of a line's notes that may ring on into the next one."""
RINGING_STEPS = 1.0
BASS_BELOW = 48
"""A line with its median pitch below is a bass whatever its sound."""
LEAD_FROM = 60
"""A line with its median pitch here or above is a lead even if played by a bass sound."""
ECHO_STEPS = range(5)
"""How many steps later a track may repeat another one and count as its echo or double."""
MIN_ECHO = 0.8
"""Share of a track's notes that must be another track's for it to count as its echo."""

_BASS_PROGRAMS = range(32, 40)
_TIMPANI, _FIRST_PERCUSSIVE = 47, 112
_BASS_NAME = re.compile(r"bass(?!oon|\W*drum)", re.IGNORECASE)


def read_game_song(path: Path) -> Song:
    """Read the leads and basses of the General MIDI file at `path`.

    Raises
    ------
    MidiFileError
        The file cannot be parsed, or has no notes but drums.
    """
    score = read_score(path)
    tracks = [track for track in score.tracks if not track.is_drum and len(track.notes)]
    if not tracks:
        raise MidiFileError(f"{path.name}: no notes but drums")
    lines = [line_of(track, score.tpq) for track in tracks]
    onsets = np.concatenate([line.start_steps for line in lines])
    parts = [
        Line(line.start_steps, line.end_steps, line.pitch, line.velocity, _is_bass(track, line.pitch))
        for track, line in zip(tracks, lines, strict=True)
        if _is_melodic(track.program) and is_one_part(line)
    ]
    last = max(line.last_step for line in lines)
    return Song(tuple(without_echoes(parts)), four_four_spans(score, last), onsets)


def line_of(track: symusic.core.TrackTick, ticks_per_beat: int, *, bass: bool = False) -> Line:
    """Return a track's notes as a line; a velocity that never changes counts as unknown.

    Parameters
    ----------
    track
        As symusic reads it, in ticks.
    ticks_per_beat
        Of its file.
    bass
        Whether it is a bassline.
    """
    notes = track.notes.numpy()
    ticks_per_step = ticks_per_beat / STEPS_PER_BEAT
    return Line(
        notes["time"] / ticks_per_step,
        (notes["time"].astype(np.int64) + notes["duration"]) / ticks_per_step,
        notes["pitch"].astype(np.int64),
        known_velocity(notes["velocity"].astype(np.int64)),
        bass,
    )


def is_one_part(line: Line) -> bool:
    """Return whether `line` has one note at a time, mostly."""
    order = np.argsort(line.start_steps, kind="stable")
    start, end = line.start_steps[order], line.end_steps[order]
    onsets, first = np.unique(np.floor(start + 0.5), return_index=True)
    if len(onsets) < MIN_NOTES:
        return False
    ringing = end[first][:-1] - start[first][1:] >= RINGING_STEPS
    return len(onsets) >= MIN_SINGLE * len(start) and float(ringing.mean()) <= MAX_RINGING


def without_echoes(lines: list[Line]) -> list[Line]:
    """Return `lines` but those that repeat another one together with it or a little later."""
    notes = [_steps_and_pitches(line) for line in lines]
    kept: list[int] = []
    for index in sorted(range(len(lines)), key=lambda i: (int(notes[i].min()), i)):
        if not any(_echoes(notes[index], notes[other]) for other in kept):
            kept.append(index)
    return [lines[index] for index in sorted(kept)]


def _steps_and_pitches(line: Line) -> NDArray[np.int64]:
    """Return each note as one number, 128 times its step and its pitch."""
    step = np.floor(line.start_steps + 0.5).astype(np.int64)
    return np.unique(step * 128 + line.pitch)


def _echoes(notes: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    return any(np.isin(notes - 128 * steps, other).mean() >= MIN_ECHO for steps in ECHO_STEPS)


def _is_melodic(program: int) -> bool:
    return program < _FIRST_PERCUSSIVE and program != _TIMPANI


def _is_bass(track: symusic.core.TrackTick, pitch: NDArray[np.int64]) -> bool:
    median = float(np.median(pitch))
    named = track.program in _BASS_PROGRAMS or _BASS_NAME.search(track.name) is not None
    return median < BASS_BELOW or (named and median < LEAD_FROM)
