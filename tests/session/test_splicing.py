"""One melody out of many, and the cross-fade that is made of it."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Key, Mode
from blender_app.core.time import DEFAULT_STEPS
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.splicing import spliced

melodies = st.builds(
    MelodyLoop,
    hnp.arrays(np.int16, 32, elements=st.sampled_from((-2, -2, -2, -1)) | st.integers(57, 63)),
    hnp.arrays(np.uint8, 32, elements=st.integers(1, 127)),
    hnp.arrays(np.float32, 32, elements=st.floats(-0.5, 0.5, width=32)),
)
bands = st.lists(melodies, min_size=1, max_size=3).flatmap(
    lambda loops: st.lists(st.sampled_from(loops), min_size=1, max_size=80)
)


def line(*notes: tuple[int, int, int]) -> MelodyLoop:
    """Return the melody of notes given as step, pitch and length."""
    return MelodyLoop.from_notes([Note(step, pitch, 100, length) for step, pitch, length in notes])


def heard(notes: tuple[Note, ...]) -> list[tuple[int, int, float]]:
    return [(note.step, note.pitch, note.length_steps) for note in notes]


@given(melodies)
def test_one_loop_all_along_is_that_loop(loop: MelodyLoop) -> None:
    assert spliced([loop] * DEFAULT_STEPS) == loop.to_notes()


@given(melodies, st.integers(0, 31))
def test_it_may_begin_anywhere_in_the_loop(loop: MelodyLoop, row: int) -> None:
    notes = spliced([loop] * 64, row)
    wanted = [
        note.step + bar - row
        for bar in (0, 32, 64)
        for note in loop.to_notes()
        if 0 <= note.step + bar - row < 64
    ]
    assert [note.step for note in notes] == wanted


@given(bands, st.integers(0, 31))
def test_notes_never_overlap_and_each_step_is_that_of_its_loop(loops: list[MelodyLoop], row: int) -> None:
    notes = spliced(loops, row)
    for note, following in itertools.pairwise(notes):
        assert note.step + note.length_steps <= following.step
    assert all(note.step + note.length_steps <= len(loops) for note in notes)
    onsets = [step for step, loop in enumerate(loops) if loop.events[(row + step) % DEFAULT_STEPS] >= 0]
    assert [note.step for note in notes] == onsets
    for note in notes:
        loop, at = loops[note.step], (row + note.step) % DEFAULT_STEPS
        assert (note.pitch, note.velocity) == (loop.events[at], loop.velocity[at])
        assert note.microtiming == loop.microtiming[at]


def test_a_note_goes_on_where_the_new_loop_sounds_the_same_and_ends_where_not() -> None:
    held, same, other, silent = line((0, 60, 16)), line((2, 60, 20)), line((0, 62, 16)), line()
    assert heard(spliced([held] * 4 + [same] * 28)) == [(0, 60, 22.0)]
    assert heard(spliced([held] * 4 + [other] * 28)) == [(0, 60, 4.0)]
    assert heard(spliced([held] * 4 + [silent] * 28)) == [(0, 60, 4.0)]


def test_rests_stay_rests() -> None:
    one, two = line((0, 60, 2), (8, 60, 2)), line((0, 64, 2), (16, 65, 3))
    assert heard(spliced([one] * 12 + [two] * 20)) == [(0, 60, 2.0), (8, 60, 2.0), (16, 65, 3.0)]


# -- the cross-fade ---------------------------------------------------------------------------------


@given(st.tuples(melodies, melodies, melodies, melodies))
def test_the_corners_of_a_cross_fade_are_the_corners(corners: tuple[MelodyLoop, ...]) -> None:
    cells = CrossfadePalette(corners).cells(3, 5)
    assert (cells[0][0], cells[0][-1], cells[-1][0], cells[-1][-1]) == corners


def test_each_beat_comes_from_one_of_the_loops() -> None:
    low = MelodyLoop.from_events([40] * 32)
    high = MelodyLoop.from_events([80] * 32)
    row = CrossfadePalette((low, high)).cells(1, 9)[0]
    beats = [(loop.events.reshape(8, 4) == 80) for loop in row]
    assert all((beat.all(1) == beat.any(1)).all() for beat in beats)
    assert [int(beat.all(1).sum()) for beat in beats] == [0, 1, 2, 3, 4, 5, 6, 7, 8]


def test_drums_are_cross_faded_between_two_as_well() -> None:
    full = DrumLoop.empty().with_hit(3, 1, 90)
    row = CrossfadePalette((DrumLoop.empty(), full)).cells(1, 3)[0]
    assert row == [DrumLoop.empty(), full, full]


def test_a_key_moves_what_was_not_drawn_by_hand() -> None:
    key = Key(0, Mode.MAJOR)
    wrong = MelodyLoop.from_events([61, 66, -1, 60] + [-2] * 28)
    row = CrossfadePalette((wrong, wrong), key, (False, True)).cells(1, 2)[0]
    assert list(row[0].events[:4]) == [60, 65, -1, 60]
    assert row[1] == wrong


def test_the_lowest_pitch_is_a_note_too_and_a_rest_ends_it() -> None:
    low = line((0, 0, 2), (8, 1, 4))
    assert heard(spliced([low] * DEFAULT_STEPS)) == [(0, 0, 2.0), (8, 1, 4.0)]
    silent = MelodyLoop.empty()
    assert heard(spliced([low] * 10 + [silent] * 22)) == [(0, 0, 2.0), (8, 1, 2.0)]


def test_a_short_loop_begins_again_beside_a_long_one() -> None:
    short = MelodyLoop.from_notes([Note(2, 60, 90, 1.0)], 16)
    assert heard(spliced([short] * 32, 3)) == [(15, 60, 1.0), (31, 60, 1.0)]
    assert spliced([short] * 16)[0].velocity == 90
    assert spliced([]) == ()
