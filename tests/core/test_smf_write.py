"""MIDI files we write: what a sequencer finds in them, and that our own loop comes back."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
import symusic
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_app.core.drums import LOOP_STEPS, VOICE_COUNT, VOICE_PITCHES, DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.notes import Note, Pattern
from blender_app.core.smf import (
    MidiStyle,
    Section,
    drum_loop_from,
    grid_sections,
    midi_bytes,
    read_drum_loop,
    row_sections,
    write_midi,
)
from blender_app.core.smf_parse import MidiContents, MidiMessage, parse_midi

TICK = 1 / 120
"""A tick in steps."""


@st.composite
def loops(draw: st.DrawFn, least: float = -0.5, most: float = 0.5) -> DrumLoop:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    hits = random.random((LOOP_STEPS, VOICE_COUNT)) < draw(st.floats(0.02, 1))
    hits[draw(st.integers(0, 31)), draw(st.integers(0, 8))] = True  # a file needs a note
    return DrumLoop(
        hits,
        random.integers(1, 128, hits.shape).astype(np.uint8),
        random.uniform(least, most, hits.shape).astype(np.float32),
    )


def read_back(data: bytes, bar: int = 0) -> DrumLoop:
    return drum_loop_from(parse_midi(data), bar)


def assert_same(read: DrumLoop, loop: DrumLoop, tolerance_steps: float = TICK) -> None:
    assert np.array_equal(read.hits, loop.hits)
    assert np.array_equal(read.velocity, loop.velocity)
    assert np.abs(read.microtiming - loop.microtiming).max() <= tolerance_steps


def onsets(contents: MidiContents) -> list[tuple[int, int]]:
    return [(message.tick, message.data1) for message in contents.messages if message.is_note_on]


@settings(max_examples=40)
@given(loops())
def test_a_loop_comes_back_from_its_file(loop: DrumLoop) -> None:
    assert_same(read_back(midi_bytes(loop)), loop)


@settings(max_examples=40)
@given(loops(-0.24, 0.24), st.floats(0.5, 0.75))
def test_a_swung_loop_comes_back_unswung(loop: DrumLoop, swing: float) -> None:
    assert_same(read_back(midi_bytes(loop, MidiStyle(swing=swing))), loop)


@settings(max_examples=40)
@given(loops())
def test_a_file_read_and_written_again_is_the_same_file(loop: DrumLoop) -> None:
    first = midi_bytes(loop)
    assert midi_bytes(read_back(first)) == first


@settings(max_examples=10)
@given(st.lists(loops(-0.49, 0.49), min_size=2, max_size=4))
def test_each_section_of_a_long_file_comes_back(cells: list[DrumLoop]) -> None:
    data = midi_bytes(row_sections(cells))
    for number, loop in enumerate(cells):
        assert_same(read_back(data, bar=2 * number + 1), loop)
        assert read_back(data, bar=2 * number + 1) == read_back(midi_bytes(loop))


@settings(max_examples=40)
@given(loops())
def test_quantized_files_are_on_the_grid_and_keep_velocity(loop: DrumLoop) -> None:
    data = midi_bytes(loop, MidiStyle(quantize=True, swing=0.7))
    assert {tick % 120 for tick, _ in onsets(parse_midi(data))} == {0}
    assert_same(read_back(data), DrumLoop(loop.hits, loop.velocity, np.zeros_like(loop.microtiming)))


@settings(max_examples=40)
@given(loops(), st.floats(0, 1))
def test_feel_scales_velocity_and_microtiming(loop: DrumLoop, feel: float) -> None:
    read = read_back(midi_bytes(loop, MidiStyle(groove_amount=feel)))
    assert np.array_equal(read.hits, loop.hits)
    assert np.abs(read.microtiming - feel * loop.microtiming).max() <= TICK
    even = 100 + feel * (loop.velocity.astype(float) - 100)
    assert np.abs(read.velocity - even)[loop.hits].max() <= 0.5 + 1e-6


@settings(max_examples=40)
@given(loops(), st.integers(0, 15), st.permutations(range(30, 39)))
def test_channel_and_note_map(loop: DrumLoop, channel: int, note_map: list[int]) -> None:
    contents = parse_midi(midi_bytes(loop, MidiStyle(channel=channel, note_map=tuple(note_map))))
    assert {message.channel for message in contents.messages} == {channel}
    assert {message.data1 for message in contents.messages} <= set(note_map)
    assert_same(drum_loop_from(contents), loop)
    assert_same(drum_loop_from(replace(contents, texts=()), note_map=note_map), loop, 0.5)


@settings(max_examples=40)
@given(loops(), st.integers(1, 4), st.floats(0.5, 0.75))
def test_every_note_ends_in_time_and_no_note_hangs(loop: DrumLoop, count: int, swing: float) -> None:
    """The track is exactly n bars long, and each note-on has its own note-off before the next."""
    contents = parse_midi(midi_bytes([loop] * count, MidiStyle(swing=swing)))
    assert contents.end_tick == count * 2 * 1920
    sounding: dict[int, int] = {}
    for message in contents.messages:
        assert 0 <= message.tick <= contents.end_tick
        if message.is_note_on:
            assert sounding.get(message.data1, 0) == 0
            sounding[message.data1] = 1
        else:
            sounding[message.data1] -= 1
    assert set(sounding.values()) == {0}
    assert all(off > on.tick for on, off in note_spans(contents))


def test_the_last_sixteenth_is_not_lost_however_late_it_is() -> None:
    loop = DrumLoop.empty().with_hit(0, 0, 100).with_hit(31, 1, 90, 0.5)
    late = parse_midi(midi_bytes(loop))
    assert onsets(late)[-1] == (31 * 120 + 60, 38)
    assert late.end_tick == 3840
    latest = parse_midi(midi_bytes(loop, MidiStyle(swing=0.75)))
    assert onsets(latest)[-1] == (3839, 38)
    assert latest.end_tick == 3840


def test_an_early_first_downbeat_is_played_on_the_downbeat_but_not_forgotten() -> None:
    loop = DrumLoop.empty().with_hit(0, 0, 100, -0.25).with_hit(16, 0, 100, -0.25)
    data = midi_bytes([loop, loop])
    assert [tick for tick, _ in onsets(parse_midi(data))] == [0, 1890, 3810, 5730]
    assert_same(read_back(data), loop)
    assert_same(read_back(data, bar=3), loop)


def test_a_late_hit_and_the_early_one_behind_it_stay_two_notes() -> None:
    loop = DrumLoop.empty().with_hit(4, 2, 80, 0.5).with_hit(5, 2, 70, -0.5)
    data = midi_bytes(loop)
    assert onsets(parse_midi(data)) == [(540, 42), (541, 42)]
    assert_same(read_back(data), DrumLoop(loop.hits, loop.velocity, loop.microtiming))


def test_of_two_voices_on_one_note_the_louder_stays() -> None:
    loop = DrumLoop.empty().with_hit(0, 0, 80).with_hit(0, 1, 110)
    note_map = (36, 36, *VOICE_PITCHES[2:])
    contents = parse_midi(midi_bytes(loop, MidiStyle(note_map=note_map)))
    assert [message.data2 for message in contents.messages if message.is_note_on] == [110]


def test_voices_have_volumes_behind_the_feel() -> None:
    loop = DrumLoop.empty().with_hit(0, 0, 60).with_hit(4, 1, 60).with_hit(8, 2, 60)
    style = MidiStyle(groove_amount=0.5, voice_volumes=(0.5, 0.0, *(1.0,) * 7))
    contents = parse_midi(midi_bytes(loop, style))
    assert [(m.data1, m.data2) for m in contents.messages if m.is_note_on] == [(36, 40), (42, 80)]


@pytest.mark.parametrize("tempo", [20.0, 93.5, 120.0, 300.0])
def test_tempo_and_time_signature(tempo: float) -> None:
    contents = parse_midi(midi_bytes(DrumLoop.empty(), MidiStyle(tempo_bpm=tempo)))
    assert contents.tempo_at(0) == pytest.approx(tempo, rel=1e-5)
    assert [(meter.numerator, meter.denominator) for meter in contents.meters] == [(4, 4)]
    assert contents.seconds_at(contents.end_tick) == pytest.approx(8 * 60 / tempo, rel=1e-5)


def test_a_grid_has_a_marker_for_each_cell() -> None:
    cells = [[DrumLoop.empty().with_hit(column, row, 100) for column in range(3)] for row in range(2)]
    data = midi_bytes(grid_sections(cells))
    contents = parse_midi(data)
    assert contents.markers == tuple(
        (3840 * (3 * row + column), f"row {row + 1}, column {column + 1}")
        for row in range(2)
        for column in range(3)
    )
    assert_same(read_back(data, bar=2 * 5 + 1), cells[1][2])


def test_names_kits_and_any_text() -> None:
    style = MidiStyle(program=25, track_name="Übung ドラム")
    contents = parse_midi(midi_bytes(Section((), 32, "Teil ß"), style))
    assert contents.track_names == ("Übung ドラム", "Übung ドラム")
    assert contents.markers == ((0, "Teil ß"),)
    assert [(m.status, m.data1) for m in contents.messages] == [(0xC9, 25)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"tempo_bpm": 0.0},
        {"tempo_bpm": float("nan")},
        {"channel": 16},
        {"note_map": (36, 38)},
        {"note_map": (128, *VOICE_PITCHES[1:])},
        {"program": 128},
        {"voice_volumes": (1.0,)},
        {"voice_volumes": (1.5, *(1.0,) * 8)},
    ],
)
def test_a_style_that_no_file_can_have_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MidiStyle(**wrong)


def test_patterns_of_any_length_and_melodic_notes() -> None:
    notes = (Note(0, 60, 90, length_steps=4.0), Note(40, 64, 80, length_steps=99.0))
    contents = parse_midi(midi_bytes(Pattern(7, notes, length_steps=48), MidiStyle(channel=0)))
    assert contents.end_tick == 48 * 120
    assert [(on.tick, off) for on, off in note_spans(contents)] == [(0, 480), (4800, 5760)]


def test_nothing_at_all_is_still_a_file() -> None:
    assert parse_midi(midi_bytes([])).end_tick == 0


def test_others_read_what_we_write(tmp_path: Path) -> None:
    loop = DrumLoop.empty().with_hit(0, 0, 101).with_hit(9, 1, 64, 0.25).with_hit(31, 8, 127)
    write_midi(tmp_path / "a.mid", [loop, loop], MidiStyle(tempo_bpm=97))
    expected = [
        (t + at, p, v) for at in (0, 3840) for t, p, v in ((0, 36, 101), (1110, 38, 64), (3720, 51, 127))
    ]
    score = symusic.Score(tmp_path / "a.mid")
    assert score.ticks_per_quarter == 480
    (drums,) = [track for track in score.tracks if track.is_drum]
    assert [(note.time, note.pitch, note.velocity) for note in drums.notes] == expected
    assert all(note.duration == 60 for note in drums.notes)
    file = mido.MidiFile(tmp_path / "a.mid")
    assert file.type == 1
    assert file.length == pytest.approx(16 * 60 / 97, rel=1e-5)
    assert [sum(message.time for message in track) for track in file.tracks] == [7680, 7680]


def test_mido_is_not_imported_before_it_is_needed(repository: Path) -> None:
    """It costs the window's start more than all the rest of the core."""
    program = "import sys, blender_app.core.smf; assert 'mido' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=repository)


def test_writes_whole_files_only(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        write_midi(tmp_path / "none" / "a.mid", DrumLoop.empty())
    write_midi(tmp_path / "a.mid", DrumLoop.empty().with_hit(0, 0, 1))
    assert read_drum_loop(tmp_path / "a.mid").hit_count == 1
    assert mido.MidiFile(file=io.BytesIO((tmp_path / "a.mid").read_bytes())).ticks_per_beat == 480


def note_spans(contents: MidiContents) -> Iterator[tuple[MidiMessage, int]]:
    """Yield each note-on with the tick of its note-off, or of the file's end where it has none."""
    sounding: dict[tuple[int, int], list[MidiMessage]] = {}
    for message in contents.messages:
        key = (message.channel, message.data1)
        if message.is_note_on:
            sounding.setdefault(key, []).append(message)
        elif message.status >> 4 in (0x8, 0x9) and sounding.get(key):
            yield sounding[key].pop(0), message.tick
    for notes in sounding.values():
        for note in notes:
            yield note, contents.end_tick
