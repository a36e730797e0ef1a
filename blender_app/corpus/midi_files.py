"""MIDI files -> onsets on the sixteenth grid, in 4/4 spans, by way of symusic."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import symusic
from numpy.typing import NDArray

from blender_app.core.errors import MidiFileError
from blender_app.core.time import STEPS_PER_BAR, STEPS_PER_BEAT

ON_GRID_STEPS = 0.1
"""How far from a sixteenth, in steps, an onset may lie and still count as on the grid."""
FOUR_FOUR = frozenset({(4, 4)})
FOUR_FOUR_OR_ALLA_BREVE = FOUR_FOUR | {(2, 2)}
"""Time signatures whose bars have sixteen sixteenths."""


@dataclass(frozen=True, slots=True)
class Onsets:
    """The drum onsets of one file, as parallel arrays of length N.

    Parameters
    ----------
    position_steps
        Onsets in sixteenths from the file's start, as played; float64.
    pitch, velocity
        MIDI note number and velocity; int64.
    spans
        4/4 stretches as (first step, last step), both on bar lines of the stretch.
    """

    position_steps: NDArray[np.float64]
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]
    spans: tuple[tuple[int, int], ...]

    @property
    def on_grid(self) -> float:
        """Share of onsets near a sixteenth, 0 to 1."""
        return share_on_grid(self.position_steps)


def share_on_grid(position_steps: NDArray[np.float64], tolerance_steps: float = ON_GRID_STEPS) -> float:
    """Return the share of `position_steps` at most `tolerance_steps` from a sixteenth, 0 to 1."""
    if not len(position_steps):
        return 0.0
    return float((np.abs(position_steps - np.round(position_steps)) <= tolerance_steps).mean())


def read_score(path: Path) -> symusic.core.ScoreTick:
    """Parse the MIDI file at `path`.

    Raises
    ------
    MidiFileError
        The file cannot be parsed.
    """
    try:
        loaded: Any = symusic.Score(path)
    except (RuntimeError, ValueError, OSError) as error:
        raise MidiFileError(f"{path.name}: not a readable MIDI file ({error})") from error
    score: symusic.core.ScoreTick = loaded
    if score.tpq <= 0:
        raise MidiFileError(f"{path.name}: not a readable MIDI file (no ticks in a quarter)")
    return score


def read_drum_onsets(path: Path) -> Onsets:
    """Read the drum tracks (MIDI channel 10) of the MIDI file at `path`.

    Raises
    ------
    MidiFileError
        The file cannot be parsed or has no drum notes.
    """
    score = read_score(path)
    ticks_per_step = score.tpq / STEPS_PER_BEAT
    tracks = [track.notes.numpy() for track in score.tracks if track.is_drum and len(track.notes)]
    if not tracks:
        raise MidiFileError(f"{path.name}: no drum notes (MIDI channel 10)")
    position = np.concatenate([track["time"] for track in tracks]) / ticks_per_step
    pitch = np.concatenate([track["pitch"] for track in tracks]).astype(np.int64)
    velocity = np.concatenate([track["velocity"] for track in tracks]).astype(np.int64)
    order = np.argsort(position, kind="stable")
    return Onsets(
        position[order], pitch[order], velocity[order], four_four_spans(score, float(position.max()))
    )


def four_four_spans(
    score: symusic.core.ScoreTick,
    last_step: float,
    signatures: frozenset[tuple[int, int]] = FOUR_FOUR,
) -> tuple[tuple[int, int], ...]:
    """Return the stretches of whole bars in a meter, each as (first step, last step).

    Parameters
    ----------
    score
        A file as symusic reads it; without a time signature it counts as 4/4.
    last_step
        Where its last note is.
    signatures
        Meters that count, each (numerator, denominator).
    """
    ticks_per_step = score.tpq / STEPS_PER_BEAT
    changes = [(s.time / ticks_per_step, s.numerator, s.denominator) for s in score.time_signatures]
    if not changes or changes[0][0] > 0:
        changes.insert(0, (0.0, 4, 4))
    ends = [start for start, _, _ in changes[1:]] + [last_step + 1.0]
    spans = []
    for (start, numerator, denominator), end in zip(changes, ends, strict=True):
        if (numerator, denominator) not in signatures or end <= start:
            continue
        first = round(start)
        bars = -(-(round(end) - first) // STEPS_PER_BAR)
        spans.append((first, first + bars * STEPS_PER_BAR))
    return tuple(spans)
