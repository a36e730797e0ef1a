"""How a note is heard: swing and feel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.feel import heard_step, heard_velocity
from blender_app.core.notes import Note


@pytest.mark.parametrize(
    ("step", "swing", "feel", "heard"),
    [(4, 0.5, 1.0, 4.2), (4, 0.66, 0.5, 4.1), (5, 0.5, 0.0, 5.0), (5, 0.75, 1.0, 5.7), (5, 0.6, 0.5, 5.3)],
)
def test_swing_and_microtiming_add_up(step: int, swing: float, feel: float, heard: float) -> None:
    assert heard_step(Note(step, 36, 100, microtiming=0.2), swing, feel) == pytest.approx(heard)


@given(st.integers(1, 127), st.floats(0, 1))
def test_feel_brings_velocities_together(velocity: int, feel: float) -> None:
    assert 1 <= heard_velocity(velocity, feel) <= 127
    assert abs(heard_velocity(velocity, feel) - 100) <= abs(velocity - 100)
    assert heard_velocity(velocity, 1) == velocity
    assert heard_velocity(velocity, 0) == 100
