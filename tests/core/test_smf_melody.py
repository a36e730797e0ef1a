"""Melodies in MIDI files: ours come back as they were, and those of others are found and read."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import MidiFileError
from blender_app.core.gm import track_controls
from blender_app.core.melody import NO_EVENT, NOTE_OFF, MelodyLoop
from blender_app.core.melody_presets import BASS_PRESETS, MELODY_PRESETS, melody_preset_named
from blender_app.core.notes import Note, Pattern
from blender_app.core.parameters import SoundParameters
from blender_app.core.presets import preset_named
from blender_app.core.smf import (
    MidiStyle,
    Part,
    Section,
    as_sections,
    band_bytes,
    drum_loop_from,
    grid_sections,
    has_drums,
    has_melody,
    melody_loop_from,
    midi_bytes,
    read_melody_loop,
    row_sections,
    write_band,
    write_midi,
)
from blender_app.core.smf_parse import MidiContents, parse_midi
from blender_app.core.time import DEFAULT_STEPS

TICK = 1 / 120
Event = tuple[float, int, float]
"""Position in steps, pitch, length in steps."""


@st.composite
def melodies(draw: st.DrawFn, least: float = -0.5, most: float = 0.5) -> MelodyLoop:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = random.random(DEFAULT_STEPS)
    notes, offs = draw(st.floats(0.03, 1)), draw(st.floats(0, 0.5))
    events = np.where(kind < notes, random.integers(0, 128, DEFAULT_STEPS), NO_EVENT)
    events = np.where(kind > 1 - offs * (1 - notes), NOTE_OFF, events)
    events[draw(st.integers(0, DEFAULT_STEPS - 1))] = draw(st.integers(0, 127))  # a file needs a note
    return MelodyLoop(
        events.astype(np.int16),
        random.integers(1, 128, DEFAULT_STEPS).astype(np.uint8),
        random.uniform(least, most, DEFAULT_STEPS).astype(np.float32),
    )


def read_back(data: bytes, bar: int = 0) -> MelodyLoop:
    return melody_loop_from(parse_midi(data), bar)


def assert_same(read: MelodyLoop, loop: MelodyLoop) -> None:
    assert read.events.tolist() == loop.events.tolist()
    assert read.velocity.tolist() == loop.velocity.tolist()
    assert np.abs(read.microtiming - loop.microtiming).max() <= TICK


def spans(contents: MidiContents, channel: int = 0) -> list[tuple[int, int, int]]:
    """Return (pitch, tick, tick of the end) of each note, by way of its note-off."""
    found: list[tuple[int, int, int]] = []
    sounding: dict[int, int] = {}
    for message in contents.messages:
        if message.channel != channel or message.status >> 4 not in (8, 9):
            continue
        if message.is_note_on:
            assert message.data1 not in sounding
            sounding[message.data1] = message.tick
        else:
            found.append((message.data1, sounding.pop(message.data1), message.tick))
    assert not sounding
    return sorted(found, key=lambda span: span[1])


@settings(max_examples=60)
@given(melodies())
def test_a_loop_comes_back_from_its_file(loop: MelodyLoop) -> None:
    assert_same(read_back(midi_bytes(loop)), loop)


@settings(max_examples=60)
@given(melodies(-0.24, 0.24), st.floats(0.5, 0.75))
def test_a_swung_loop_comes_back_unswung(loop: MelodyLoop, swing: float) -> None:
    assert_same(read_back(midi_bytes(loop, MidiStyle(swing=swing))), loop)


@settings(max_examples=40)
@given(melodies())
def test_a_file_read_and_written_again_is_the_same_file(loop: MelodyLoop) -> None:
    first = midi_bytes(loop)
    assert midi_bytes(read_back(first)) == first


@settings(max_examples=15)
@given(st.lists(melodies(-0.49, 0.49), min_size=2, max_size=4))
def test_each_section_of_a_long_file_comes_back(cells: list[MelodyLoop]) -> None:
    data = midi_bytes(row_sections(cells))
    for number, loop in enumerate(cells):
        assert_same(read_back(data, bar=2 * number + 1), loop)


@settings(max_examples=40)
@given(melodies())
def test_quantized_files_are_on_the_grid_and_keep_velocity(loop: MelodyLoop) -> None:
    data = midi_bytes(loop, MidiStyle(quantize=True, swing=0.7))
    assert {tick % 120 for span in spans(parse_midi(data)) for tick in span[1:]} <= {0}
    assert_same(read_back(data), MelodyLoop(loop.events, loop.velocity, np.zeros(DEFAULT_STEPS, np.float32)))


@settings(max_examples=60)
@given(melodies(), st.integers(1, 3), st.floats(0.5, 0.75), st.floats(0.1, 1), st.floats(0, 1))
def test_no_two_notes_sound_at_once_and_none_hangs(
    loop: MelodyLoop, count: int, swing: float, gate: float, legato: float
) -> None:
    style = MidiStyle(swing=swing, sound=SoundParameters(gate=gate, legato=legato))
    contents = parse_midi(midi_bytes([loop] * count, style))
    notes = spans(contents)
    assert contents.end_tick == count * 3840
    assert len(notes) == count * loop.note_count
    ends = [0]
    for _, on, off in notes:
        assert ends[-1] <= on < off <= contents.end_tick
        ends.append(off)


def test_the_presets_come_back() -> None:
    for preset in (*BASS_PRESETS, *MELODY_PRESETS):
        assert_same(read_back(midi_bytes(preset.loop)), preset.loop)


TWO_NOTES = MelodyLoop.from_notes([Note(0, 60, 90, 4.0), Note(8, 62, 90, 2.0)])


@pytest.mark.parametrize(
    ("gate", "legato", "ends"),
    [(1.0, 0.0, [480, 1200]), (0.5, 0.0, [240, 1080]), (1.0, 1.0, [960, 1200]), (0.5, 0.5, [600, 1080])],
)
def test_gate_cuts_notes_and_legato_joins_them(gate: float, legato: float, ends: list[int]) -> None:
    contents = parse_midi(midi_bytes(TWO_NOTES, MidiStyle(sound=SoundParameters(gate=gate, legato=legato))))
    assert [off for _, _, off in spans(contents)] == ends


def test_a_late_note_holds_the_one_before_it() -> None:
    loop = MelodyLoop.from_notes([Note(0, 60, 90, 4.0), Note(4, 62, 90, 4.0, -0.25)])
    assert spans(parse_midi(midi_bytes(loop))) == [(60, 0, 450), (62, 450, 930)]
    assert_same(read_back(midi_bytes(loop)), loop)


def test_an_early_first_note_is_not_forgotten() -> None:
    loop = MelodyLoop.from_notes([Note(0, 60, 90, 4.0, -0.25), Note(4, 60, 90, 4.0)])
    data = midi_bytes([loop, loop])
    assert [on for _, on, _ in spans(parse_midi(data))] == [0, 480, 3810, 4320]
    assert_same(read_back(data), loop)
    assert_same(read_back(data, bar=3), loop)


def test_semitones_fold_into_the_range_of_midi() -> None:
    loop = MelodyLoop.from_notes([Note(0, 60, 90, 4.0), Note(8, 120, 90, 4.0)])
    contents = parse_midi(midi_bytes(loop, MidiStyle(semitones=12)))
    assert [pitch for pitch, _, _ in spans(contents)] == [72, 120]


def test_channel_sound_and_controls() -> None:
    style = MidiStyle(channel=3, bank=8, program=39, controls=track_controls(0.5, -1.0, 1.0))
    contents = parse_midi(midi_bytes(TWO_NOTES, style))
    assert contents.track_names == ("Loopweave melody", "Loopweave melody")
    assert [(m.status, m.data1, m.data2) for m in contents.messages if m.status >> 4 > 9] == [
        (0xB3, 0, 8),
        (0xC3, 39, 0),
        (0xB3, 7, 50),
        (0xB3, 10, 0),
        (0xB3, 91, 127),
    ]
    assert len(spans(contents, 3)) == 2
    assert track_controls(1.0, 0.0, 0.0) == ((7, 100), (10, 64), (91, 0))


@pytest.mark.parametrize("wrong", [{"bank": 128}, {"controls": ((7, 128),)}])
def test_a_style_that_no_file_can_have_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MidiStyle(**wrong)


@pytest.mark.parametrize("wrong", [{"gate": 0.0}, {"legato": 1.5}])
def test_a_sound_that_no_part_can_have_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MidiStyle(sound=SoundParameters(**wrong))


def test_a_grid_has_a_marker_for_each_cell() -> None:
    first, *others = [
        MelodyLoop.from_notes([replace(note, pitch=note.pitch + by) for note in TWO_NOTES.to_notes()])
        for by in range(4)
    ]
    cells = [[first, others[0]], others[1:]]
    data = midi_bytes(grid_sections(cells))
    assert [text for _, text in parse_midi(data).markers][2] == "row 2, column 1"
    assert_same(read_back(data, bar=5), cells[1][0])


def test_a_band_has_a_track_for_each_part_and_one_tempo(tmp_path: Path) -> None:
    beat, bass, tune = (
        preset_named("Boom Bap").loop,
        melody_preset_named("Deep Dub").loop,
        melody_preset_named("Singer").loop,
    )
    parts = [
        Part(as_sections([beat] * 2), MidiStyle(97, swing=0.6, program=8, track_name="drums")),
        Part(as_sections([bass] * 2), MidiStyle(97, swing=0.6, channel=0, program=33, track_name="bass")),
        Part(as_sections([tune]), MidiStyle(97, swing=0.6, channel=1, program=4, track_name="melody")),
    ]
    write_band(tmp_path / "band.mid", parts)
    contents = parse_midi((tmp_path / "band.mid").read_bytes())
    assert contents.track_names == ("Loopweave", "drums", "bass", "melody")
    assert contents.tempo_at(0) == pytest.approx(97, rel=1e-5)
    assert len(contents.tempos) == len(contents.meters) == 1
    assert {(m.track, m.channel) for m in contents.messages} == {(1, 9), (2, 0), (3, 1)}
    assert contents.end_tick == 4 * 1920
    tracks = mido.MidiFile(tmp_path / "band.mid").tracks
    assert {sum(message.time for message in track) for track in tracks} == {4 * 1920}
    assert np.array_equal(drum_loop_from(contents).hits, beat.hits)
    assert_same(melody_loop_from(contents, track="Bass"), bass)
    assert_same(melody_loop_from(contents, track=2), tune)
    assert_same(melody_loop_from(contents), tune)
    assert_same(melody_loop_from(contents, bass=True), bass)


def test_early_notes_of_two_parts_are_told_apart() -> None:
    beat = DrumLoop.empty().with_hit(0, 0, 100, -0.25)
    bass = MelodyLoop.from_notes([Note(0, 36, 100, 32.0, -0.125)])
    contents = parse_midi(band_bytes([Part(as_sections(beat)), Part(as_sections(bass))]))
    assert drum_loop_from(contents).microtiming[0, 0] == -0.25
    assert melody_loop_from(contents).microtiming[0] == -0.125


def test_markers_of_a_band_are_written_once() -> None:
    sections = (Section(TWO_NOTES.to_notes(), 32, "verse"),)
    contents = parse_midi(band_bytes([Part(sections), Part(sections)]))
    assert contents.markers == ((0, "verse"),)


def midi(
    *tracks: tuple[str, int, list[Event]], ppq: int = 96, extra: mido.MetaMessage | None = None
) -> bytes:
    """Return a type 1 file of (name, channel, events); a channel above 15 means a program 7 of it."""
    file = mido.MidiFile(type=1, ticks_per_beat=ppq)
    for name, channel, notes in tracks:
        track = file.add_track(name or None)
        if extra is not None and len(file.tracks) == 1:
            track.append(extra)
        events = []
        for step, pitch, length in notes:
            on, off = (round(at * ppq / 4) for at in (step, step + length))
            events.append((on, 1, mido.Message("note_on", channel=channel, note=pitch, velocity=80)))
            events.append((off, 0, mido.Message("note_off", channel=channel, note=pitch)))
        now = 0
        for tick, _, message in sorted(events, key=lambda event: event[:2]):
            track.append(message.copy(time=tick - now))
            now = tick
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def tune(loop: MelodyLoop) -> list[Event]:
    return [(note.step, note.pitch, note.length_steps) for note in loop.to_notes()]


SCALE: list[Event] = [(2 * i, 60 + i, 2.0) for i in range(16)]
LOW: list[Event] = [(4 * i, 36 + i % 3, 3.0) for i in range(8)]
CHORDS: list[Event] = [(8 * i, pitch, 8.0) for i in range(4) for pitch in (64, 67, 71)]


def test_played_notes_are_quantized_and_keep_their_microtiming() -> None:
    loop = read_back(midi(("", 0, [(0.1, 60, 3.7), (4.25, 62, 1.1), (30, 64, 2)]), ppq=480))
    assert tune(loop) == [(0, 60, 4.0), (4, 62, 1.0), (30, 64, 2.0)]
    assert loop.microtiming[[0, 4, 30]] == pytest.approx([0.1, 0.25, 0], abs=0.005)


def test_a_tune_over_chords_is_its_skyline() -> None:
    notes: list[Event] = [(0, 76, 6.0), (8, 74, 8.0), *CHORDS[:6], (20, 60, 2.0), (24, 77, 8.0)]
    assert tune(read_back(midi(("", 0, notes)))) == [(0, 76, 6.0), (8, 74, 8.0), (20, 60, 2.0), (24, 77, 8.0)]


def test_a_legato_line_is_no_chord() -> None:
    falling: list[Event] = [(4 * i, 72 - 2 * i, 4.4) for i in range(8)]
    assert tune(read_back(midi(("", 0, falling)))) == [(4 * i, 72 - 2 * i, 4.0) for i in range(8)]


def test_a_note_over_the_bar_line_makes_a_second_bar_and_a_ringing_end_does_not() -> None:
    assert tune(read_back(midi(("", 0, [(0, 60, 32.0)])))) == [(0, 60, 32.0)]
    assert tune(read_back(midi(("", 0, [(0, 60, 16.9)])))) == [(0, 60, 16.0), (16, 60, 16.0)]


def test_one_bar_is_repeated() -> None:
    assert tune(read_back(midi(("", 0, SCALE[:8])))) == SCALE[:8] + [(s + 16, p, n) for s, p, n in SCALE[:8]]


def test_a_melody_begins_with_the_first_bar_of_its_part() -> None:
    late = [(step + 32, pitch, length) for step, pitch, length in SCALE]
    data = midi(("Bass", 0, LOW), ("Lead", 1, late))
    assert tune(read_back(data)) == SCALE
    assert tune(read_back(data, bar=2)) == [(16 + s, p, n) for s, p, n in SCALE[:8]]
    assert tune(melody_loop_from(parse_midi(data), track="bass")) == LOW


def test_the_likeliest_part_is_taken() -> None:
    rare: list[Event] = [(0, 96, 1.0)]
    song: list[tuple[str, int, list[Event]]] = [
        ("", 2, CHORDS),
        ("Piccolo", 4, rare),
        ("", 0, LOW),
        ("", 1, SCALE),
        ("Kit", 9, [(0, 36, 1.0)]),
    ]
    assert tune(read_back(midi(*song[:3], ("", 1, [*SCALE, (120, 60, 1)]), song[4]))) == SCALE
    assert tune(melody_loop_from(parse_midi(midi(*song)), bass=True)) == LOW
    named = midi(*song[:3], ("Melody", 3, [(0, 50, 32.0)]), song[3])
    assert tune(read_back(named)) == [(0, 50, 32.0)]


def test_parts_go_by_name_and_number() -> None:
    contents = parse_midi(midi(("Strings", 2, CHORDS), ("", 0, LOW), ("", 9, [(0, 36, 1.0)])))
    assert tune(melody_loop_from(contents, track=" strings ")) == [(8 * i, 71, 8.0) for i in range(4)]
    assert tune(melody_loop_from(contents, track="2")) == LOW
    with pytest.raises(MidiFileError, match=r"no part 'Lead'\. It has: 1 Strings, 2 channel 1"):
        melody_loop_from(contents, track="Lead")
    with pytest.raises(MidiFileError, match="no part 3"):
        melody_loop_from(contents, track=3)


def test_what_has_no_melody(tmp_path: Path) -> None:
    drums = parse_midi(midi(("", 9, [(0, 36, 1.0)])))
    assert has_drums(drums)
    assert not has_melody(drums)
    with pytest.raises(MidiFileError, match="This file has drums only"):
        melody_loop_from(drums)
    with pytest.raises(MidiFileError, match="has no notes"):
        melody_loop_from(parse_midi(midi(("", 0, []))))
    waltz = mido.MetaMessage("time_signature", numerator=3, denominator=4)
    with pytest.raises(MidiFileError, match="in 3/4; Loopweave's loops are in 4/4"):
        read_back(midi(("", 0, SCALE), extra=waltz))
    with pytest.raises(MidiFileError, match="There is no file"):
        read_melody_loop(tmp_path / "none.mid")


def test_a_file_of_a_loop_is_told_from_a_file_of_drums(tmp_path: Path) -> None:
    write_midi(tmp_path / "a.mid", TWO_NOTES)
    assert read_melody_loop(tmp_path / "a.mid") == TWO_NOTES
    contents = parse_midi((tmp_path / "a.mid").read_bytes())
    assert has_melody(contents)
    assert not has_drums(contents)


def test_a_note_without_an_end_lasts_to_the_next_one_of_its_pitch() -> None:
    file = mido.MidiFile(type=0, ticks_per_beat=4)
    track = file.add_track()
    for delta in (0, 8, 8):
        track.append(mido.Message("note_on", note=60, velocity=50, time=delta))
    track.append(mido.MetaMessage("end_of_track", time=16))
    buffer = io.BytesIO()
    file.save(file=buffer)
    assert tune(read_back(buffer.getvalue())) == [(0, 60, 8.0), (8, 60, 8.0), (16, 60, 16.0)]


def test_a_pattern_of_any_length() -> None:
    notes = (Note(0, 60, 90, length_steps=4.0), Note(40, 64, 80, length_steps=99.0))
    contents = parse_midi(midi_bytes(Pattern(7, notes, length_steps=48)))
    assert spans(contents) == [(60, 0, 480), (64, 4800, 5760)]
