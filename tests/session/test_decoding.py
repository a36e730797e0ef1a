"""What models are asked, and when a stored palette fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blender_app.core.constraints import NO_CONSTRAINTS
from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.scales import Key
from blender_app.session.decoding import constraints_of, nearly_same, palette_of
from blender_app.session.morphing import Row
from blender_app.session.requests import Space
from blender_app.session.session import TrackKind

BEAT = DrumLoop.empty().with_hit(0, 0, 100).with_hit(4, 1, 90)
TUNE = MelodyLoop.from_events([60, *[-2] * 31])


@pytest.mark.parametrize("loop", [BEAT, TUNE])
def test_a_quieter_loop_is_another(loop) -> None:
    assert nearly_same(loop, loop)
    assert not nearly_same(replace(loop, velocity=loop.velocity // 2), loop)


@pytest.mark.parametrize(("by", "same"), [(0.9 / 254, True), (-0.9 / 254, True), (1.5 / 254, False)])
def test_a_stored_loop_may_differ_by_the_rounding_of_its_timing(by: float, same: bool) -> None:
    moved = BEAT.with_hit(0, 0, 100, by)
    assert nearly_same(moved, BEAT) is same
    late_already = BEAT.with_hit(0, 0, 100, 0.4)
    assert nearly_same(BEAT.with_hit(0, 0, 100, 0.4 + by), late_already) is same


def test_other_hits_other_notes_and_other_kinds_are_not_the_same() -> None:
    assert not nearly_same(BEAT.with_hit(8, 2, 0), BEAT.with_hit(8, 2, 80))
    assert not nearly_same(MelodyLoop.from_events([61, *[-2] * 31]), TUNE)
    assert not nearly_same(BEAT, TUNE)
    assert not nearly_same(TUNE, BEAT)


def test_without_a_key_only_the_register_holds() -> None:
    assert constraints_of(32, None, (True, False)) == NO_CONSTRAINTS
    assert constraints_of(32, None, register=(28, 52)).register == (28, 52)
    bound = constraints_of(32, Key(2), (True, False), (28, 52))
    assert (bound.user_edited, bound.register) == ((True, False), (28, 52))
    assert (bound.allowed == Key(2).allowed()).all()


def test_four_anchors_make_a_palette_and_two_a_row(model) -> None:
    corners = tuple(BEAT.with_hit(8, 2, mark) for mark in (1, 2, 3, 4))
    palette_of(model, Space(TrackKind.DRUMS, "drums-2bar", corners), refine=False)
    assert isinstance(palette_of(model, Space(TrackKind.DRUMS, "drums-2bar", corners[:2]), refine=True), Row)
    assert model.asked == [(corners, False), (corners[:2], True)]
