"""Lines to windows: bar lines, one note at a time, what is worth learning."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.melody import NO_EVENT, NOTE_OFF, MelodyLoop
from blender_app.core.notes import Note
from blender_app.corpus.melody_windows import Line, MelodyWindows, cut_melody_windows, relative_events


def line_of(*notes: tuple[float, float, int, int], bass: bool = False) -> Line:
    """Make a line of (start, end, pitch, velocity)."""
    table = np.array(notes, np.float64).reshape(-1, 4)
    return Line(table[:, 0], table[:, 1], table[:, 2].astype(np.int64), table[:, 3].astype(np.int64), bass)


@given(
    st.lists(
        st.tuples(st.integers(0, 31), st.integers(1, 12), st.integers(0, 127), st.integers(1, 127)),
        min_size=3,
        unique_by=lambda note: note[0],
    )
)
def test_a_window_is_the_loop_that_the_same_notes_make(notes: list[tuple[int, int, int, int]]) -> None:
    line = line_of(*((step, step + length, pitch, velocity) for step, length, pitch, velocity in notes))
    windows = cut_melody_windows(line, ((0, 32),))
    pitches = [pitch for _, _, pitch, _ in notes]
    if max(map(pitches.count, pitches)) > 0.95 * len(pitches):
        assert len(windows) == 0
        return
    loop = MelodyLoop.from_notes(
        Note(step, pitch, velocity, length) for step, length, pitch, velocity in notes
    )
    assert windows.events.tolist() == [loop.events.tolist()]
    assert windows.velocity.tolist() == [loop.velocity.tolist()]


def test_windows_start_on_each_bar_line_of_each_span_and_on_no_other() -> None:
    notes = [(float(step), step + 4.0, 60 + step // 4, 80) for step in range(0, 96, 4)]
    windows = cut_melody_windows(line_of(*notes, bass=True), ((0, 48), (52, 84), (84, 96)))
    assert windows.events[:, 0].tolist() == [60, 64, 73], "a span of one bar has no window"
    assert windows.bass.all()
    assert windows.events.dtype == np.int16
    assert windows.velocity.dtype == np.uint8


def test_a_note_that_sounds_already_is_not_part_of_the_window() -> None:
    notes = [
        (0, 2, 60, 80),
        (4, 6, 62, 80),
        (12, 18, 64, 80),
        (20, 24, 65, 80),
        (28, 36, 67, 80),
        (44, 48, 69, 80),
    ]
    first, second = cut_melody_windows(line_of(*notes), ((0, 48),)).events
    assert first[16:].tolist() == [-2, -2, -1, -2, 65, -2, -2, -2, -1, -2, -2, -2, 67, -2, -2, -2]
    assert second[:5].tolist() == [NO_EVENT] * 4 + [65], "its end is not heard either"


def test_the_highest_wins_and_a_later_note_cuts_an_earlier_one() -> None:
    line = line_of((0, 16, 48, 70), (0.1, 16, 60, 80), (-0.1, 16, 55, 90), (4, 8, 50, 60), (9, 10, 62, 50))
    (events,) = cut_melody_windows(line, ((0, 32),)).events
    assert events[:12].tolist() == [60, -2, -2, -2, 50, -2, -2, -2, NOTE_OFF, 62, NOTE_OFF, -2]


def test_an_onset_just_before_a_bar_line_belongs_to_it() -> None:
    line = line_of((15.7, 18, 60, 80), (20, 22, 62, 80), (24, 26, 64, 80))
    (events,) = cut_melody_windows(line, ((16, 48),)).events
    assert events[[0, 4, 8]].tolist() == [60, 62, 64]


def test_held_notes_repeated_notes_and_silence_are_left_out() -> None:
    spans = ((0, 32),)
    held = line_of((0, 32, 60, 80))
    two = line_of((0, 8, 60, 80), (8, 16, 62, 80))
    repeated = line_of(*((float(step), step + 1.0, 60, 80) for step in range(32)))
    varied = line_of(*((float(step), step + 1.0, 60 + (step in {30, 31}), 80) for step in range(32)))
    assert [len(cut_melody_windows(line, spans)) for line in (held, two, repeated, varied, line_of())] == [
        0,
        0,
        0,
        1,
        0,
    ]


def test_relative_events_are_equal_for_transpositions_only() -> None:
    events = np.full((3, 32), NO_EVENT, np.int16)
    events[0, [0, 4, 6, 8]] = [60, 64, NOTE_OFF, 59]
    events[1, [0, 4, 6, 8]] = [67, 71, NOTE_OFF, 66]
    events[2, [0, 4, 6, 8]] = [60, 64, NOTE_OFF, 60]
    one, transposed, other = relative_events(events)
    assert (one == transposed).all()
    assert (one != other).any()


def test_nothing_has_the_right_shape() -> None:
    nothing = MelodyWindows.concatenate([])
    assert (len(nothing), nothing.events.shape, nothing.bass.shape) == (0, (0, 32), (0,))
