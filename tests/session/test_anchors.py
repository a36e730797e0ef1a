"""Where laps begin, as numbers: what a path or sweep does when it is changed, turned or begun anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blender_app.engine.messages import ChangeAt
from blender_app.session.anchors import are_swapped, first_anchor, from_start, lap_anchor, place_of
from blender_app.session.morphing import default_morph, swapped
from blender_app.session.path import PathPlan
from blender_app.session.played import PlayedLoop, PlayedPath
from blender_app.session.session import DrawnPath, Morph, PathMode, Session, Source, Track

DRUMS = Session().track("drums")
LINE = DrawnPath(((0.0, 0.0), (1.0, 1.0)), bars=2, closed=False, playing=True)
SWEEP = replace(default_morph(DRUMS), sweeping=True, sweep_bars=2, position=0.25)


def with_morph(morph: Morph = SWEEP) -> Track:
    return replace(DRUMS, morph=morph, source=Source.MORPH)


def test_a_place_is_what_sounds_and_where() -> None:
    assert place_of(DRUMS) == (Source.PALETTE, (0.5, 0.5))
    assert place_of(replace(DRUMS, path=LINE)) == (Source.PALETTE, LINE)
    assert place_of(replace(DRUMS, path=replace(LINE, playing=False))) == (Source.PALETTE, (0.5, 0.5))
    assert place_of(with_morph()) == (Source.MORPH, SWEEP.sweep)
    assert place_of(with_morph(replace(SWEEP, sweeping=False))) == (Source.MORPH, (0.25, 0.0))


def test_only_a_sweep_whose_ends_change_places_is_swapped() -> None:
    other = replace(SWEEP, ends=(DRUMS.corners[2], SWEEP.ends[1]))
    assert are_swapped(SWEEP, swapped(SWEEP))
    assert not are_swapped(SWEEP, SWEEP)
    assert not are_swapped(SWEEP, other)
    assert not are_swapped(None, SWEEP)
    assert not are_swapped(SWEEP, None)
    assert not are_swapped(replace(SWEEP, sweeping=False), swapped(SWEEP))
    assert not are_swapped(SWEEP, replace(swapped(SWEEP), sweeping=False))
    twins = replace(SWEEP, ends=(DRUMS.corners[0], DRUMS.corners[0]))
    assert not are_swapped(twins, swapped(twins))


def test_a_sweep_begins_where_its_slider_is_and_a_path_at_its_beginning() -> None:
    assert first_anchor(with_morph(), 100) == 100 - 8  # a quarter of two bars
    assert first_anchor(replace(with_morph(), source=Source.PALETTE), 100) == 100
    assert first_anchor(DRUMS, 100) == 100


def lap(track: Track, before: PathPlan | None, path: DrawnPath, step: float | None, **rest: object) -> int:
    arguments = {"change_at": ChangeAt.BAR, "sounding": None, "turned": False, **rest}
    return lap_anchor(track, before, path, step, **arguments)


def test_a_lap_begins_at_once_on_a_boundary_or_goes_on() -> None:
    assert lap(DRUMS, None, LINE, None) == 0
    assert lap(with_morph(), None, SWEEP.sweep, None) == -8
    assert lap(DRUMS, None, LINE, 3.5) == 16
    assert lap(with_morph(), None, SWEEP.sweep, 3.5) == 8
    assert lap(DRUMS, PathPlan(LINE, 5), LINE, 20.0) == 5
    assert lap(DRUMS, PathPlan(LINE, 5), LINE, None) == 0
    longer = replace(LINE, bars=4)
    assert lap(DRUMS, PathPlan(LINE, 8), longer, 24.0) == 24 - 32  # half way through


def test_a_sweep_that_was_turned_goes_on_from_the_other_side() -> None:
    path = SWEEP.sweep
    plan = PathPlan(path, 5)
    assert path.lap_steps == 64
    assert lap(with_morph(), plan, path, 20.0, turned=True) == 5 - 32
    assert lap(with_morph(), plan, path, 20.0) == 5


@pytest.mark.parametrize(
    ("step", "nodes", "anchor"),
    [
        (5 + 32.0, ((0.0, 0.5), (1.0, 0.5)), 48),  # it has ended, and another one was drawn
        (5 + 31.5, ((0.0, 0.5), (1.0, 0.5)), 5),
        (5 + 32.0, ((0.0, 0.5), (1.0, 1.0)), 5),  # one node was moved
        (5 + 32.0, ((0.0, 0.0), (1.0, 1.0), (0.0, 1.0)), 48),
    ],
)
def test_a_path_that_has_ended_begins_anew_when_it_is_drawn_anew(step: float, nodes, anchor: int) -> None:
    once = replace(LINE, mode=PathMode.ONCE)
    assert lap(DRUMS, PathPlan(once, 5), replace(once, nodes=nodes), step) == anchor
    assert lap(DRUMS, PathPlan(LINE, 5), replace(LINE, nodes=nodes), step) == 5  # it never ends


def test_from_the_start_all_laps_begin_at_the_beginning() -> None:
    loop = PlayedLoop(DRUMS.corners[0])
    assert from_start(DRUMS, loop) is loop
    path = PlayedPath(PathPlan(LINE, 40), DRUMS.corners)
    assert from_start(DRUMS, path) == replace(path, plan=PathPlan(LINE, 0))
    sweep = PlayedPath(PathPlan(SWEEP.sweep, 40), DRUMS.corners, Source.MORPH)
    assert from_start(with_morph(), sweep).plan.anchor_step == -8
