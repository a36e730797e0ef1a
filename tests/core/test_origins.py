"""What loops between others are made of, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.origins import Origins, describe_origins, new_onsets, origins


def drums(*cells: tuple[int, int], steps: int = 32) -> DrumLoop:
    hits = np.zeros((steps, 9), np.bool_)
    for step, voice in cells:
        hits[step, voice] = True
    return DrumLoop.from_hits(hits)


def tune(steps: int = 32, **pitches: int) -> MelodyLoop:
    events = [-2] * steps
    for step, pitch in pitches.items():
        events[int(step[1:])] = pitch
    return MelodyLoop.from_events(events)


def test_hits_are_of_the_loops_that_have_them_there() -> None:
    a, b = drums((0, 0), (4, 1), (8, 2)), drums((0, 0), (12, 1))
    loop = drums((0, 0), (4, 1), (12, 1), (5, 5))
    made_of = origins(loop, [a, b], [0.75, 0.25])
    assert made_of.shares == pytest.approx([(0.75 + 1) / 4, (0.25 + 1) / 4])
    assert made_of.new == 0.25
    assert sum(made_of.shares) + made_of.new == pytest.approx(1.0)
    assert new_onsets(loop, [a, b]).nonzero()[0].tolist() == [5]
    assert origins(loop, [a, b], [0.0, 0.0]).shares == pytest.approx([1.5 / 4, 1.5 / 4])


def test_a_loop_is_wholly_its_own_and_silence_is_of_nobody() -> None:
    a, b = drums((0, 0), (4, 1)), drums((8, 0))
    assert origins(a, [a, b], [1.0, 0.0]) == Origins((1.0, 0.0), 0.0)
    assert origins(drums(), [a, b], [0.5, 0.5]) == Origins((0.0, 0.0), 0.0)
    assert not new_onsets(a, []).any(), "with nothing around nothing is new"


def test_notes_are_the_same_on_the_same_step_and_pitch() -> None:
    a, b = tune(s0=60, s4=62), tune(s0=60, s4=64)
    loop = tune(s0=60, s4=64, s8=60, s9=-1)
    made_of = origins(loop, [a, b], [0.5, 0.5])
    assert made_of.shares == pytest.approx([1 / 6, 1 / 2])
    assert made_of.new == pytest.approx(1 / 3)
    assert new_onsets(loop, [a, b]).nonzero()[0].tolist() == [8], "a note's end is no onset"


def test_shorter_loops_around_are_said_again() -> None:
    short, long = drums((0, 0), steps=16), drums((16, 0), (20, 1), steps=64)
    loop = drums((0, 0), (16, 0), (20, 1))
    assert not new_onsets(loop, [short, long]).any()
    assert new_onsets(loop, [short]).nonzero()[0].tolist() == [20]


def test_in_words_what_is_too_little_is_left_out() -> None:
    assert describe_origins(Origins((0.401, 0.004, 0.475), 0.12), "132") == "1: 40 %, 2: 48 %, new: 12 %"
    assert describe_origins(Origins((0.0, 0.0), 0.0), "12") == ""
