"""Drum loops from files that others wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np
import pytest
import symusic
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import MidiFileError
from blender_app.core.smf import drum_loop_from, read_drum_loop
from blender_app.core.smf_parse import parse_midi

Hits = Sequence[tuple[float, int]]
"""Positions in steps, and pitches."""


def varlen(number: int) -> bytes:
    """Return a variable-length quantity."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "big") + data


def header(kind: int = 0, tracks: int = 1, division: int = 480) -> bytes:
    return chunk(b"MThd", b"".join(value.to_bytes(2, "big") for value in (kind, tracks, division)))


def track(*events: tuple[int, bytes], end: int = 0) -> bytes:
    """Return a track of (delta, bytes) events, ended `end` ticks after the last."""
    return chunk(b"MTrk", b"".join(varlen(d) + e for d, e in (*events, (end, b"\xff\x2f\x00"))))


def meter(numerator: int, power: int) -> bytes:
    return b"\xff\x58\x04" + bytes([numerator, power, 24, 8])


def drum_file(
    hits: Hits, *, ppq: int = 480, bars: float | None = None, channel: int = 9, extra: bytes = b""
) -> bytes:
    """Return a type 0 file with the hits, note-offs by velocity 0, ended after `bars`."""
    events: list[tuple[int, bytes]] = []
    now = 0
    if extra:
        events.append((0, extra))
    for step, pitch in sorted(hits):
        tick = round(step * ppq / 4)
        events.append((tick - now, bytes([0x90 | channel, pitch, 100])))
        events.append((1, bytes([0x90 | channel, pitch, 0])))
        now = tick + 1
    return header(division=ppq) + track(*events, end=max(0, round(bars * ppq * 4) - now) if bars else 0)


def loop_of(data: bytes, bar: int = 0) -> DrumLoop:
    return drum_loop_from(parse_midi(data), bar)


def cells(loop: DrumLoop) -> list[tuple[int, int]]:
    return [(note.step, note.pitch) for note in loop.to_notes()]


BEAT = [(0, 36), (4, 38), (8, 36), (12, 38)]
TWO_BARS = [*BEAT, (16, 36), (20, 38), (24, 36), (30, 46)]


@pytest.mark.parametrize("ppq", [4, 24, 96, 120, 220, 384, 480, 960, 15360, 32767])
def test_any_resolution(ppq: int) -> None:
    assert cells(loop_of(drum_file(TWO_BARS, ppq=ppq))) == TWO_BARS


@given(st.integers(24, 32767), st.floats(-1, 1))
def test_microtiming_is_kept_at_any_resolution(ppq: int, share: float) -> None:
    microtiming = share * (0.5 - 4 / ppq)  # half-way between steps is a tie
    loop = loop_of(drum_file([(0, 36), (21 + microtiming, 38)], ppq=ppq))
    assert cells(loop) == [(0, 36), (21, 38)]
    assert abs(loop.microtiming[21, 1] - microtiming) <= 2 / ppq + 1e-6  # half a tick


def test_one_bar_is_repeated() -> None:
    for bars in (None, 1):
        assert cells(loop_of(drum_file(BEAT, bars=bars))) == BEAT + [(step + 16, p) for step, p in BEAT]


def test_a_silent_second_bar_that_was_meant_stays_silent() -> None:
    assert cells(loop_of(drum_file(BEAT, bars=2))) == BEAT


def test_an_end_a_tick_behind_the_last_note_is_not_a_second_bar() -> None:
    """pretty_midi and others end the track a tick late, and long notes run over the bar line."""
    hits = [*BEAT, (15, 46)]
    ons = [(0, b"\x99\x24\x64"), (1800, b"\x99\x2e\x64"), (480, b"\x89\x2e\x00")]
    loop = loop_of(header() + track(*ons, end=1))
    assert cells(loop) == [(0, 36), (15, 46), (16, 36), (31, 46)]
    assert cells(loop_of(drum_file(hits, bars=1 + 1 / 1920))) == hits + [(s + 16, p) for s, p in hits]


def test_a_loop_begins_with_the_first_bar_that_has_hits() -> None:
    late = [(step + 32, pitch) for step, pitch in TWO_BARS] + [(64, 49)]
    assert cells(loop_of(drum_file(late))) == TWO_BARS


def test_an_early_downbeat_belongs_to_the_bar_it_begins() -> None:
    late = [(step + 48 - 0.3 * (step == 0), pitch) for step, pitch in TWO_BARS]
    loop = loop_of(drum_file(late, bars=6))
    assert cells(loop) == TWO_BARS
    assert loop.microtiming[0, 0] == pytest.approx(-0.3, abs=0.005)


def test_a_bar_of_ones_choice() -> None:
    data = drum_file([(0, 36), (16, 38), (32, 42), (63, 46)], bars=5)
    assert cells(loop_of(data, 1)) == [(0, 36), (16, 38)]
    assert cells(loop_of(data, 2)) == [(0, 38), (16, 42)]
    assert cells(loop_of(data, 3)) == [(0, 42), (31, 46)]
    assert cells(loop_of(data, 4)) == [(15, 46)]
    assert cells(loop_of(data, 5)) == []
    with pytest.raises(MidiFileError, match="has 5 bars, so there is no bar 6"):
        loop_of(data, 6)
    with pytest.raises(MidiFileError, match="counted from 1"):
        loop_of(data, -1)


def test_running_status_and_notes_off_by_velocity_0() -> None:
    body = b"\x00\x99\x24\x64" + b"\x3c\x24\x00" + b"\x83\x24\x26\x50" + b"\x3c\x26\x00" + b"\x00\xff\x2f\x00"
    loop = loop_of(header() + chunk(b"MTrk", body))
    assert cells(loop)[:2] == [(0, 36), (4, 38)]
    assert [int(v) for v in loop.velocity[loop.hits][:2]] == [100, 80]


def test_tracks_of_type_1_are_heard_together_whatever_the_tempo_does() -> None:
    tempo = [(0, b"\xff\x51\x03\x07\xa1\x20"), (960, b"\xff\x51\x03\x03\xd0\x90"), (960, meter(4, 2))]
    kick = [(0, b"\x99\x24\x64"), (960, b"\x99\x24\x64"), (1, b"\x89\x24\x40")]
    snare = [(480, b"\x99\x26\x64"), (960, b"\x99\x26\x64"), (1, b"\x89\x26\x40")]
    piano = [(0, b"\x90\x3c\x64"), (7680, b"\x80\x3c\x00")]
    data = header(1, 4) + track(*tempo) + track(*kick) + track(*snare) + track(*piano)
    assert cells(loop_of(data))[:4] == [(0, 36), (4, 38), (8, 36), (12, 38)]
    assert parse_midi(data).tempo_at(0) == 120
    assert parse_midi(data).tempo_at(960) == 240
    assert parse_midi(data).seconds_at(1920) == pytest.approx(1 + 0.5)


def test_a_sole_part_is_taken_for_drums_but_not_one_of_several() -> None:
    assert cells(loop_of(drum_file(TWO_BARS, channel=0))) == TWO_BARS
    part = track((0, b"\x90\x24\x64"), (1, b"\x80\x24\x00"))
    with pytest.raises(MidiFileError, match="no drums on channel 10, and 2 other parts"):
        loop_of(header(1, 2) + part + part)


def test_channel_10_is_preferred() -> None:
    melody = track((0, b"\x90\x26\x64"), (1, b"\x80\x26\x00"))
    drums = track((480, b"\x99\x24\x64"), (1, b"\x89\x24\x00"))
    assert cells(loop_of(header(1, 2) + melody + drums))[0] == (4, 36)


def test_other_notes_of_the_kit_are_read_and_unknown_ones_left_out() -> None:
    assert cells(loop_of(drum_file([(0, 35), (4, 40), (8, 57), (12, 10)], bars=2))) == [
        (0, 36), (4, 38), (8, 49),
    ]  # fmt: skip
    with pytest.raises(MidiFileError, match=r"no drum notes that Loopweave knows \(its notes: 10, 120\)"):
        loop_of(drum_file([(0, 10), (3, 120)]))


@pytest.mark.parametrize(("numerator", "power", "name"), [(3, 2, "3/4"), (6, 3, "6/8"), (7, 4, "7/16")])
def test_other_times_are_refused_by_name(numerator: int, power: int, name: str) -> None:
    for bar in (0, 1):
        with pytest.raises(MidiFileError, match=f"in {name}; Loopweave's loops are in 4/4"):
            loop_of(drum_file(TWO_BARS, extra=meter(numerator, power)), bar)


@pytest.mark.parametrize("bytes_", [meter(2, 1), meter(8, 3), meter(4, 2)])
def test_times_as_long_as_4_4_are_read(bytes_: bytes) -> None:
    assert cells(loop_of(drum_file(TWO_BARS, extra=bytes_))) == TWO_BARS


@pytest.mark.parametrize("numerator", [1, 2])
def test_a_file_in_parts_of_4_4_throughout_is_read_in_bars_of_four_beats(numerator: int) -> None:
    """POP909's files say 1/4 whatever they are; a polka's two bars make one."""
    data = drum_file([(16, 36), (20, 38), (40, 36)], extra=meter(numerator, 2), bars=4)
    assert cells(loop_of(data)) == [(0, 36), (4, 38), (24, 36)]
    assert cells(loop_of(data, 3)) == [(8, 36)]


def test_a_pickup_in_another_time_moves_the_bar_lines() -> None:
    """A 1/4 bar, two of 4/4, then 3/4: the loop is the 4/4 in the middle, bars 2 and 3."""
    meters = [(0, meter(1, 2)), (480, meter(4, 2)), (3840, meter(3, 2))]
    hits = [(240, 38), (480, 36), (960, 38), (2400, 36), (3360, 38), (4320, 49)]
    now, notes = 0, []
    for tick, pitch in hits:
        notes.append((tick - now, bytes([0x99, pitch, 100])))
        now = tick
    data = header(1, 2) + track(*meters) + track(*notes, end=1440)
    assert cells(loop_of(data)) == [(0, 36), (4, 38), (16, 36), (24, 38)]
    assert cells(loop_of(data, 2)) == cells(loop_of(data))
    assert cells(loop_of(data, 3)) == [(0, 36), (8, 38), (16, 36), (24, 38)]
    with pytest.raises(MidiFileError, match="Bar 1 of This file is in 1/4"):
        loop_of(data, 1)
    with pytest.raises(MidiFileError, match="Bar 4 of This file is in 3/4"):
        loop_of(data, 4)


def test_files_of_symusic(tmp_path: Path) -> None:
    score = symusic.Score(220)
    drums = symusic.Track("kit", program=0, is_drum=True)
    for step, pitch in TWO_BARS:
        drums.notes.append(symusic.Note(step * 55 + 7, 30, pitch, 77))
    score.tracks.append(drums)
    score.tempos.append(symusic.Tempo(0, qpm=133))
    score.dump_midi(tmp_path / "s.mid")
    loop = read_drum_loop(tmp_path / "s.mid")
    assert cells(loop) == TWO_BARS
    assert set(loop.velocity[loop.hits]) == {77}
    assert np.allclose(loop.microtiming[loop.hits], 7 / 55)


@pytest.mark.parametrize("kind", [0, 1])
def test_files_of_mido(tmp_path: Path, kind: int) -> None:
    file = mido.MidiFile(type=kind, ticks_per_beat=96)
    notes = file.add_track("drums")
    notes.append(mido.MetaMessage("key_signature", key="F#m"))
    notes.append(mido.Message("sysex", data=range(20)))
    now = 0
    for step, pitch in TWO_BARS:
        notes.append(mido.Message("note_on", channel=9, note=pitch, velocity=55, time=step * 24 - now))
        now = step * 24
    file.save(tmp_path / "m.mid")
    assert cells(read_drum_loop(tmp_path / "m.mid")) == TWO_BARS


def test_missing_file_folder_and_device(tmp_path: Path) -> None:
    with pytest.raises(MidiFileError, match="There is no file"):
        read_drum_loop(tmp_path / "none.mid")
    with pytest.raises(MidiFileError, match="is a folder"):
        read_drum_loop(tmp_path)
    with pytest.raises(MidiFileError, match="not a file that can be read"):
        read_drum_loop("/dev/null")
    with pytest.raises(MidiFileError, match="cannot be read"):
        read_drum_loop(f"{tmp_path}/a\0b.mid")
