"""Melody loops: one note at a time, the same as their notes, immutable and comparable."""

from __future__ import annotations

import itertools
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.melody import NO_EVENT, NOTE_OFF, MelodyLoop, without_idle_offs
from blender_app.core.notes import Note
from blender_app.core.time import DEFAULT_STEPS

events_lists = st.lists(
    st.one_of(st.sampled_from([NO_EVENT, NO_EVENT, NOTE_OFF]), st.integers(0, 127)),
    min_size=DEFAULT_STEPS,
    max_size=DEFAULT_STEPS,
)
notes_lists = st.lists(
    st.builds(
        Note,
        step=st.integers(-4, 40),
        pitch=st.integers(0, 127),
        velocity=st.integers(1, 127),
        length_steps=st.floats(0.05, 40.0),
        microtiming=st.floats(-0.5, 0.5, width=32),
    ),
    max_size=40,
)


@st.composite
def melody_loops(draw: st.DrawFn) -> MelodyLoop:
    return MelodyLoop(
        np.array(draw(events_lists)),
        np.array(draw(st.lists(st.integers(1, 127), min_size=DEFAULT_STEPS, max_size=DEFAULT_STEPS))),
        np.array(
            draw(st.lists(st.floats(-0.5, 0.5, width=32), min_size=DEFAULT_STEPS, max_size=DEFAULT_STEPS))
        ),
    )


def loop_of(*notes: tuple[int, int, float]) -> MelodyLoop:
    return MelodyLoop.from_notes(Note(step, pitch, 90, length) for step, pitch, length in notes)


@given(melody_loops())
def test_a_loop_comes_back_from_its_notes(loop: MelodyLoop) -> None:
    again = MelodyLoop.from_notes(loop.to_notes())
    assert again == loop
    assert hash(again) == hash(loop)
    assert loop.note_count == len(loop.to_notes()) == int((loop.events >= 0).sum())


@given(notes_lists)
def test_any_notes_become_one_part_that_does_not_overlap(notes: list[Note]) -> None:
    part = MelodyLoop.from_notes(notes).to_notes()
    inside = [note for note in notes if 0 <= note.step < DEFAULT_STEPS]
    assert [note.step for note in part] == sorted({note.step for note in inside})
    for note, after in itertools.pairwise(part):
        assert note.step + note.length_steps <= after.step
    for note in part:
        assert note.pitch == max(other.pitch for other in inside if other.step == note.step)
        assert note.length_steps >= 1
        assert note.step + note.length_steps <= DEFAULT_STEPS


@given(notes_lists, st.randoms())
def test_the_order_of_notes_does_not_matter(notes: list[Note], random: object) -> None:
    distinct = list({(note.step, note.pitch): note for note in notes}.values())
    shuffled = list(distinct)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert MelodyLoop.from_notes(shuffled) == MelodyLoop.from_notes(distinct)


def test_events_say_when_notes_start_and_end() -> None:
    loop = loop_of((0, 60, 2), (4, 62, 4), (8, 64, 0.3), (30, 65, 9))
    expected = np.full(DEFAULT_STEPS, NO_EVENT)
    expected[[0, 2, 4, 8, 9, 30]] = [60, NOTE_OFF, 62, 64, NOTE_OFF, 65]
    assert loop.events.tolist() == expected.tolist()
    assert [note.length_steps for note in loop.to_notes()] == [2, 4, 1, 2]


def test_a_later_note_cuts_an_earlier_one_and_the_highest_of_a_chord_wins() -> None:
    assert loop_of((0, 48, 8), (0, 60, 8), (0, 55, 8), (4, 50, 4)) == loop_of((0, 60, 4), (4, 50, 4))
    assert [note.pitch for note in loop_of((0, 48, 8), (0, 60, 8), (4, 50, 4)).to_notes()] == [60, 50]


@pytest.mark.parametrize(("length", "steps"), [(0.1, 1), (1.4, 1), (1.5, 2), (2.5, 3), (2.49, 2)])
def test_lengths_are_rounded_to_whole_steps(length: float, steps: int) -> None:
    assert loop_of((3, 70, length)).to_notes()[0].length_steps == steps


def test_a_note_off_where_nothing_sounds_is_no_event() -> None:
    events = np.full(DEFAULT_STEPS, NO_EVENT)
    events[[0, 4, 6, 7, 9, 12]] = [NOTE_OFF, 60, NOTE_OFF, NOTE_OFF, NOTE_OFF, 61]
    loop = MelodyLoop.from_events(events)
    assert np.flatnonzero(loop.events == NOTE_OFF).tolist() == [6]
    assert [(note.step, note.length_steps) for note in loop.to_notes()] == [(4, 2), (12, 20)]
    assert without_idle_offs(np.stack([events, events])).tolist() == [loop.events.tolist()] * 2


def test_silence() -> None:
    assert MelodyLoop.empty().to_notes() == ()
    assert (
        MelodyLoop.empty() == MelodyLoop.from_notes([]) == MelodyLoop.from_events([NOTE_OFF] * DEFAULT_STEPS)
    )


@given(melody_loops())
def test_equal_music_is_an_equal_loop_also_in_another_process(loop: MelodyLoop) -> None:
    again = pickle.loads(pickle.dumps(loop))
    assert again == loop
    assert {loop: 1}[again] == 1
    assert not again.events.flags.writeable
    assert loop != "a loop"


def test_loops_differ_by_events_velocity_or_microtiming() -> None:
    one = loop_of((0, 60, 2))
    louder = replace(one, velocity=np.full(DEFAULT_STEPS, 91))
    later = replace(one, microtiming=np.full(DEFAULT_STEPS, 0.25))
    assert len({one, louder, later, loop_of((0, 61, 2)), loop_of((0, 60, 3)), loop_of((0, 60, 2))}) == 5


def test_arrays_are_copied_and_read_only() -> None:
    events = np.full(DEFAULT_STEPS, NO_EVENT)
    events[0] = 60
    loop = MelodyLoop.from_events(events)
    events[0] = 61
    assert loop.events[0] == 60
    for array in (loop.events, loop.velocity, loop.microtiming):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert (loop.events.dtype, loop.velocity.dtype, loop.microtiming.dtype) == (
        np.int16,
        np.uint8,
        np.float32,
    )


def test_velocity_and_microtiming_belong_to_note_ons_and_stay_in_range() -> None:
    events = np.full(DEFAULT_STEPS, NO_EVENT)
    events[[2, 3]] = [60, 61]
    loop = MelodyLoop(events, np.full(DEFAULT_STEPS, 300), np.full(DEFAULT_STEPS, np.nan, np.float32))
    assert loop.velocity.tolist() == [127 if step in {2, 3} else 0 for step in range(DEFAULT_STEPS)]
    assert not loop.microtiming.any()
    assert replace(loop, velocity=np.zeros(DEFAULT_STEPS)).velocity[2] == 1


@pytest.mark.parametrize("wrong", [-3, 128, 4000, 1_000_000, 0.5, float("nan"), float("inf")])
def test_wrong_events_are_refused_and_named(wrong: float) -> None:
    events = [60.0] * DEFAULT_STEPS
    events[5] = wrong
    with pytest.raises(ValueError, match=r"from -2 to 127; step 5 has"):
        MelodyLoop.from_events(events)


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"events must have shape \(32,\)"):
        MelodyLoop.from_events([60] * 24)
    loop = MelodyLoop.empty()
    with pytest.raises(ValueError, match=r"velocity must have shape"):
        replace(loop, velocity=np.zeros((DEFAULT_STEPS, 9)))
