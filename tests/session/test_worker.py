"""The decode worker: what is answered, in what order, and what is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.session.document import Corners, Source, TrackKind, default_corners
from blender_app.session.requests import (
    DiceRequest,
    LoopRequest,
    PaletteRequest,
    RefineRequest,
    RequestQueue,
    Space,
    Surface,
)
from blender_app.session.worker import DecodeWorker

MakeWorker = Callable[..., DecodeWorker]
DRUMS, BASS = Surface("drums"), Surface("bass")


@pytest.fixture
def make_worker(qtbot: QtBot, model, load_model) -> Iterator[MakeWorker]:
    made: list[DecodeWorker] = []

    def make(load_model=load_model, load_stored=lambda _kind: None) -> DecodeWorker:
        worker = DecodeWorker(load_model, load_stored)
        made.append(worker)
        return worker

    yield make
    model.gate.set()
    model.refine_gate.set()
    for worker in made:
        assert worker.close()


def corners_of(mark: int) -> Corners:
    loop = DrumLoop.empty().with_hit(0, 0, mark)
    return loop, loop, loop, loop


def request_of(mark: int) -> PaletteRequest:
    return PaletteRequest(DRUMS, drum_space(corners_of(mark)), 3, 3)


def drum_space(corners: Corners) -> Space:
    return Space(TrackKind.DRUMS, corners)


def dice(corner: int, seed: int) -> DiceRequest:
    return DiceRequest(DRUMS, corner, TrackKind.DRUMS, seed)


def loop_at(x: float, y: float) -> LoopRequest:
    return LoopRequest(DRUMS, (x, y))


def start_with_model(worker: DecodeWorker, qtbot: QtBot) -> None:
    with qtbot.waitSignals([worker.modelReady] * 2):
        worker.start()


def test_the_newest_of_a_kind_wins_and_keeps_its_place() -> None:
    queue = RequestQueue()
    queue.put(request_of(1))
    queue.put(dice(0, 1))
    queue.put(dice(1, 1))
    queue.put(request_of(2))
    queue.put(dice(0, 2))
    taken = [queue.take() for _ in range(3)]
    assert taken == [request_of(2), dice(0, 2), dice(1, 1)]


def test_what_is_not_ready_lets_others_pass() -> None:
    queue = RequestQueue()
    queue.put(dice(0, 1))
    queue.put(request_of(1))
    assert queue.take(lambda request: not isinstance(request, DiceRequest)) == request_of(1)
    assert queue.take() == dice(0, 1)


def test_a_closed_queue_gives_nothing() -> None:
    queue = RequestQueue()
    queue.put(request_of(1))
    queue.close()
    assert queue.take() is None


def test_an_answered_palette_does_not_push_out_a_newer_one() -> None:
    queue = RequestQueue()
    queue.put(request_of(2))
    queue.put_unless_newer(request_of(1))
    assert queue.take() == request_of(2)


def test_what_waits_for_quiet_comes_last_and_not_after_a_new_palette() -> None:
    queue = RequestQueue()
    queue.put_for_quiet(RefineRequest(request_of(1)))
    queue.put(loop_at(0, 0))
    assert [queue.take(), queue.take()] == [loop_at(0, 0), RefineRequest(request_of(1))]
    queue.put_for_quiet(RefineRequest(request_of(1)))
    queue.put(request_of(2))
    queue.put_for_quiet(RefineRequest(request_of(2)))
    assert [queue.take(), queue.take()] == [request_of(2), RefineRequest(request_of(2))]


def test_the_puck_does_not_wait_for_refining(make_worker, model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    model.refine_gate.clear()
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(request_of(5))
    assert not told.args[0].refined
    assert model.refining.wait(10)
    with qtbot.waitSignal(worker.loopReady):
        worker.request(loop_at(0.3, 0.3))
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(request_of(6))
    assert told.args[0].request == request_of(6)
    results = []
    worker.paletteReady.connect(results.append)
    model.refine_gate.set()
    qtbot.waitUntil(lambda: bool(results))
    assert [result.request for result in results] == [request_of(6)]  # what came too late is not shown
    assert results[0].refined


def test_edits_during_a_decode_are_answered_by_the_newest_only(make_worker, model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    results = []
    worker.paletteReady.connect(results.append)
    model.gate.clear()
    model.entered.clear()
    worker.request(request_of(1))
    assert model.entered.wait(10)
    for mark in range(2, 30):
        worker.request(request_of(mark))
    model.gate.set()
    qtbot.waitUntil(lambda: bool(results) and results[-1].refined)
    assert [(result.request.space.anchors, result.refined) for result in results] == [
        (corners_of(1), False),
        (corners_of(29), False),
        (corners_of(29), True),
    ]


def test_a_known_palette_comes_refined_at_once(make_worker, model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    for mark in (1, 2):
        with qtbot.waitSignal(worker.paletteReady, check_params_cb=lambda result: result.refined):
            worker.request(request_of(mark))
    asked = len(model.asked)
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(PaletteRequest(DRUMS, drum_space(corners_of(1)), 5, 4))
    assert told.args[0].refined
    assert (len(told.args[0].cells), len(told.args[0].cells[0])) == (5, 4)
    assert len(model.asked) == asked


def test_loops_come_from_the_newest_palette(make_worker, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    worker.request(request_of(5))
    with qtbot.waitSignal(worker.loopReady) as told:
        worker.request(loop_at(0.3, 0.3))
    assert told.args[0].loop == corners_of(5)[0]


def test_the_stored_palette_answers_only_for_its_own_corners(make_worker, stored, qtbot: QtBot) -> None:
    gate = threading.Event()

    def never(_name: str) -> object:
        assert gate.wait(10)
        raise RuntimeError("no model today")

    worker = make_worker(load_model=never, load_stored=lambda _kind: stored)
    worker.start()
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(PaletteRequest(DRUMS, drum_space(default_corners()), 3, 3))
    assert told.args[0].cells[0][0] == stored.loop
    assert told.args[0].held is None
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(request_of(9))
    assert told.args[0].cells[0][0] == corners_of(9)[0]
    with qtbot.waitSignal(worker.modelFailed) as failed:
        gate.set()
    assert failed.args[0] == "drums-2bar"
    assert "no model today" in failed.args[1]
    with qtbot.waitSignal(worker.loopReady) as told:
        worker.request(loop_at(0.0, 0.0))
    assert told.args[0].loop == corners_of(9)[0]


def test_the_palette_is_made_again_by_the_model_when_it_comes(make_worker, model, qtbot: QtBot) -> None:
    gate = threading.Event()

    def load(_name: str) -> object:
        assert gate.wait(10)
        return model

    worker = make_worker(load_model=load)
    worker.start()
    with qtbot.waitSignal(worker.paletteReady):
        worker.request(request_of(4))
    with qtbot.waitSignal(worker.paletteReady, check_params_cb=lambda result: result.refined) as told:
        gate.set()
    assert told.args[0].request == request_of(4)


def test_closing_while_decoding_ends_the_thread_and_tells_nothing(make_worker, model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    results = []
    worker.paletteReady.connect(results.append)
    model.gate.clear()
    model.entered.clear()
    worker.request(request_of(1))
    assert model.entered.wait(10)
    assert not worker.close(timeout_s=0.01)
    model.gate.set()
    assert worker.close()
    assert results == []
