"""Patterns: which of its steps sounds at a step of the transport."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.notes import Note, Pattern


def test_a_loop_begins_again_after_its_last_step() -> None:
    pattern = Pattern(1, (), length_steps=32)
    assert [pattern.step_of(step) for step in (0, 31, 32, 33, 64, 320)] == [0, 31, 0, 1, 0, 0]


def test_the_anchor_is_where_the_pattern_begins() -> None:
    pattern = Pattern(1, (), length_steps=32, anchor_step=7)
    assert [pattern.step_of(step) for step in (7, 8, 38, 39)] == [0, 1, 31, 0]


def test_a_path_played_once_stays_on_its_last_loop() -> None:
    pattern = Pattern(1, (), length_steps=96, loop_from_step=64)
    heard = [pattern.step_of(step) for step in range(96 + 64)]
    assert heard == [*range(96), *range(64, 96), *range(64, 96)]


def test_before_its_anchor_a_pattern_runs_backwards_through_its_repeated_part() -> None:
    assert Pattern(1, (), length_steps=32, anchor_step=10).step_of(9) == 31
    assert Pattern(1, (), length_steps=96, loop_from_step=64, anchor_step=10).step_of(9) == 95


@given(st.data())
def test_a_step_is_always_one_of_the_patterns_and_follows_the_one_before(data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 500))
    pattern = Pattern(
        1, (), length, data.draw(st.integers(0, length - 1)), data.draw(st.integers(-1000, 1000))
    )
    step = data.draw(st.integers(-5000, 5000))
    here, after = pattern.step_of(step), pattern.step_of(step + 1)
    assert 0 <= here < length
    if step + 1 == pattern.anchor_step:
        assert after == 0
    else:
        assert after in (here + 1, pattern.loop_from_step)
        assert (after == pattern.loop_from_step) >= (here == length - 1)


def test_notes_and_patterns_cannot_be_changed() -> None:
    note = Note(0, 36, 100)
    for value, name in ((note, "step"), (Pattern(1, (note,)), "serial")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, name, 3)
