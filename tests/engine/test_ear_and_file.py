"""What is heard and what is written are the same: swing, feel, tempo, microtiming, velocity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_app.core.drums import LOOP_STEPS, VOICE_COUNT, DrumLoop
from blender_app.core.notes import Pattern
from blender_app.core.smf import MidiStyle, midi_bytes
from blender_app.core.smf_parse import parse_midi
from blender_app.core.time import TICKS_PER_BEAT, Timeline
from blender_app.engine.messages import ChangeAt
from blender_app.engine.sequencer import Sequencer

BEGIN_S = 100.0


def heard(loop: DrumLoop, tempo_bpm: float, swing: float, feel: float) -> list[tuple[int, float, int]]:
    """Return key, beat and velocity of each hit of one round as the sequencer gives it out."""
    sequencer = Sequencer()
    sequencer.feel = feel
    sequencer.set_pattern("drums", Pattern(1, loop.to_notes(), LOOP_STEPS), ChangeAt.STEP, 0.0)
    timeline = Timeline(BEGIN_S, 0.0, tempo_bpm, swing)
    sequencer.start(timeline)
    hits, now_s = [], BEGIN_S - 0.1
    while now_s < timeline.seconds_at(LOOP_STEPS + 1):
        due = sequencer.advance(now_s)
        hits += [
            (hit.note.pitch, (hit.time_s - BEGIN_S) * tempo_bpm / 60, hit.velocity)
            for hit in due.notes
            if hit.step < LOOP_STEPS
        ]
        now_s = max(now_s + 0.001, min(due.next_s, now_s + 0.02))
    return sorted(hits)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    tempo_bpm=st.floats(20, 300),
    swing=st.floats(0.5, 0.75),
    feel=st.floats(0, 1),
)
def test_files_hold_what_is_heard(seed: int, tempo_bpm: float, swing: float, feel: float) -> None:
    random = np.random.default_rng(seed)
    shape = LOOP_STEPS, VOICE_COUNT
    loop = DrumLoop(
        random.random(shape) < 0.2, random.integers(1, 128, shape), random.uniform(-0.49, 0.49, shape)
    )
    contents = parse_midi(midi_bytes(loop, MidiStyle(tempo_bpm, swing, feel)))
    written = sorted(
        (message.data1, message.tick / TICKS_PER_BEAT, message.data2)
        for message in contents.messages
        if message.is_note_on
    )
    sounds = heard(loop, tempo_bpm, swing, feel)
    assert [(key, velocity) for key, _, velocity in written] == [
        (key, velocity) for key, _, velocity in sounds
    ]
    for (_, in_file, _), (_, in_ear, _) in zip(written, sounds, strict=True):
        # To the nearest tick; what comes before the first downbeat is written on it.
        assert in_file == pytest.approx(max(0.0, in_ear), abs=0.51 / TICKS_PER_BEAT)
