"""Small songs, written by mido."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import pytest

SongNote = tuple[float, int, int, float]
"""(step, pitch, velocity, length in steps)."""


@dataclass(frozen=True)
class Part:
    notes: Sequence[SongNote]
    name: str = ""
    program: int = 0
    channel: int = 0


WriteSong = Callable[..., Path]


@pytest.fixture
def write_song() -> WriteSong:
    return _write_song


@pytest.fixture
def part() -> type[Part]:
    return Part


def _write_song(
    path: Path,
    *parts: Part,
    signature: tuple[int, int] | None = (4, 4),
    tpq: int = 480,
    tempo_bpm: float = 120,
) -> Path:
    file = mido.MidiFile(ticks_per_beat=tpq)
    first = mido.MidiTrack()
    first.append(mido.MetaMessage("set_tempo", tempo=round(60e6 / tempo_bpm)))
    if signature:
        first.append(mido.MetaMessage("time_signature", numerator=signature[0], denominator=signature[1]))
    file.tracks.append(first)
    for part in parts:
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("track_name", name=part.name))
        track.append(mido.Message("program_change", channel=part.channel, program=part.program))
        events = []
        for step, pitch, velocity, length in part.notes:
            start, end = (round(at * tpq / 4) for at in (step, step + length))
            events += [(start, 1, pitch, velocity), (end, 0, pitch, 0)]
        now = 0
        for tick, on, pitch, velocity in sorted(events):
            kind = "note_on" if on else "note_off"
            track.append(
                mido.Message(kind, channel=part.channel, note=pitch, velocity=velocity, time=tick - now)
            )
            now = tick
        file.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save(path)
    return path
