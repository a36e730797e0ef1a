"""Drum loops: immutable, comparable, and the same as their notes."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core import drums
from blender_app.core.drums import DrumLoop
from blender_app.core.notes import Note
from blender_app.core.time import DEFAULT_STEPS


@st.composite
def loops(draw: st.DrawFn) -> DrumLoop:
    seed = draw(st.integers(0, 2**32 - 1))
    density = draw(st.floats(0, 1))
    random = np.random.default_rng(seed)
    shape = (DEFAULT_STEPS, drums.VOICE_COUNT)
    return DrumLoop(
        random.random(shape) < density,
        random.integers(1, 128, shape).astype(np.uint8),
        random.uniform(-0.5, 0.5, shape).astype(np.float32),
    )


@given(loops())
def test_notes_there_and_back(loop: DrumLoop) -> None:
    assert DrumLoop.from_notes(loop.to_notes()) == loop


@given(loops())
def test_notes_are_in_order_and_legal(loop: DrumLoop) -> None:
    notes = loop.to_notes()
    assert len(notes) == loop.hit_count
    assert [(note.step, note.voice) for note in notes] == sorted((n.step, n.voice or 0) for n in notes)
    for note in notes:
        assert note.voice is not None
        assert note.pitch == drums.VOICE_PITCHES[note.voice]
        assert 1 <= note.velocity <= 127
        assert -0.5 <= note.microtiming <= 0.5


@given(loops())
def test_tokens_there_and_back(loop: DrumLoop) -> None:
    assert np.array_equal(drums.tokens_to_hits(loop.tokens), loop.hits)


@given(loops(), loops())
def test_equal_loops_have_equal_hashes(one: DrumLoop, other: DrumLoop) -> None:
    copy = DrumLoop(one.hits.copy(), one.velocity.copy(), one.microtiming.copy())
    assert copy == one
    assert hash(copy) == hash(one)
    assert pickle.loads(pickle.dumps(one)) == one
    same = all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("hits", "velocity", "microtiming")
    )
    assert (one == other) == same


@given(loops(), st.integers(0, 31), st.integers(0, 8), st.integers(0, 127))
def test_with_hit_changes_one_cell(loop: DrumLoop, step: int, voice: int, velocity: int) -> None:
    changed = loop.with_hit(step, voice, velocity, 0.25)
    assert bool(changed.hits[step, voice]) == (velocity > 0)
    assert changed.velocity[step, voice] == velocity
    assert changed.microtiming[step, voice] == (0.25 if velocity else 0)
    elsewhere = np.ones((32, 9), bool)
    elsewhere[step, voice] = False
    for name in ("hits", "velocity", "microtiming"):
        assert np.array_equal(getattr(changed, name)[elsewhere], getattr(loop, name)[elsewhere])


@pytest.mark.parametrize("name", ["hits", "velocity", "microtiming"])
def test_a_loop_cannot_be_changed(name: str) -> None:
    loop = DrumLoop.empty()
    with pytest.raises(ValueError, match="read-only"):
        getattr(loop, name)[0, 0] = 1
    with pytest.raises(AttributeError):
        setattr(loop, name, None)
    with pytest.raises(ValueError, match="read-only"):
        getattr(pickle.loads(pickle.dumps(loop)), name)[0, 0] = 1


def test_minus_zero_is_zero() -> None:
    shape = (32, 9)
    minus = DrumLoop(np.ones(shape, bool), np.full(shape, 9), np.full(shape, -0.0))
    assert minus == DrumLoop(np.ones(shape, bool), np.full(shape, 9), np.zeros(shape))


def test_a_loop_does_not_share_the_arrays_it_was_made_of() -> None:
    hits = np.zeros((32, 9), bool)
    loop = DrumLoop.from_hits(hits)
    hits[0, 0] = True
    assert loop.hit_count == 0


def test_where_there_is_no_hit_there_is_neither_velocity_nor_microtiming() -> None:
    shape = (32, 9)
    hits = np.zeros(shape, bool)
    hits[3, 2] = True
    loop = DrumLoop(hits, np.full(shape, 90, np.uint8), np.full(shape, 0.2, np.float32))
    assert loop.velocity.sum() == 90
    assert loop.microtiming.sum() == np.float32(0.2)


def test_values_out_of_range_are_clipped() -> None:
    shape = (32, 9)
    loop = DrumLoop(np.ones(shape, bool), np.full(shape, 0), np.full(shape, 3.0))
    assert loop.velocity.min() == loop.velocity.max() == 1
    assert loop.microtiming.max() == 0.5


@pytest.mark.parametrize("shape", [(24, 9), (512, 9), (32, 8), (32,), (2, 32, 9)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(32, 9\)"):
        DrumLoop.from_hits(np.zeros(shape, bool))


def test_the_louder_of_two_notes_in_a_cell_stays() -> None:
    notes = [Note(0, 38, 60, microtiming=0.1), Note(0, 40, 90, microtiming=0.2), Note(0, 37, 80)]
    loop = DrumLoop.from_notes(notes)
    assert loop.hit_count == 1
    assert loop.velocity[0, 1] == 90
    assert loop.microtiming[0, 1] == np.float32(0.2)


def test_notes_outside_the_loop_or_the_kit_are_left_out() -> None:
    assert DrumLoop.from_notes([Note(32, 36, 100), Note(-1, 36, 100), Note(0, 20, 100)]).hit_count == 0


def test_every_voice_reads_the_note_it_emits_and_no_note_is_read_twice() -> None:
    assert [drums.PITCH_TO_VOICE[pitch] for pitch in drums.VOICE_PITCHES] == list(range(9))
    assert drums.GMD_PITCH_TO_VOICE[58] == 4
    assert drums.PITCH_TO_VOICE[58] == 7
    assert set(drums.PITCH_TO_VOICE) >= set(range(26, 88)) - {88}
