"""The morph's edits, its steps, and the row that answers as a palette."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.checks import MAX_NAME_LENGTH
from blender_app.core.melody import MelodyLoop
from blender_app.session import morphing
from blender_app.session.path import position_at
from blender_app.session.session import Loop, Morph, TrackKind, new_track


def loop(pitch: int) -> MelodyLoop:
    events = np.full(32, -2)
    events[0] = pitch
    return MelodyLoop.from_events(events)


@pytest.fixture
def morph() -> Morph:
    """Return a morph of nine steps, a quarter of the way, with one end drawn by hand."""
    return Morph(ends=(loop(40), loop(72)), names=("Walk", "Lark"), position=0.25, user_edited=(True, False))


class CountingMorph:
    """Answers with the position as a velocity, and counts what it decodes."""

    def __init__(self) -> None:
        self.decoded = 0

    def at(self, positions: np.ndarray) -> list[Loop]:
        self.decoded += len(positions)
        return [MelodyLoop.from_events([60, *[-2] * 31], 1 + round(100 * one)) for one in positions]


def velocities(loops: list[Loop]) -> list[int]:
    return [int(one.velocity[0]) for one in loops]


@pytest.mark.parametrize("kind", list(TrackKind))
def test_a_new_morph_lies_between_the_upper_corners(kind: TrackKind) -> None:
    track = replace(new_track(kind), user_edited=(False, True, True, True))
    morph = morphing.default_morph(track)
    assert morph.ends == track.corners[:2]
    assert morph.names == track.corner_names[:2]
    assert morph.user_edited == (False, True)
    assert replace(track, morph=morph).morph is morph


@pytest.mark.parametrize(("asked", "given"), [(2, 3), (3, 3), (17, 17), (33, 33), (99, 33)])
def test_steps_stay_in_their_range(morph: Morph, asked: int, given: int) -> None:
    assert morphing.with_steps(morph, asked).steps == given


def test_swapping_keeps_what_sounds_and_swapping_twice_everything(morph: Morph) -> None:
    other = morphing.swapped(morph)
    assert other.ends == (morph.ends[1], morph.ends[0])
    assert other.names == ("Lark", "Walk")
    assert other.position == 0.75
    assert other.user_edited == (False, True)
    assert morphing.swapped(other) == morph


def test_an_end_is_replaced_with_its_name(morph: Morph) -> None:
    changed = morphing.with_end(morph, 1, loop(50), "n" * 200)
    assert changed.ends == (morph.ends[0], loop(50))
    assert changed.names == ("Walk", "n" * MAX_NAME_LENGTH)
    assert changed.user_edited == (True, False)
    assert morphing.with_end(morph, 0, loop(50), "x").user_edited == (False, False)
    assert morphing.with_end(morph, 1, loop(50), "x", user_edited=True).user_edited == (True, True)


@pytest.mark.parametrize("index", [-1, 2])
def test_there_are_two_ends(morph: Morph, index: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        morphing.with_end(morph, index, loop(50), "x")


def test_moving_the_slider_ends_the_sweep_and_stays_on_the_row(morph: Morph) -> None:
    moved = morphing.moved(replace(morph, sweeping=True), 1.7)
    assert moved.position == 1.0
    assert not moved.sweeping
    assert morphing.moved(morph, float("nan")).position == 0.0


@given(st.integers(3, 33))
def test_each_step_is_the_one_nearest_to_its_own_position(steps: int) -> None:
    positions = morphing.step_positions(steps)
    assert (positions[0], positions[-1]) == (0.0, 1.0)
    assert [morphing.nearest_step(float(one), steps) for one in positions] == list(range(steps))


@given(st.floats(-1.0, 2.0), st.integers(3, 33))
def test_no_step_is_nearer_than_the_nearest(position: float, steps: int) -> None:
    distances = np.abs(morphing.step_positions(steps) - np.clip(position, 0.0, 1.0))
    nearest = morphing.nearest_step(position, steps)
    assert distances[nearest] == pytest.approx(distances.min(), abs=1e-9)


def test_steps_are_named_by_what_is_there(morph: Morph) -> None:
    assert morphing.step_name(morph, 0) == "Walk"
    assert morphing.step_name(morph, 8) == "Lark"
    assert morphing.step_name(morph, 2) == "Walk to Lark, 25%"
    again = morphing.with_end(morph, 1, loop(50), morphing.step_name(morph, 2) + " 2")
    assert morphing.step_name(again, 4) == "Walk to Lark, 50%"
    assert morphing.step_name(morphing.swapped(again), 2) == "Walk to Walk, 25%"
    long = replace(morph, names=("a" * MAX_NAME_LENGTH, "b"))
    assert len(morphing.step_name(long, 4)) == MAX_NAME_LENGTH
    assert morphing.step_name(long, 4).endswith("50%")


@given(st.floats(0.0, 1.0), st.integers(1, 64), st.integers(0, 5000))
def test_a_sweep_begins_where_the_slider_is(position: float, bars: int, step: int) -> None:
    morph = Morph((loop(40), loop(72)), ("A", "B"), position=position, sweep_bars=bars, sweeping=True)
    sweep = morph.sweep
    anchor = morphing.sweep_anchor(morph, step)
    x, y = position_at(sweep, step - anchor)
    assert x == pytest.approx(position, abs=0.51 / (16 * bars))
    assert y == 0.0


def test_a_row_answers_by_x_alone() -> None:
    row = morphing.Row(CountingMorph())
    points = np.array([[0.0, 0.9], [0.5, 0.1], [1.0, 0.0]])
    assert velocities(row.at(points)) == [1, 51, 101]
    assert velocities(row.steps(3)) == [1, 51, 101]
    assert [velocities(cells) for cells in row.cells(2, 3)] == [[1, 51, 101]] * 2


def test_a_row_decodes_the_way_back_only_once() -> None:
    morph = CountingMorph()
    there_and_back = [0.0, 0.25, 0.5, 1.0, 0.5, 0.25 + 1e-9, 0.0]
    points = np.stack([there_and_back, np.zeros(7)], axis=1)
    assert velocities(morphing.Row(morph).at(points)) == [1, 26, 51, 101, 51, 26, 1]
    assert morph.decoded == 4


def test_a_row_of_nowhere_is_empty_and_beyond_the_ends_is_the_end() -> None:
    morph = CountingMorph()
    assert morphing.Row(morph).at(np.zeros((0, 2))) == []
    assert morph.decoded == 0
    assert velocities(morphing.Row(morph).at(np.array([[-0.2, 0.0], [1.3, 0.0]]))) == [1, 101]


def test_a_row_tells_what_the_model_holds_if_the_morph_does() -> None:
    morph = CountingMorph()
    assert morphing.Row(morph).accuracy is None
    morph.accuracy = (1.0, 0.9)
    assert morphing.Row(morph).accuracy == (1.0, 0.9)


@pytest.mark.parametrize(
    ("position", "forward", "step"),
    [
        (0.5, 1, 3),
        (0.5, -1, 1),
        (0.6, 1, 3),
        (0.6, -1, 2),
        (0.7, 1, 3),
        (0.7, -1, 2),
        (1.0, 1, 5),
        (0.0, -1, -1),
    ],
)
def test_the_next_step_from_a_step_or_from_between_two(position: float, forward: int, step: int) -> None:
    assert morphing.next_step(position, 5, forward) == step
