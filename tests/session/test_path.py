"""Drawn paths: the line, places along it, and the pattern they play."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.time import DEFAULT_STEPS
from blender_app.engine.messages import ChangeAt
from blender_app.session.path import (
    MAX_DRAWN_NODES,
    PathPlan,
    continued_anchor,
    curve,
    loop_pattern,
    next_boundary,
    path_points,
    position_at,
    simplify,
)
from blender_app.session.session import DrawnPath, PathMode, Point

points = st.tuples(st.floats(0, 1), st.floats(0, 1))
drawn_paths = st.builds(
    DrawnPath,
    nodes=st.lists(points, min_size=1, max_size=12).map(tuple),
    bars=st.integers(1, 12),
    mode=st.sampled_from(PathMode),
    closed=st.booleans(),
)
TWO_NOTES = MelodyLoop.from_events([60, *[-2] * 19, 62, *[-2] * 11])
LINE = DrawnPath(((0.0, 0.0), (1.0, 0.0)), bars=2, closed=False)


def length_of(path: DrawnPath) -> float:
    return float(np.hypot(*np.diff(curve(path), axis=0).T).sum())


@given(drawn_paths)
def test_line_runs_through_its_nodes_and_stays_on_the_palette(path: DrawnPath) -> None:
    line = curve(path)
    assert line.min() >= 0.0
    assert line.max() <= 1.0
    for node in path.nodes:
        assert np.hypot(*(line - node).T).min() < 1e-5


@given(drawn_paths)
def test_closed_line_ends_where_it_begins(path: DrawnPath) -> None:
    line = curve(replace(path, closed=True))
    assert np.allclose(line[0], line[-1], atol=1e-5)


@given(drawn_paths)
def test_there_is_a_place_for_each_step_of_a_lap(path: DrawnPath) -> None:
    places = path_points(path)
    assert places.shape == (path.bars * 16, 2)
    assert ((places >= 0) & (places <= 1)).all()


@given(drawn_paths)
def test_no_step_moves_farther_than_its_share_of_the_line(path: DrawnPath) -> None:
    places = path_points(path)
    if path.closed and path.mode is PathMode.LOOP:
        places = np.vstack([places, places[:1]])  # into the next lap without a jump
    share = length_of(path) / path.lap_steps * (2 if path.mode is PathMode.PING_PONG else 1)
    assert np.hypot(*np.diff(places, axis=0).T).max(initial=0.0) <= share + 1e-5


def test_speed_is_even_along_a_bent_line() -> None:
    path = DrawnPath(((0.1, 0.4), (0.2, 0.4), (0.8, 0.5), (0.85, 0.6)), bars=16, closed=False)
    steps = np.hypot(*np.diff(path_points(path), axis=0).T)
    assert steps.max() / steps.min() < 1.05


def test_modes_at_the_end_of_a_lap() -> None:
    half = LINE.lap_steps / 2
    assert position_at(LINE, half) == pytest.approx((0.5, 0))
    assert position_at(LINE, LINE.lap_steps + half) == pytest.approx((0.5, 0))
    once = replace(LINE, mode=PathMode.ONCE)
    assert position_at(once, LINE.lap_steps + half) == pytest.approx((1, 0))
    there_and_back = replace(LINE, mode=PathMode.PING_PONG)
    assert position_at(there_and_back, half) == pytest.approx((1, 0))
    assert position_at(there_and_back, half * 1.5) == pytest.approx((0.5, 0))
    assert position_at(there_and_back, half * 2) == pytest.approx((0, 0))


@given(st.lists(points, max_size=200), st.floats(0.005, 0.1))
def test_simplified_line_stays_near_what_was_drawn(drawn: list[Point], tolerance: float) -> None:
    nodes = simplify(drawn, tolerance)
    assert len(nodes) <= MAX_DRAWN_NODES
    assert set(nodes) <= set(drawn)
    if drawn and len(nodes) < MAX_DRAWN_NODES // 2:
        assert nodes[0] == drawn[0]
        for point in drawn:
            assert min(distance_to(point, nodes)) <= tolerance + 1e-5


def distance_to(point: Point, nodes: tuple[Point, ...]) -> list[float]:
    """Return the distances of a point from the straight pieces between nodes."""
    pairs = list(itertools.pairwise(nodes)) or [(nodes[0], nodes[0])]
    distances = []
    for (ax, ay), (bx, by) in pairs:
        dx, dy = bx - ax, by - ay
        along = ((point[0] - ax) * dx + (point[1] - ay) * dy) / ((dx * dx + dy * dy) or 1.0)
        along = min(max(along, 0.0), 1.0)
        distances.append(math.hypot(point[0] - ax - along * dx, point[1] - ay - along * dy))
    return distances


def test_straight_lines_become_two_nodes() -> None:
    assert simplify([(i / 100, i / 100) for i in range(101)]) == ((0.0, 0.0), (1.0, 1.0))
    assert simplify([]) == ()
    assert simplify([(0.5, 0.5)] * 9) == ((0.5, 0.5),)


def bump(height: float) -> list[Point]:
    return [(0.0, 0.5), (0.5, 0.5 + height), (1.0, 0.5)]


def test_a_bump_is_kept_if_it_is_higher_than_the_tolerance() -> None:
    assert simplify(bump(0.25), 0.25) == ((0.0, 0.5), (1.0, 0.5))
    assert simplify(bump(0.25), 0.24) == tuple(bump(0.25))
    assert len(simplify(bump(0.014))) == 2
    assert len(simplify(bump(0.016))) == 3
    there_and_back = [(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)]
    assert simplify(there_and_back) == tuple(there_and_back)
    corner = [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0)]
    assert simplify(corner) == ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    hair = [(0.5, 0.5), (0.5 + 5e-7, 0.5), (1.0, 1.0)]
    assert simplify(hair, 0.0) == ((0.5, 0.5), (1.0, 1.0))
    assert len(simplify([(0.5, 0.5), (0.5 + 5e-6, 0.5)], 0.0)) == 2


def test_a_distance_is_from_the_piece_and_not_from_the_line_it_lies_on() -> None:
    beyond = [(0.5, 0.5), (0.9, 0.52), (0.6, 0.5)]
    assert len(simplify(beyond, 0.1)) == 3  # it lies 0.3 behind the end
    assert len(simplify([beyond[0], (0.6, 0.52), (0.9, 0.5)], 0.1)) == 2


def test_a_restless_hand_leaves_no_more_nodes_than_are_allowed() -> None:
    zigzag = [(index / 47, 0.2 + 0.6 * (index % 2)) for index in range(48)]
    assert simplify(zigzag) == tuple(zigzag)
    assert MAX_DRAWN_NODES == 48
    restless = [(index / 199, 0.5 + (0.02 + index / 1000) * (-1) ** index) for index in range(200)]
    assert 24 <= len(simplify(restless)) <= 48


def hermite(controls: np.ndarray, count: int) -> np.ndarray:
    """Return a centripetal Catmull-Rom span by its tangents, another way than by its pyramid."""
    p0, p1, p2, p3 = controls
    t0, t1, t2, t3 = np.concatenate([[0.0], np.cumsum(np.sqrt(np.hypot(*np.diff(controls, axis=0).T)))])
    out = (p1 - p0) / (t1 - t0) - (p2 - p0) / (t2 - t0) + (p2 - p1) / (t2 - t1)
    into = (p2 - p1) / (t2 - t1) - (p3 - p1) / (t3 - t1) + (p3 - p2) / (t3 - t2)
    out, into = out * (t2 - t1), into * (t2 - t1)
    t = (np.arange(count) / count)[:, None]
    blend = 2 * t**3 - 3 * t**2
    return (blend + 1) * p1 + (t**3 - 2 * t**2 + t) * out - blend * p2 + (t**3 - t**2) * into


@pytest.mark.parametrize("closed", [False, True])
def test_the_line_is_a_centripetal_spline(closed: bool) -> None:
    nodes = np.array([(0.2, 0.3), (0.35, 0.6), (0.7, 0.65), (0.75, 0.4)])
    if closed:
        controls = np.vstack([nodes[-1], nodes, nodes[:2]])
    else:
        controls = np.vstack([2 * nodes[0] - nodes[1], nodes, 2 * nodes[-1] - nodes[-2]])
    spans = [hermite(controls[index : index + 4], 24) for index in range(len(controls) - 3)]
    expected = np.vstack([*spans, controls[-2][None]])
    line = curve(DrawnPath(tuple(map(tuple, nodes.tolist())), closed=closed))
    assert line.shape == expected.shape
    assert np.allclose(line, expected, atol=1e-6)
    assert not line.flags.writeable


def test_a_line_that_is_drawn_to_its_beginning_is_closed_without_a_knot() -> None:
    triangle = ((0.2, 0.2), (0.8, 0.3), (0.5, 0.9))
    once = curve(DrawnPath(triangle, closed=True))
    assert np.allclose(curve(DrawnPath((*triangle, triangle[0]), closed=True)), once)
    twice = curve(DrawnPath((triangle[0], *triangle, triangle[2]), closed=True))
    assert np.allclose(twice, once)
    back = curve(DrawnPath((*triangle, triangle[1]), closed=True))
    assert len(back) == 4 * 24 + 1


def test_a_path_of_one_place_stays_there() -> None:
    for closed in (False, True):
        path = DrawnPath(((0.3, 0.7),), closed=closed, bars=1)
        assert np.allclose(path_points(path), [(0.3, 0.7)] * 16)
    pair = DrawnPath(((0.0, 0.0), (1.0, 0.0)), closed=True, bars=1)
    assert position_at(pair, 8.0) == pytest.approx((1.0, 0.0), abs=1e-6)  # there and back
    assert position_at(pair, 12.0) == pytest.approx((0.5, 0.0), abs=1e-2)


# -- patterns ---------------------------------------------------------------------------------------


def marked_loop(mark: int) -> DrumLoop:
    """Return a loop with a hit on each row, whose velocity is `mark` and voice the row modulo 9."""
    loop = DrumLoop.empty()
    for row in range(DEFAULT_STEPS):
        loop = loop.with_hit(row, row % 9, mark)
    return loop


MARKED = [marked_loop(mark) for mark in range(1, 128)]


@given(
    st.integers(1, 5),
    st.sampled_from(PathMode),
    st.integers(0, 200),
    st.integers(0, 500),
)
def test_each_step_plays_the_transports_row_of_its_own_loop(
    bars: int, mode: PathMode, anchor: int, later: int
) -> None:
    plan = PathPlan(DrawnPath(((0, 0), (1, 1)), bars=bars, mode=mode), anchor)
    loops = MARKED[: len(plan.points())]
    pattern = plan.pattern(5, loops)
    transport = anchor + later
    notes = [note for note in pattern.notes if note.step == pattern.step_of(transport)]
    lap = plan.path.lap_steps
    expected = min(later, lap) if mode is PathMode.ONCE else later % lap
    assert [note.velocity for note in notes] == [expected + 1]
    assert [note.voice for note in notes] == [transport % DEFAULT_STEPS % 9]
    assert pattern.serial == 5


@given(st.integers(0, 10_000))
def test_a_loop_repeats_from_the_beginning(transport: int) -> None:
    pattern = loop_pattern(1, MARKED[0])
    assert pattern.notes == MARKED[0].to_notes()
    assert pattern.step_of(transport) == transport % DEFAULT_STEPS


@given(st.floats(0, 1e5), st.sampled_from(ChangeAt))
def test_boundaries_come_after_now(step: float, change_at: ChangeAt) -> None:
    unit = {"step": 1, "beat": 4, "bar": 16, "loop": 32}[change_at.value]
    boundary = next_boundary(step, change_at)
    assert boundary % unit == 0
    assert step < boundary <= step + unit


@given(st.integers(0, 100), st.integers(1, 16), st.integers(1, 16), st.floats(0, 1000))
def test_changed_lap_length_keeps_the_bead_where_it_is(
    anchor: int, bars: int, new_bars: int, later: float
) -> None:
    plan = PathPlan(replace(LINE, bars=bars), anchor)
    path = replace(LINE, bars=new_bars)
    step = anchor + later
    new_anchor = continued_anchor(plan, path, step)
    before = (step - anchor) / plan.path.lap_steps
    after = (step - new_anchor) / path.lap_steps
    assert abs(after - before) <= 0.5 / path.lap_steps + 1e-9


@pytest.mark.parametrize("anchor", [0, 5, 16, -12])
def test_a_melody_goes_on_with_the_transport_wherever_the_path_begins(anchor: int) -> None:
    plan = PathPlan(replace(LINE, bars=2), anchor)
    pattern = plan.pattern(1, [TWO_NOTES] * len(plan.points()))
    starts = {(note.step + anchor) % DEFAULT_STEPS: note.pitch for note in pattern.notes}
    assert starts == {0: 60, 20: 62}
    assert pattern.anchor_step == anchor
    assert {note.pitch: note.length_steps for note in pattern.notes} == {60: 20.0, 62: 12.0}


def test_a_melodic_path_that_plays_once_stays_on_its_last_loop() -> None:
    plan = PathPlan(replace(LINE, mode=PathMode.ONCE, bars=1))
    empty, last = MelodyLoop.empty(), TWO_NOTES
    pattern = plan.pattern(1, [empty] * 16 + [last])
    assert [(note.step, note.pitch, note.length_steps) for note in pattern.notes] == [
        (20, 62, 12.0),
        (32, 60, 20.0),
    ]
    assert (pattern.length_steps, pattern.loop_from_step) == (48, 16)


@pytest.mark.parametrize(("steps", "length"), [(16, 48), (32, 96), (64, 192), (256, 768)])
def test_a_path_lasts_until_laps_and_loops_of_any_length_end_together(steps: int, length: int) -> None:
    loop = MelodyLoop.from_notes([Note(steps - 2, 60, 90, 2.0)], steps)
    plan = PathPlan(replace(LINE, bars=3))
    pattern = plan.pattern(1, [loop] * 48)
    assert (pattern.length_steps, pattern.loop_from_step) == (length, 0)
    assert [note.step for note in pattern.notes] == list(range(steps - 2, length, steps))
    once = PathPlan(replace(LINE, bars=3, mode=PathMode.ONCE)).pattern(1, [loop] * 49)
    assert (once.length_steps, once.loop_from_step) == (48 + steps, 48)


def test_loops_of_several_lengths_on_one_way_share_their_bar_lines() -> None:
    short, long = DrumLoop.empty(16).with_hit(2, 0, 90), DrumLoop.empty(64).with_hit(40, 1, 80)
    plan = PathPlan(replace(LINE, bars=4), anchor_step=16)
    pattern = plan.pattern(1, [short] * 32 + [long] * 32)
    assert pattern.length_steps == 64
    # The path begins at the transport's step 16: its step 18 - 16 is the short loop's row 2 and so on; the
    # long loop's row 40 would come at 24, where the short one still sounds.
    assert [(note.step, note.voice) for note in pattern.notes] == [(2, 0), (18, 0)]
    turned = plan.pattern(1, [long] * 32 + [short] * 32)
    assert [(note.step, note.voice) for note in turned.notes] == [(24, 1), (34, 0), (50, 0)]


@pytest.mark.parametrize("steps", [16, 32, 64, 128, 256])
def test_a_loop_repeats_after_its_own_length(steps: int) -> None:
    pattern = loop_pattern(1, MelodyLoop.from_notes([Note(steps - 1, 60, 90)], steps))
    assert (pattern.length_steps, pattern.step_of(3 * steps - 1)) == (steps, steps - 1)
    assert next_boundary(steps + 3.5, ChangeAt.LOOP, pattern) == 2 * steps
    assert next_boundary(steps + 3.5, ChangeAt.BAR, pattern) == steps + 16


def test_the_end_of_a_loop_is_that_of_the_pattern_that_sounds() -> None:
    once = PathPlan(replace(LINE, bars=3, mode=PathMode.ONCE), anchor_step=4)
    pattern = once.pattern(1, [TWO_NOTES] * 49)
    assert next_boundary(10.0, ChangeAt.LOOP, pattern) == 4 + 48 + 32
    assert next_boundary(100.0, ChangeAt.LOOP, pattern) == 4 + 48 + 2 * 32


def test_a_path_begins_at_step_0_unless_it_is_said() -> None:
    plan = PathPlan(LINE)
    assert (plan.anchor_step, plan.plays_once, plan.loop_from_step) == (0, False, 0)
    assert len(plan.points()) == 32
    once = PathPlan(replace(LINE, mode=PathMode.ONCE))
    assert (once.plays_once, once.loop_from_step, len(once.points())) == (True, 32, 33)
    assert tuple(once.points()[-1]) == pytest.approx((1.0, 0.0))
    assert [once.loop_index(step) for step in (0, 31, 32, 99)] == [0, 31, 32, 32]
    assert [plan.loop_index(step) for step in (0, 31, 32, 99)] == [0, 31, 0, 3]
    rounds = PathPlan(LINE, 5).rounds(64)
    assert (rounds.serial, rounds.length_steps, rounds.loop_from_step, rounds.anchor_step) == (0, 64, 0, 5)


def test_what_sounds_at_the_end_goes_on_as_far_as_the_next_round_is_the_same() -> None:
    late = MelodyLoop.from_notes([Note(28, 60, 90, 4.0)])
    held = MelodyLoop.from_notes([Note(0, 60, 80, 6.0)])
    plan = PathPlan(replace(LINE, bars=2), 4)  # its last steps are the loop's first four
    notes = plan.pattern(1, [held] * 32).notes
    assert [(note.step, note.length_steps) for note in notes] == [(28, 6.0)]
    notes = plan.pattern(1, [MelodyLoop.empty()] * 4 + [late] * 24 + [MelodyLoop.empty()] * 4).notes
    assert [(note.step, note.length_steps) for note in notes] == [(24, 4.0)]
