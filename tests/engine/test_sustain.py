"""The moment at which a note that sounds is handed over to another pattern, to the exact step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blender_app.core.notes import Note, Pattern
from blender_app.core.time import Timeline
from blender_app.engine.messages import ChangeAt, TrackSettings
from blender_app.engine.sequencer import LOOK_AHEAD_S, Sequencer

STEP_S = 0.125  # at 120 a minute
TIMELINE = Timeline(0.0, 0.0, 120.0)
BASS = TrackSettings("bass", drums=False)


def line(*notes: tuple[int, int, float], serial: int = 1, length: int = 32) -> Pattern:
    """Return a pattern of `(step, pitch, length)`."""
    return Pattern(serial, tuple(Note(step, pitch, 100, size) for step, pitch, size in notes), length)


def end_of_first(
    before: Pattern, after: Pattern, change_at: ChangeAt, moments: list[float], changed: float
) -> tuple[float, float]:
    """Return the step at which the first note ends, and the one at which that was decided.

    The pattern changes just before the sequencer looks at the moment `changed`; moments are in steps.
    """
    sequencer = Sequencer()
    sequencer.set_track(BASS)
    sequencer.set_pattern("bass", before, ChangeAt.STEP, 0.0)
    sequencer.start(TIMELINE)
    for moment in moments:
        if moment == changed:
            sequencer.set_pattern("bass", after, change_at, moment * STEP_S)
        for end in sequencer.advance(moment * STEP_S).ends:
            return end.time_s / STEP_S, moment
    raise AssertionError("it never ended")


@pytest.mark.parametrize("seen", [8.0, 8.3, 8.6])
@pytest.mark.parametrize(("change_at", "boundary"), [(ChangeAt.BEAT, 8), (ChangeAt.BAR, 16)])
def test_a_note_ends_on_the_boundary_however_late_that_is_looked_at(
    seen: float, change_at: ChangeAt, boundary: int
) -> None:
    moments = [0.0, 5.0, seen + boundary - 8]
    found = end_of_first(
        line((0, 40, 30)), line((boundary + 4, 50, 2), serial=2), change_at, moments, changed=5.0
    )
    assert found == (pytest.approx(boundary), moments[-1])


def test_a_note_goes_on_as_the_new_pattern_has_it_on_the_boundary_not_later() -> None:
    # On the boundary the new pattern still sounds the note, up to step 8.25 of its own.
    after = Pattern(2, (Note(4, 40, 100, 4.25), Note(10, 50, 100, 2)), 32)
    found = end_of_first(line((0, 40, 30)), after, ChangeAt.BEAT, [0.0, 5.0, 8.6], changed=5.0)
    assert found[0] == pytest.approx(8.25)


def test_a_change_at_once_takes_over_one_look_ahead_from_now() -> None:
    found = end_of_first(
        line((0, 40, 30)), line((20, 50, 2), serial=2), ChangeAt.STEP, [0.0, 5.0, 5.01], changed=5.0
    )
    assert found[0] == pytest.approx(5.0 + LOOK_AHEAD_S / STEP_S, abs=1e-3)


def test_a_note_of_the_new_pattern_that_ended_within_the_look_ahead_counts_no_more() -> None:
    just_ended = line((0, 50, 5.1), serial=2)
    found = end_of_first(line((0, 40, 30)), just_ended, ChangeAt.STEP, [0.0, 5.0, 5.01], changed=5.0)
    assert found[0] == pytest.approx(5.0 + LOOK_AHEAD_S / STEP_S, abs=1e-3)


@pytest.mark.parametrize("steps", [16, 64, 128, 256])
def test_loops_of_all_lengths_change_at_their_own_end(steps: int) -> None:
    moments = [0.0, 1.0, 3.0, *(float(step) for step in range(4, 2 * steps))]
    after = line((2, 50, 2), serial=2, length=steps)
    found = end_of_first(line((0, 40, steps), length=steps), after, ChangeAt.LOOP, moments, changed=3.0)
    assert found[0] == pytest.approx(steps)


@pytest.mark.parametrize("steps", [16, 64, 256])
def test_legato_reaches_over_the_longest_loop(steps: int) -> None:
    settings = replace(BASS, legato=1.0)
    sequencer = Sequencer()
    sequencer.set_track(settings)
    sequencer.set_pattern("bass", line((3, 40, 1), length=steps), ChangeAt.STEP, 0.0)
    sequencer.start(TIMELINE)
    starts, now_s = [], 0.0
    while len(starts) < 2 and now_s < 2 * (steps + 4) * STEP_S:
        due = sequencer.advance(now_s)
        assert not due.ends  # each note is ended by the next one, a round later
        starts += [hit.time_s / STEP_S for hit in due.notes]
        now_s += 0.05
    assert starts == pytest.approx([3, 3 + steps])
