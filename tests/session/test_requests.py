"""The queue of requests: what replaces what, what waits, and what a request needs."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from blender_app.core.drums import DrumLoop
from blender_app.session import requests as r
from blender_app.session.path import PathPlan
from blender_app.session.session import DrawnPath, Source, TrackKind

DRUMS, BASS = r.DecodeTarget("drums"), r.DecodeTarget("bass")
MORPH = r.DecodeTarget("drums", Source.MORPH)
LOOP = DrumLoop.empty()
PLAN = PathPlan(DrawnPath(((0.0, 0.0),)))


def palette(target: r.DecodeTarget = DRUMS, rows: int = 3) -> r.PaletteRequest:
    return r.PaletteRequest(target, r.Space(TrackKind.DRUMS, "drums-2bar", (LOOP,) * 4), rows, 3)


def dice(target: r.DecodeTarget, index: int, seed: int = 1) -> r.DiceRequest:
    return r.DiceRequest(target, index, TrackKind.DRUMS, "drums-2bar", seed)


def vary(target: r.DecodeTarget, index: int) -> r.VaryRequest:
    return r.VaryRequest(target, index, TrackKind.DRUMS, "melody-2bar", 1, LOOP, 0.5)


@pytest.fixture
def queue():
    queue = r.RequestQueue()
    yield queue
    queue.close()


def all_of(queue: r.RequestQueue) -> list[r.Request]:
    """Return what is in a queue, which is closed then; nothing may wait for quiet."""
    end = r.LoadModels()
    queue.put(end)
    return list(iter(queue.take, end))


def test_only_a_palette_and_new_loops_need_a_model() -> None:
    assert r.model_needed(palette()) == "drums-2bar"
    assert r.model_needed(dice(DRUMS, 0)) == "drums-2bar"
    assert r.model_needed(vary(DRUMS, 0)) == "melody-2bar"
    assert r.model_needed(r.LoopRequest(DRUMS, (0.0, 0.0))) is None
    assert r.model_needed(r.ForgetRequest(DRUMS)) is None
    assert r.model_needed(r.LoadedModel("drums-2bar", None)) is None


def test_a_target_is_a_palette_unless_it_is_said() -> None:
    assert r.DecodeTarget("bass").source is Source.PALETTE
    assert r.RefineRequest(palette(MORPH)).target == MORPH
    assert r.RefinedPalette(palette(MORPH), None).target == MORPH


def test_corners_are_replaced_each_by_itself(queue) -> None:
    for request in (dice(DRUMS, 0), dice(DRUMS, 1), dice(BASS, 0), dice(MORPH, 0), vary(DRUMS, 0)):
        queue.put(request)
    assert all_of(queue) == [vary(DRUMS, 0), dice(DRUMS, 1), dice(BASS, 0), dice(MORPH, 0)]


def test_models_and_files_are_replaced_by_their_names(queue) -> None:
    old, new = r.FailedModel("a", "old"), r.LoadedModel("a", None)
    first = r.PathRequest(DRUMS, PLAN, file=Path("one.mid"))
    second = r.PathRequest(DRUMS, PLAN, file=Path("two.mid"))
    sounding = r.PathRequest(DRUMS, PLAN)
    for request in (old, r.FailedModel("b", "too"), new, first, second, sounding, first):
        queue.put(request)
    assert all_of(queue) == [new, r.FailedModel("b", "too"), first, second, sounding]


def test_what_is_forgotten_takes_all_of_its_target_but_files_and_models(queue) -> None:
    written = r.PathRequest(DRUMS, PLAN, file=Path("one.mid"))
    news = r.LoadedModel("a", None)
    others = [palette(BASS), r.LoopRequest(MORPH, (0.0, 0.0))]
    for request in (palette(), r.PathRequest(DRUMS, PLAN), dice(DRUMS, 1), written, news, *others):
        queue.put(request)
    queue.put(r.ForgetRequest(DRUMS))
    assert all_of(queue) == [written, news, *others, r.ForgetRequest(DRUMS)]


def test_what_waits_for_quiet_is_given_out_in_order_once_nothing_else_is_asked(queue) -> None:
    for target in (DRUMS, BASS):
        queue.put_for_quiet(r.RefineRequest(palette(target)))
    began = time.monotonic()
    assert queue.take() == r.RefineRequest(palette(DRUMS))
    assert time.monotonic() - began >= 0.9 * r.QUIET_S
    assert queue.take() == r.RefineRequest(palette(BASS))


@pytest.mark.parametrize("obsolete", [palette(), r.ForgetRequest(DRUMS)])
def test_a_new_palette_ends_the_waiting_on_its_target_alone(queue, obsolete: r.Request) -> None:
    for target in (DRUMS, BASS):
        queue.put_for_quiet(r.RefineRequest(palette(target)))
    queue.put(r.LoopRequest(BASS, (0.0, 0.0)))  # which ends nothing
    queue.put(obsolete)
    taken = [queue.take() for _ in range(3)]
    assert taken == [r.LoopRequest(BASS, (0.0, 0.0)), obsolete, r.RefineRequest(palette(BASS))]


def test_an_old_palette_is_asked_for_again_unless_a_newer_one_is(queue) -> None:
    queue.put(palette(rows=5))
    queue.put_unless_newer(palette())
    queue.put_unless_newer(palette(BASS))
    assert all_of(queue) == [palette(rows=5), palette(BASS)]


@pytest.mark.parametrize("how", ["put", "put_unless_newer", "put_for_quiet", "close"])
def test_who_waits_is_woken(queue, how: str) -> None:
    request = r.RefineRequest(palette()) if how == "put_for_quiet" else palette()
    taken: list[object] = []
    taking = threading.Thread(target=lambda: taken.append(queue.take()), daemon=True)
    taking.start()
    taking.join(0.02)
    assert taken == []
    getattr(queue, how)(*(() if how == "close" else (request,)))
    taking.join(5.0)
    assert taken == [None if how == "close" else request]


def test_what_is_not_ready_stays_until_it_is(queue) -> None:
    queue.put(dice(DRUMS, 0))
    queue.put(palette())
    assert queue.take(lambda request: not isinstance(request, r.DiceRequest)) == palette()
    assert queue.take() == dice(DRUMS, 0)
