"""Loops of 1, 2, 4, 8 and 16 bars: their shapes, and what makes one of another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blender_app.core.drums import DrumLoop
from blender_app.core.lengths import Loop, cut, halved, matched, repeated, resized, stretched
from blender_app.core.melody import NO_EVENT, NOTE_OFF, MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.time import LOOP_LENGTHS, check_steps

nudges = st.floats(-0.5, 0.5, width=32)
lengths = st.sampled_from(LOOP_LENGTHS)
short = st.sampled_from(LOOP_LENGTHS[:3])


def drum_loops(steps: int) -> st.SearchStrategy[Loop]:
    shape = steps, 9
    return st.builds(
        DrumLoop,
        hnp.arrays(np.bool_, shape),
        hnp.arrays(np.uint8, shape, elements=st.integers(1, 127)),
        hnp.arrays(np.float32, shape, elements=nudges),
    )


def melodies(steps: int) -> st.SearchStrategy[Loop]:
    return st.builds(
        MelodyLoop,
        hnp.arrays(np.int16, steps, elements=st.sampled_from((-2, -2, -1)) | st.integers(0, 127)),
        hnp.arrays(np.uint8, steps, elements=st.integers(1, 127)),
        hnp.arrays(np.float32, steps, elements=nudges),
    )


loops = short.flatmap(lambda steps: drum_loops(steps) | melodies(steps))
EMPTY: tuple[Callable[[int], Loop], ...] = (DrumLoop.empty, MelodyLoop.empty)


@pytest.mark.parametrize("steps", LOOP_LENGTHS)
@pytest.mark.parametrize("empty", EMPTY)
def test_a_loop_has_as_many_steps_as_its_arrays(steps: int, empty: Callable[[int], Loop]) -> None:
    loop = empty(steps)
    assert (loop.steps, loop.velocity.shape[0], loop.microtiming.shape[0]) == (steps, steps, steps)
    assert loop.to_notes() == ()
    assert type(loop).from_notes([], steps) == loop


@pytest.mark.parametrize("steps", [0, 8, 24, 48, 33, 512, True, 32.5])
def test_other_lengths_are_refused(steps: int) -> None:
    with pytest.raises(ValueError, match="16, 32, 64, 128 or 256 steps"):
        check_steps(steps)
    with pytest.raises(ValueError, match="16, 32, 64, 128 or 256 steps"):
        DrumLoop.from_notes([], steps)
    with pytest.raises(ValueError, match="16, 32, 64, 128 or 256 steps"):
        MelodyLoop.from_notes([], steps)


def test_arrays_of_a_loop_are_equally_long() -> None:
    with pytest.raises(ValueError, match=r"velocity must have shape \(64, 9\)"):
        DrumLoop(np.zeros((64, 9), bool), np.zeros((32, 9), np.uint8), np.zeros((64, 9), np.float32))
    with pytest.raises(ValueError, match=r"microtiming must have shape \(16,\)"):
        MelodyLoop(np.full(16, NO_EVENT), np.zeros(16, np.uint8), np.zeros(32, np.float32))


@given(short.flatmap(melodies))
def test_notes_make_the_melody_again(loop: MelodyLoop) -> None:
    assert MelodyLoop.from_notes(loop.to_notes(), loop.steps) == loop


@settings(max_examples=50)
@given(loops, lengths)
def test_what_was_said_again_and_cut_is_what_it_was(loop: Loop, steps: int) -> None:
    if steps < loop.steps:
        with pytest.raises(ValueError, match="does not fit"):
            repeated(loop, steps)
        return
    again = repeated(loop, steps)
    assert again.steps == steps
    assert cut(again, loop.steps) == loop
    assert resized(loop, steps) == again


@settings(max_examples=50)
@given(loops)
def test_each_round_of_a_loop_sounds_as_the_first(loop: Loop) -> None:
    notes = repeated(loop, 4 * loop.steps).to_notes()
    for round_ in range(4):
        first = round_ * loop.steps
        sounding = [note for note in notes if first <= note.step < first + loop.steps]
        assert [note.step - first for note in sounding] == [note.step for note in loop.to_notes()]
        assert [note.length_steps for note in sounding] == [note.length_steps for note in loop.to_notes()]


@settings(max_examples=50)
@given(loops, lengths)
def test_cutting_leaves_the_beginning(loop: Loop, steps: int) -> None:
    if steps > loop.steps:
        with pytest.raises(ValueError, match="has no"):
            cut(loop, steps)
        return
    assert (cut(loop, steps).velocity == loop.velocity[:steps]).all()
    assert (cut(loop, steps).microtiming == loop.microtiming[:steps]).all()
    assert resized(loop, steps) == cut(loop, steps)


def test_a_note_over_the_end_ends_there() -> None:
    loop = MelodyLoop.from_notes([Note(2, 60, 90, 4.0), Note(12, 64, 90, 10.0)])
    assert [note.length_steps for note in cut(loop, 16).to_notes()] == [4.0, 4.0]
    twice = repeated(MelodyLoop.from_notes([Note(12, 64, 90, 4.0)], 16), 32)
    assert [(note.step, note.length_steps) for note in twice.to_notes()] == [(12, 4.0), (28, 4.0)]
    assert twice.events[16] == NOTE_OFF


@settings(max_examples=50)
@given(loops)
def test_half_of_the_stretched_loop_is_the_first_half_stretched(loop: Loop) -> None:
    assert stretched(loop).steps == 2 * loop.steps
    if loop.steps == 16:
        with pytest.raises(ValueError, match="16, 32"):
            halved(loop)
        return
    # The second half's first step may come before its bar line, and then is in the first half.
    first = halved(stretched(loop))
    other = stretched(halved(loop))
    assert (first.velocity[: loop.steps - 1] == other.velocity[: loop.steps - 1]).all()


def test_a_stretched_loop_is_twice_as_slow() -> None:
    beat = DrumLoop.empty(16).with_hit(3, 0, 80, 0.1).with_hit(5, 1, 90, 0.4).with_hit(7, 1, 70, -0.5)
    slow = stretched(beat).to_notes()
    assert [(note.step, note.voice, note.velocity, round(note.microtiming, 5)) for note in slow] == [
        (6, 0, 80, 0.2),
        (11, 1, 90, -0.2),
        (13, 1, 70, 0.0),
    ]
    notes = Note(0, 60, 90, 3.0, -0.4), Note(3, 62, 80, 1.0), Note(8, 64, 70, 8.0)
    line = MelodyLoop.from_notes(notes, 16)
    found = [(note.step, note.pitch, note.velocity, note.length_steps) for note in stretched(line).to_notes()]
    assert found == [(0, 60, 90, 6.0), (6, 62, 80, 2.0), (16, 64, 70, 16.0)]
    assert stretched(line).microtiming[0] == -0.5  # there is nothing before the beginning
    with pytest.raises(ValueError, match="steps, not 512"):
        stretched(DrumLoop.empty(256))


def test_loops_are_brought_to_the_longest_ones_length() -> None:
    one, two = DrumLoop.empty(16).with_hit(4, 1, 100), DrumLoop.empty(64).with_hit(40, 2, 90)
    again, same = matched([one, two])
    assert same == two
    assert [(note.step, note.voice) for note in again.to_notes()] == [(4, 1), (20, 1), (36, 1), (52, 1)]
