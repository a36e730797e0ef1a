"""Recording two bars: exact steps, lengths and timing from synthetic moments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.time import DEFAULT_STEPS, Timeline
from blender_app.session.recording import Phase, Recorder

TIMELINE = Timeline(anchor_s=100.0, anchor_step=0.0, tempo_bpm=120.0)
"""A step lasts 0.125 s; the take begins at 100 s."""
STEP_S = 0.125


def at(step: float) -> float:
    return 100.0 + step * STEP_S


def recorder(**options: object) -> Recorder:
    return Recorder(TIMELINE, 0, **options)  # type: ignore[arg-type]


def play(into: Recorder, *notes: tuple[float, float, int, int]) -> Recorder:
    """Play notes of (start, end, pitch, velocity), all in the order of their moments."""
    moments = [(start, pitch, velocity) for start, _, pitch, velocity in notes]
    moments += [(end, pitch, 0) for _, end, pitch, _ in notes]
    for step, pitch, velocity in sorted(moments, key=lambda moment: (moment[0], moment[2])):
        into.receive(pitch, velocity, at(step))
    return into


def told(loop: MelodyLoop) -> list[tuple[int, int, int, float, float]]:
    return [
        (note.step, note.pitch, note.velocity, note.length_steps, round(note.microtiming, 4))
        for note in loop.to_notes()
    ]


def test_notes_come_to_the_nearest_sixteenth_and_keep_their_timing() -> None:
    take = play(recorder(), (0.1, 1.9, 60, 100), (3.8, 6.1, 64, 70), (8.25, 12.0, 67, 127)).take()
    assert told(take) == [
        (0, 60, 100, 2.0, 0.1),
        (4, 64, 70, 2.0, -0.2),
        (8, 67, 127, 4.0, 0.25),
    ]


@pytest.mark.parametrize(
    ("end", "length"), [(4.01, 1.0), (5.4, 1.0), (5.5, 2.0), (6.4, 2.0), (7.0, 3.0), (31.9, 28.0)]
)
def test_lengths_are_whole_steps_and_at_least_one(end: float, length: float) -> None:
    assert told(play(recorder(), (4.0, end, 60, 90)).take()) == [(4, 60, 90, length, 0.0)]


@pytest.mark.parametrize(("start", "taken"), [(-0.6, False), (-0.5, True), (-0.2, True), (31.4, True)])
def test_a_note_just_before_the_take_belongs_to_its_first_step(start: float, taken: bool) -> None:
    loop = play(recorder(), (start, start + 0.9, 60, 90)).take()
    step = 0 if start < 0 else 31
    assert told(loop) == ([(step, 60, 90, 1.0, round(start - step, 4))] if taken else [])


def test_a_note_just_before_the_end_is_the_first_of_the_next_round() -> None:
    early = (31.8, 33.0, 67, 90)
    assert told(play(recorder(), early).take()) == [(0, 67, 90, 1.0, -0.2)]
    assert told(play(recorder(), early, (31.9, 32.0, 62, 70)).take()) == [
        (0, 62, 70, 1.0, -0.1)
    ]  # the last one
    first = (0.0, 2.0, 60, 80)
    assert told(play(recorder(), first, early).take()) == [(0, 60, 80, 2.0, 0.0)]


def test_nothing_is_taken_after_the_two_bars() -> None:
    assert play(recorder(), (32.0, 33.0, 60, 90), (40.0, 41.0, 62, 90)).take() == MelodyLoop.empty()


def test_held_notes_end_with_the_loop() -> None:
    held = recorder()
    held.receive(60, 90, at(28.0))
    assert told(held.take()) == [(28, 60, 90, 4.0, 0.0)]
    assert told(held.take(at(30.2))) == [(28, 60, 90, 2.0, 0.0)]
    held.receive(60, 0, at(47.0))
    assert told(held.take()) == [(28, 60, 90, 4.0, 0.0)]


def test_a_later_note_cuts_an_earlier_one_and_one_pitch_may_come_again() -> None:
    legato = play(recorder(), (0.0, 6.0, 60, 90), (4.0, 8.0, 62, 80))
    assert told(legato.take()) == [(0, 60, 90, 4.0, 0.0), (4, 62, 80, 4.0, 0.0)]
    again = recorder()
    for step in (0.0, 4.0):  # a keyboard that sends no note-off in between
        again.receive(60, 90, at(step))
    again.receive(60, 0, at(6.0))
    assert told(again.take()) == [(0, 60, 90, 4.0, 0.0), (4, 60, 90, 2.0, 0.0)]


def test_swing_is_part_of_the_grid() -> None:
    swung = Recorder(Timeline(100.0, 0.0, 120.0, swing=0.65), 0)  # odd steps come 0.3 later
    play(swung, (1.3, 2.0, 60, 90), (3.0, 3.9, 62, 90), (4.6, 5.0, 64, 90), (6.7, 7.2, 65, 90))
    assert [(step, timing) for step, _, _, _, timing in told(swung.take())] == [
        (1, 0.0),
        (3, -0.3),
        (4, 0.5),
        (7, -0.5),
    ]


def test_tempo_may_change_during_the_take() -> None:
    one = recorder()
    one.receive(60, 90, at(4.0))
    one.retime(TIMELINE.retimed(at(8.0), 60.0, 0.5))  # steps last twice as long from here on
    one.receive(60, 0, at(8.0) + 2 * STEP_S)
    one.receive(62, 80, at(8.0) + 4 * STEP_S)
    one.receive(62, 0, at(8.0) + 10 * STEP_S)
    assert told(one.take()) == [(4, 60, 90, 5.0, 0.0), (10, 62, 80, 3.0, 0.0)]


def test_latency_is_taken_off() -> None:
    late = recorder(latency_s=0.25 * STEP_S)
    assert told(play(late, (4.25, 6.25, 60, 90)).take()) == [(4, 60, 90, 2.0, 0.0)]


def test_overdub_keeps_what_is_not_played_over() -> None:
    base = MelodyLoop.from_notes(
        [Note(0, 48, 90, 4.0), Note(4, 50, 90, 4.0, 0.1), Note(8, 52, 90, 4.0), Note(20, 53, 90, 8.0)]
    )
    over = play(recorder(overdub=base), (6.0, 10.0, 72, 110), (24.0, 25.0, 74, 100))
    assert told(over.take()) == [
        (0, 48, 90, 4.0, 0.0),
        (4, 50, 90, 2.0, 0.1),
        (6, 72, 110, 4.0, 0.0),
        (20, 53, 90, 4.0, 0.0),
        (24, 74, 100, 1.0, 0.0),
    ]
    assert recorder(overdub=base).take() == base
    assert play(recorder(), (6.0, 10.0, 72, 110)).take().note_count == 1


@pytest.mark.parametrize("bars", [1, 2])
def test_the_count_in_of_a_transport_that_starts(bars: int) -> None:
    now_s = 100.0 - bars * 16 * STEP_S
    one = Recorder.armed(TIMELINE, now_s, bars)
    assert one.first_step == 0
    assert [one.beats_until_start(now_s + beat * 0.5) for beat in range(4 * bars + 1)] == [
        *range(4 * bars, -1, -1)
    ]
    moments = [now_s, 99.99, 100.0, at(16.0), at(31.99), at(32.0)]
    assert [one.phase_at(moment) for moment in moments] == [
        *[Phase.COUNT_IN] * 2,
        *[Phase.RECORDING] * 3,
        Phase.DONE,
    ]
    assert [one.progress_at(moment) for moment in (now_s, at(16.0), at(50.0))] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("now_step", "bars", "first"), [(0.5, 1, 32), (16.0, 1, 32), (16.5, 1, 64), (5.0, 2, 64), (70.0, 1, 96)]
)
def test_a_transport_that_plays_goes_on_to_a_round_after_the_count_in(
    now_step: float, bars: int, first: int
) -> None:
    one = Recorder.armed(TIMELINE, at(now_step), bars)
    assert one.first_step == first
    one.receive(60, 90, at(first + 4.0))
    one.receive(60, 0, at(first + 6.0))
    assert told(one.take()) == [(4, 60, 90, 2.0, 0.0)]


def test_a_transport_that_starts_in_mid_loop_records_the_next_round() -> None:
    assert Recorder.armed(Timeline(100.0, 20.0, 120.0), 99.0, 1).first_step == 32


@given(
    st.lists(
        st.tuples(st.floats(-3.0, 35.0), st.floats(0.01, 9.0), st.integers(0, 127), st.integers(1, 127)),
        max_size=12,
    ),
    st.floats(0.5, 0.75),
)
def test_every_taken_note_sounds_where_it_was_played(
    notes: list[tuple[float, float, int, int]], swing: float
) -> None:
    one = Recorder(Timeline(100.0, 0.0, 120.0, swing), 0)
    play(one, *((start, start + length, pitch, velocity) for start, length, pitch, velocity in notes))
    starts = {pitch: [] for _, _, pitch, _ in notes}
    for start, _, pitch, velocity in notes:
        starts[pitch].append((start, velocity))
    for note in one.take().to_notes():
        heard = note.step + note.microtiming + (swing - 0.5) * 2.0 * (note.step % 2)
        distances = [
            min(abs(start - heard), abs(start - DEFAULT_STEPS - heard))
            for start, velocity in starts[note.pitch]
            if velocity == note.velocity
        ]
        # An even step and the swung one behind it lie up to 1.5 steps apart, timing reaches half a step.
        assert min(distances) <= 0.25 + 1e-6


@pytest.mark.parametrize("steps", [16, 64, 128, 256])
def test_a_take_may_have_any_length(steps: int) -> None:
    take = recorder(steps=steps)
    play(take, (0.0, 2.0, 60, 90), (steps - 2.0, steps + 3.0, 64, 80), (steps - 0.4, steps + 1.0, 67, 70))
    play(take, (steps + 0.5, steps + 1.0, 70, 90))
    loop = take.take()
    assert loop.steps == take.steps == steps
    assert told(loop) == [(0, 60, 90, 2.0, 0.0), (steps - 2, 64, 80, 2.0, 0.0)]
    assert take.phase_at(at(steps - 0.1)) is Phase.RECORDING
    assert take.phase_at(at(steps)) is Phase.DONE
    assert take.progress_at(at(steps / 4)) == 0.25


@pytest.mark.parametrize(("steps", "first"), [(16, 32), (32, 32), (64, 64), (256, 256)])
def test_a_take_begins_with_a_round_of_its_own_length(steps: int, first: int) -> None:
    armed = Recorder.armed(TIMELINE, at(10.0), steps=steps)
    assert (armed.first_step, armed.steps) == (first, steps)


def test_a_shorter_loop_goes_on_as_often_as_it_fits_into_a_take() -> None:
    below = MelodyLoop.from_notes([Note(4, 50, 70, 2.0)], 16)
    take = play(recorder(steps=64, overdub=below), (20.0, 21.0, 60, 90)).take()
    assert [(note.step, note.pitch) for note in take.to_notes()] == [(4, 50), (20, 60), (36, 50), (52, 50)]
    longer = MelodyLoop.from_notes([Note(4, 50, 70, 2.0), Note(40, 52, 70)], 64)
    assert [note.step for note in recorder(steps=16, overdub=longer).take().to_notes()] == [4]
