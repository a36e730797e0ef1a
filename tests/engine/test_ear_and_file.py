"""What is heard and what is written are the same: swing, feel, tempo, microtiming, velocity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Pattern
from blender_app.core.parameters import GrooveParameters
from blender_app.core.smf import MidiStyle, midi_bytes
from blender_app.core.smf_parse import parse_midi
from blender_app.core.time import DEFAULT_STEPS, TICKS_PER_BEAT, Timeline
from blender_app.engine.messages import ChangeAt, TrackSettings
from blender_app.engine.output import MIN_NOTE_S
from blender_app.engine.sequencer import DueNote, Sequencer

BEGIN_S = 100.0


def heard(
    loop: DrumLoop, tempo_bpm: float, swing: float, groove_amount: float
) -> list[tuple[int, float, int]]:
    """Return key, beat and velocity of each hit of one round as the sequencer gives it out."""
    sequencer = Sequencer()
    sequencer.set_groove(GrooveParameters(groove_amount=groove_amount))
    sequencer.set_track(TrackSettings("drums", drums=True))
    sequencer.set_pattern("drums", Pattern(1, loop.to_notes(), DEFAULT_STEPS), ChangeAt.STEP, 0.0)
    timeline = Timeline(BEGIN_S, 0.0, tempo_bpm, swing)
    sequencer.start(timeline)
    hits, now_s = [], BEGIN_S - 0.1
    while now_s < timeline.seconds_at(DEFAULT_STEPS + 1):
        due = sequencer.advance(now_s)
        hits += [
            (hit.note.pitch, (hit.time_s - BEGIN_S) * tempo_bpm / 60, hit.velocity)
            for hit in due.notes
            if hit.step < DEFAULT_STEPS
        ]
        now_s = max(now_s + 0.001, min(due.next_s, now_s + 0.02))
    return sorted(hits)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    tempo_bpm=st.floats(20, 300),
    swing=st.floats(0.5, 0.75),
    groove_amount=st.floats(0, 1),
)
def test_files_hold_what_is_heard(seed: int, tempo_bpm: float, swing: float, groove_amount: float) -> None:
    random = np.random.default_rng(seed)
    shape = DEFAULT_STEPS, VOICE_COUNT
    most = 0.99 - swing  # two hits on one tick would be one in a file
    loop = DrumLoop(
        random.random(shape) < 0.2,
        random.integers(1, 128, shape, np.uint8),
        random.uniform(-most, most, shape).astype(np.float32),
    )
    contents = parse_midi(midi_bytes(loop, MidiStyle(tempo_bpm, swing=swing, groove_amount=groove_amount)))
    written = sorted(
        (message.data1, message.tick / TICKS_PER_BEAT, message.data2)
        for message in contents.messages
        if message.is_note_on
    )
    sounds = heard(loop, tempo_bpm, swing, groove_amount)
    assert [(key, velocity) for key, _, velocity in written] == [
        (key, velocity) for key, _, velocity in sounds
    ]
    for (_, in_file, _), (_, in_ear, _) in zip(written, sounds, strict=True):
        # To the nearest tick; what comes before the first downbeat is written on it.
        assert in_file == pytest.approx(max(0.0, in_ear), abs=0.51 / TICKS_PER_BEAT)


def heard_tones(
    loop: MelodyLoop, swing: float, groove_amount: float, shape: TrackSettings
) -> list[tuple[int, float, float, int]]:
    """Return key, beats of beginning and end, and velocity of each note of one round, as sounded."""
    sequencer = Sequencer()
    sequencer.set_groove(GrooveParameters(groove_amount=groove_amount))
    sequencer.set_track(shape)
    sequencer.set_pattern(shape.track, Pattern(1, loop.to_notes(), DEFAULT_STEPS), ChangeAt.STEP, 0.0)
    timeline = Timeline(BEGIN_S, 0.0, 120.0, swing)
    sequencer.start(timeline)
    begun: dict[int, DueNote] = {}
    tones, now_s = [], BEGIN_S - 0.1

    def end(serial: int, time_s: float) -> None:
        due = begun.pop(serial, None)
        if due is not None:
            tones.append((due.note.pitch, due.time_s, time_s, due.velocity, due.step))

    while now_s < timeline.seconds_at(2 * DEFAULT_STEPS + 1):
        due = sequencer.advance(now_s)
        changes: list[tuple[float, int, int, DueNote | None]]
        changes = [(hit.time_s, 1, hit.serial, hit) for hit in due.notes]
        changes += [(stop.time_s, 0, stop.serial, None) for stop in due.ends]
        for time_s, _, serial, hit in sorted(changes, key=lambda change: change[:3]):
            for sounding in list(begun) if hit is not None else [serial]:
                end(sounding, time_s)
            if hit is not None:
                begun[serial] = hit
        now_s = max(now_s + 0.001, min(due.next_s, now_s + 0.02))
    return [
        (pitch, 2 * (on - BEGIN_S), 2 * (off - BEGIN_S), velocity)
        for pitch, on, off, velocity, step in tones
        if step < DEFAULT_STEPS
    ]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    swing=st.floats(0.5, 0.75),
    groove_amount=st.floats(0, 1),
    gate=st.floats(0.1, 1),
    legato=st.floats(0, 1),
    octave=st.integers(-1, 1),
)
def test_files_hold_notes_as_long_as_they_are_heard(
    seed: int, swing: float, groove_amount: float, gate: float, legato: float, octave: int
) -> None:
    random = np.random.default_rng(seed)
    kinds = random.random(DEFAULT_STEPS)
    events = np.where(kinds < 0.3, random.integers(30, 90, DEFAULT_STEPS), np.where(kinds < 0.5, -1, -2))
    events[[0, 31]] = 60, -1  # the round ends in silence: a file has no next round to be tied to
    loop = MelodyLoop(
        events,
        random.integers(1, 128, DEFAULT_STEPS, np.uint8),
        random.uniform(-0.2, 0.2, DEFAULT_STEPS).astype(np.float32),
    )
    shape = TrackSettings("bass", drums=False, semitones=12 * octave, gate=gate, legato=legato)
    style = MidiStyle(120.0, swing=swing, groove_amount=groove_amount, semitones=12 * octave, sound=shape)
    contents = parse_midi(midi_bytes([loop, loop], style))
    written: list[tuple[int, float, float, int]] = []
    for message in contents.messages:
        beat = message.tick / TICKS_PER_BEAT
        if message.is_note_on:
            written.append((message.data1 - 12 * octave, beat, beat, message.data2))
        else:
            written[-1] = (*written[-1][:2], beat, written[-1][3])
    first = written[: loop.note_count]
    sounds = heard_tones(loop, swing, groove_amount, shape)
    assert [(key, velocity) for key, _, _, velocity in first] == [
        (key, velocity) for key, _, _, velocity in sounds
    ]
    for (_, on, off, _), (_, heard_on, heard_off, _) in zip(first[1:], sounds[1:], strict=True):
        assert on == pytest.approx(heard_on, abs=0.51 / TICKS_PER_BEAT)
        # An early note of one step may be as short as a tick in a file, and 5 ms to the ear.
        assert off == pytest.approx(heard_off, abs=max(1.02 / TICKS_PER_BEAT, 2 * MIN_NOTE_S))
