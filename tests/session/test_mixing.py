"""The mixer's edits, its steps, and the row that answers as a palette."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.checks import MAX_NAME_LENGTH
from blender_app.core.melody import MelodyLoop
from blender_app.session import mixing
from blender_app.session.document import Loop, Mixer, TrackKind, new_track
from blender_app.session.path import position_at


def loop(pitch: int) -> MelodyLoop:
    events = np.full(32, -2)
    events[0] = pitch
    return MelodyLoop.from_events(events)


@pytest.fixture
def mixer() -> Mixer:
    """Return a mixer of nine steps, a quarter of the way, with one end drawn by hand."""
    return Mixer(ends=(loop(40), loop(72)), names=("Walk", "Lark"), position=0.25, drawn=(True, False))


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
def test_a_new_mixer_lies_between_the_upper_corners(kind: TrackKind) -> None:
    track = replace(new_track(kind), drawn=(False, True, True, True))
    mixer = mixing.default_mixer(track)
    assert mixer.ends == track.corners[:2]
    assert mixer.names == track.corner_names[:2]
    assert mixer.drawn == (False, True)
    assert replace(track, mixer=mixer).mixer is mixer


@pytest.mark.parametrize(("asked", "given"), [(2, 3), (3, 3), (17, 17), (33, 33), (99, 33)])
def test_steps_stay_in_their_range(mixer: Mixer, asked: int, given: int) -> None:
    assert mixing.with_steps(mixer, asked).steps == given


def test_swapping_keeps_what_sounds_and_swapping_twice_everything(mixer: Mixer) -> None:
    other = mixing.swapped(mixer)
    assert other.ends == (mixer.ends[1], mixer.ends[0])
    assert other.names == ("Lark", "Walk")
    assert other.position == 0.75
    assert other.drawn == (False, True)
    assert mixing.swapped(other) == mixer


def test_an_end_is_replaced_with_its_name(mixer: Mixer) -> None:
    changed = mixing.with_end(mixer, 1, loop(50), "n" * 200)
    assert changed.ends == (mixer.ends[0], loop(50))
    assert changed.names == ("Walk", "n" * MAX_NAME_LENGTH)
    assert changed.drawn == (True, False)
    assert mixing.with_end(mixer, 0, loop(50), "x").drawn == (False, False)
    assert mixing.with_end(mixer, 1, loop(50), "x", drawn=True).drawn == (True, True)


@pytest.mark.parametrize("index", [-1, 2])
def test_there_are_two_ends(mixer: Mixer, index: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        mixing.with_end(mixer, index, loop(50), "x")


def test_moving_the_slider_ends_the_sweep_and_stays_on_the_row(mixer: Mixer) -> None:
    moved = mixing.moved(replace(mixer, sweeping=True), 1.7)
    assert moved.position == 1.0
    assert not moved.sweeping
    assert mixing.moved(mixer, float("nan")).position == 0.0


@given(st.integers(3, 33))
def test_each_step_is_the_one_nearest_to_its_own_position(steps: int) -> None:
    positions = mixing.step_positions(steps)
    assert (positions[0], positions[-1]) == (0.0, 1.0)
    assert [mixing.nearest_step(float(one), steps) for one in positions] == list(range(steps))


@given(st.floats(-1.0, 2.0), st.integers(3, 33))
def test_no_step_is_nearer_than_the_nearest(position: float, steps: int) -> None:
    distances = np.abs(mixing.step_positions(steps) - np.clip(position, 0.0, 1.0))
    nearest = mixing.nearest_step(position, steps)
    assert distances[nearest] == pytest.approx(distances.min(), abs=1e-9)


def test_steps_are_named_by_what_is_there(mixer: Mixer) -> None:
    assert mixing.step_name(mixer, 0) == "Walk"
    assert mixing.step_name(mixer, 8) == "Lark"
    assert mixing.step_name(mixer, 2) == "Walk to Lark, 25%"
    again = mixing.with_end(mixer, 1, loop(50), mixing.step_name(mixer, 2) + " 2")
    assert mixing.step_name(again, 4) == "Walk to Lark, 50%"
    assert mixing.step_name(mixing.swapped(again), 2) == "Walk to Walk, 25%"
    long = replace(mixer, names=("a" * MAX_NAME_LENGTH, "b"))
    assert len(mixing.step_name(long, 4)) == MAX_NAME_LENGTH
    assert mixing.step_name(long, 4).endswith("50%")


@given(st.floats(0.0, 1.0), st.integers(1, 64), st.integers(0, 5000))
def test_a_sweep_begins_where_the_slider_is(position: float, bars: int, step: int) -> None:
    mixer = Mixer((loop(40), loop(72)), ("A", "B"), position=position, sweep_bars=bars, sweeping=True)
    sweep = mixer.sweep
    anchor = mixing.sweep_anchor(mixer, step)
    x, y = position_at(sweep, step - anchor)
    assert x == pytest.approx(position, abs=0.51 / (16 * bars))
    assert y == 0.0


def test_a_row_answers_by_x_alone() -> None:
    row = mixing.Row(CountingMorph())
    points = np.array([[0.0, 0.9], [0.5, 0.1], [1.0, 0.0]])
    assert velocities(row.at(points)) == [1, 51, 101]
    assert velocities(row.steps(3)) == [1, 51, 101]
    assert [velocities(cells) for cells in row.cells(2, 3)] == [[1, 51, 101]] * 2


def test_a_row_decodes_the_way_back_only_once() -> None:
    morph = CountingMorph()
    there_and_back = [0.0, 0.25, 0.5, 1.0, 0.5, 0.25 + 1e-9, 0.0]
    points = np.stack([there_and_back, np.zeros(7)], axis=1)
    assert velocities(mixing.Row(morph).at(points)) == [1, 26, 51, 101, 51, 26, 1]
    assert morph.decoded == 4


def test_a_row_of_nowhere_is_empty_and_beyond_the_ends_is_the_end() -> None:
    morph = CountingMorph()
    assert mixing.Row(morph).at(np.zeros((0, 2))) == []
    assert morph.decoded == 0
    assert velocities(mixing.Row(morph).at(np.array([[-0.2, 0.0], [1.3, 0.0]]))) == [1, 101]


def test_a_row_tells_what_the_model_holds_if_the_morph_does() -> None:
    morph = CountingMorph()
    assert mixing.Row(morph).accuracy is None
    morph.accuracy = (1.0, 0.9)
    assert mixing.Row(morph).accuracy == (1.0, 0.9)


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
    assert mixing.next_step(position, 5, forward) == step
