"""Musical time: conversions there and back, swing, and a timeline that never jumps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core import time

TEMPOS = st.floats(time.MIN_TEMPO_BPM, time.MAX_TEMPO_BPM)
SWINGS = st.floats(time.STRAIGHT_SWING, time.MAX_SWING)
STEPS = st.floats(0, 1e5)
SECONDS = st.floats(0, 1e5)


def test_a_bar_at_120_lasts_two_seconds() -> None:
    assert time.steps_to_seconds(time.STEPS_PER_BAR, 120) == 2.0


def test_a_step_has_a_quarter_of_the_ticks_of_a_beat() -> None:
    assert [time.steps_to_ticks(steps) for steps in (0, 1, 4, 16, 0.5, -0.25)] == [0, 120, 480, 1920, 60, -30]


@given(STEPS, TEMPOS)
def test_steps_and_seconds_there_and_back(steps: float, tempo: float) -> None:
    there = time.steps_to_seconds(steps, tempo)
    assert time.seconds_to_steps(there, tempo) == pytest.approx(steps, rel=1e-12, abs=1e-12)


@given(st.integers(-1000, 1000), SWINGS)
def test_swing_delays_odd_sixteenths_only_and_by_half_a_step_at_most(step: int, swing: float) -> None:
    delay = time.swing_delay_steps(step, swing)
    assert delay == 0 if step % 2 == 0 else 0 <= delay <= 0.5


@given(SWINGS)
def test_swing_is_the_share_of_the_eighth_that_its_first_sixteenth_takes(swing: float) -> None:
    assert (1 + time.swing_delay_steps(1, swing)) / 2 == pytest.approx(swing)


@given(SECONDS, STEPS, TEMPOS, STEPS)
def test_a_timeline_inverts_itself(anchor_s: float, anchor_step: float, tempo: float, step: float) -> None:
    timeline = time.Timeline(anchor_s, anchor_step, tempo)
    assert timeline.step_at(timeline.seconds_at(step)) == pytest.approx(step, abs=1e-6)


@given(SECONDS, STEPS, TEMPOS, TEMPOS, st.floats(0, 100))
def test_a_change_of_tempo_does_not_move_the_playhead(
    anchor_s: float, anchor_step: float, old: float, new: float, later_s: float
) -> None:
    before = time.Timeline(anchor_s, anchor_step, old)
    now_s = anchor_s + later_s
    after = before.retimed(now_s, new, time.STRAIGHT_SWING)
    assert after.step_at(now_s) == before.step_at(now_s)
    assert after.step_at(now_s + 1) - after.step_at(now_s) == pytest.approx(new / 15, abs=1e-6)


def test_a_higher_tempo_is_faster() -> None:
    slow, fast = (time.Timeline(0, 0, tempo).seconds_at(16) for tempo in (100, 200))
    assert fast == slow / 2
