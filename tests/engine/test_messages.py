"""What goes through the pipe comes out the same."""

from __future__ import annotations

import math
import pickle
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m

NOTES = st.builds(
    Note,
    step=st.integers(0, 1000),
    pitch=st.integers(0, 127),
    velocity=st.integers(1, 127),
    length_steps=st.floats(0.01, 64.0),
    microtiming=st.floats(-0.5, 0.5),
    voice=st.none() | st.integers(0, 8),
)
PATTERNS = st.builds(
    Pattern,
    serial=st.integers(0, 10**9),
    notes=st.lists(NOTES, max_size=30).map(tuple),
    length_steps=st.integers(101, 2000),
    loop_from_step=st.integers(0, 100),
    anchor_step=st.integers(0, 10**6),
)


@given(PATTERNS, st.sampled_from(m.ChangeAt))
def test_pattern_goes_through_a_pipe_unchanged(pattern, change_at):
    command = m.SetPattern("drums", pattern, change_at)
    again = pickle.loads(pickle.dumps(command))
    assert again == command
    assert isinstance(again.pattern.notes, tuple)


def test_pattern_takes_little_in_the_pipe():
    notes = tuple(Note(step, 36, 100, 0.5, 0.1, voice) for step in range(32) for voice in range(9))
    plain = len(pickle.dumps(Pattern(1, notes)))
    assert len(pickle.dumps(m.SetPattern("drums", Pattern(1, notes)))) < plain


NAN = math.nan


@pytest.mark.parametrize(
    ("kind", "arguments", "word"),
    [
        (m.SetParameter, ("tempo_bpm", 19.9), "tempo"),
        (m.SetParameter, ("tempo_bpm", NAN), "tempo"),
        (m.SetParameter, ("swing", 0.76), "swing"),
        (m.SetParameter, ("groove_amount", -0.1), "groove amount"),
        (m.SetParameter, ("volume", 1.1), "volume"),
        (m.SetMix, ("drums", (m.VoiceMix(volume=NAN),)), "volume"),
        (m.Locate, (-1.0,), "step"),
        (m.SetLatency, (-0.03,), "latency"),
        (m.Play, (-1,), "count-in"),
        (m.TrackSettings, ("bass", False, 0, 0, 16), "channel"),
        (m.TrackSettings, ("bass", False, 0, 128), "program"),
        (m.TrackSettings, ("bass", False, -1), "bank"),
        (partial(m.TrackSettings, "drums", True), {"note_map": (128,) * 9}, "note number"),
        (partial(m.TrackSettings, "bass", False), {"semitones": 61}, "semitones"),
        (partial(m.TrackSettings, "bass", False), {"volume": NAN}, "volume"),
        (partial(m.TrackSettings, "bass", False), {"pan": -1.1}, "pan"),
        (partial(m.TrackSettings, "bass", False), {"reverb": 1.1}, "reverb"),
        (partial(m.TrackSettings, "bass", False), {"gate": 0.0}, "gate"),
        (partial(m.TrackSettings, "bass", False), {"legato": 1.1}, "legato"),
        (m.Preview, ("drums", Note(0, 36, 100, voice=9)), "cannot be played"),
        (m.Preview, ("drums", Note(0, 36, 0)), "cannot be played"),
        (m.SetPattern, ("drums", Pattern(1, (), 0)), "length"),
        (m.SetPattern, ("drums", Pattern(1, (), 32, 32)), "rounds"),
        (m.SetPattern, ("drums", Pattern(1, (Note(0, 128, 100),))), "cannot be played"),
        (m.SetPattern, ("drums", Pattern(1, (Note(0, 36, 0),))), "cannot be played"),
        (m.SetPattern, ("drums", Pattern(1, (Note(0, 36, 100, 1.0, NAN),))), "cannot be played"),
        (m.SetPattern, ("drums", Pattern(1, (Note(0, 36, 100, 0.0),))), "cannot be played"),
    ],
)
def test_what_nobody_can_play_is_refused(kind, arguments, word):
    with pytest.raises(ValueError, match=word):
        kind(**arguments) if isinstance(arguments, dict) else kind(*arguments)
