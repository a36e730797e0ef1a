"""How a note is heard: swing and groove amount."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.articulation import Articulation
from blender_app.core.notes import Note
from blender_app.core.parameters import GrooveParameters


@pytest.mark.parametrize(
    ("step", "swing", "groove_amount", "heard"),
    [(4, 0.5, 1.0, 4.2), (4, 0.66, 0.5, 4.1), (5, 0.5, 0.0, 5.0), (5, 0.75, 1.0, 5.7), (5, 0.6, 0.5, 5.3)],
)
def test_swing_and_microtiming_add_up(step: int, swing: float, groove_amount: float, heard: float) -> None:
    articulation = Articulation(GrooveParameters(swing=swing, groove_amount=groove_amount))
    assert articulation.onset(step, Note(step, 36, 100, microtiming=0.2)) == pytest.approx(heard)


@given(st.integers(1, 127), st.floats(0, 1))
def test_feel_brings_velocities_together(velocity: int, groove_amount: float) -> None:
    heard = Articulation(GrooveParameters(groove_amount=groove_amount)).velocity(velocity)
    assert 1 <= heard <= 127
    assert abs(heard - 100) <= abs(velocity - 100)
    assert Articulation(GrooveParameters(groove_amount=1.0)).velocity(velocity) == velocity
    assert Articulation(GrooveParameters(groove_amount=0.0)).velocity(velocity) == 100
