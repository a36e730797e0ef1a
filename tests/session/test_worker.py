"""The decode worker: what is answered, in what order, and what is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import ModelError
from blender_app.core.melody import MelodyLoop
from blender_app.core.scales import Key, Mode
from blender_app.session.model_needs import ModelNeeds
from blender_app.session.requests import (
    DecodeTarget,
    DiceRequest,
    ForgetRequest,
    LoopRequest,
    PaletteRequest,
    RefineRequest,
    RequestQueue,
    Space,
    VaryRequest,
)
from blender_app.session.session import Corners, Source, TrackKind, default_corners
from blender_app.session.worker import KEPT_PALETTES, DecodeWorker

from .conftest import transposed  # noqa: TID252

MakeWorker = Callable[..., DecodeWorker]
MODEL_NAMES = ("drums-2bar", "melody-2bar")
DRUMS, BASS = DecodeTarget("drums"), DecodeTarget("bass")


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
    return Space(TrackKind.DRUMS, "drums-2bar", corners)


def dice(corner: int, seed: int) -> DiceRequest:
    return DiceRequest(DRUMS, corner, TrackKind.DRUMS, "drums-2bar", seed)


def loop_at(x: float, y: float) -> LoopRequest:
    return LoopRequest(DRUMS, (x, y))


def start_with_model(worker: DecodeWorker, qtbot: QtBot) -> None:
    for name in MODEL_NAMES:
        worker.load(name)
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
    assert model.refining.wait(60)
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
    assert model.entered.wait(60)
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
        assert gate.wait(60)
        raise RuntimeError("no model today")

    worker = make_worker(load_model=never, load_stored=lambda _kind: stored)
    worker.start()
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(PaletteRequest(DRUMS, drum_space(default_corners()), 3, 3))
    assert told.args[0].cells[0][0] == stored.loop
    assert told.args[0].accuracy is None
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
        assert gate.wait(60)
        return model

    worker = make_worker(load_model=load)
    worker.start()
    with qtbot.waitSignal(worker.paletteReady):
        worker.request(request_of(4))
    with qtbot.waitSignal(worker.paletteReady, check_params_cb=lambda result: result.refined) as told:
        gate.set()
    assert told.args[0].request == request_of(4)


def test_models_are_loaded_when_what_was_asked_first_is_answered(make_worker, model, qtbot: QtBot) -> None:
    done: list[str] = []

    def load(name: str) -> object:
        done.append(name)
        return model

    worker = make_worker(load_model=load, load_stored=done.append)
    worker.request(request_of(4))
    worker.request(bass_request(40))
    start_with_model(worker, qtbot)
    assert done == ["drums", "bass", *MODEL_NAMES]


def test_closing_before_the_models_are_loaded_loads_none(make_worker, model, qtbot: QtBot) -> None:
    loaded: list[str] = []
    stored = threading.Event()

    def load_stored(_kind: str) -> None:
        assert stored.wait(60)

    worker = make_worker(load_model=loaded.append, load_stored=load_stored)
    worker.request(request_of(4))
    worker.start()
    closing = threading.Thread(target=worker.close)
    closing.start()
    qtbot.waitUntil(lambda: worker._closed)
    stored.set()
    closing.join()
    assert loaded == []


def test_closing_while_decoding_ends_the_thread_and_tells_nothing(make_worker, model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    results = []
    worker.paletteReady.connect(results.append)
    model.gate.clear()
    model.entered.clear()
    worker.request(request_of(1))
    assert model.entered.wait(60)
    assert not worker.close(timeout_s=0.01)
    model.gate.set()
    assert worker.close()
    assert results == []


# -- several tracks ---------------------------------------------------------------------------------


def melody_of(pitch: int) -> MelodyLoop:
    return MelodyLoop.from_events([pitch] + [-2] * 31)


def bass_request(pitch: int, key: Key | None = None, user_edited: tuple[bool, ...] = ()) -> PaletteRequest:
    return PaletteRequest(
        BASS, Space(TrackKind.BASS, "melody-2bar", (melody_of(pitch),) * 4, key, user_edited), 3, 3
    )


def test_what_is_new_replaces_only_what_is_of_its_track_and_kind() -> None:
    queue = RequestQueue()
    morph = PaletteRequest(DecodeTarget("bass", Source.MORPH), bass_request(1).space, 1, 3)
    for request in (request_of(1), bass_request(1), morph, loop_at(0, 0), bass_request(2), request_of(3)):
        queue.put(request)
    queue.put_for_quiet(RefineRequest(bass_request(2)))
    queue.put(request_of(4))
    taken = [queue.take() for _ in range(5)]
    assert taken == [request_of(4), bass_request(2), morph, loop_at(0, 0), RefineRequest(bass_request(2))]


def test_each_kind_is_answered_by_its_model(make_worker, model, melody_model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    results = []
    worker.paletteReady.connect(results.append)
    worker.request(request_of(1))
    worker.request(bass_request(40))
    qtbot.waitUntil(lambda: sum(result.refined for result in results) == 2)
    assert [loops for loops, _ in melody_model.asked] == [(melody_of(40),) * 4] * 2
    assert [loops for loops, _ in model.asked] == [corners_of(1)] * 2
    assert {result.request.target for result in results} == {DRUMS, BASS}
    with qtbot.waitSignal(worker.loopReady) as told:
        worker.request(LoopRequest(BASS, (0.1, 0.1)))
    assert told.args[0].loop == melody_of(40)


def test_a_morph_is_a_row_between_two_loops(make_worker, melody_model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    target = DecodeTarget("bass", Source.MORPH)
    ends = melody_of(40), melody_of(52)
    with qtbot.waitSignal(worker.paletteReady, check_params_cb=lambda result: result.refined) as told:
        worker.request(PaletteRequest(target, Space(TrackKind.BASS, "melody-2bar", ends), 1, 5))
    (row,) = told.args[0].cells
    assert (len(row), row[0], row[-1]) == (5, *ends)
    assert told.args[0].accuracy == (1.0, 1.0)
    with qtbot.waitSignal(worker.loopReady) as told:
        worker.request(LoopRequest(target, (1.0, 0.0)))
    assert told.args[0].loop == ends[1]


def test_a_key_is_a_space_of_its_own(make_worker, melody_model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    user_edited = (True, False, False, False)
    for request in (bass_request(40), bass_request(40, Key(0, Mode.MAJOR), user_edited), bass_request(40)):
        with qtbot.waitSignal(worker.paletteReady, check_params_cb=lambda result: result.refined):
            worker.request(request)
    assert [sorted(lock) for lock in melody_model.locks] == [[], [], *[["allowed", "user_edited"]] * 2]
    assert melody_model.locks[-1]["user_edited"] == user_edited
    assert melody_model.locks[-1]["allowed"].shape == (32, 128)


def test_a_model_that_comes_late_answers_for_its_kind_alone(
    make_worker, model, melody_model, qtbot: QtBot
) -> None:
    gate = threading.Event()

    def load(name: str) -> object:
        assert name == model.name or gate.wait(60)
        return model if name == model.name else melody_model

    worker = make_worker(load_model=load)
    results = []
    worker.paletteReady.connect(results.append)
    worker.load("drums-2bar")
    with qtbot.waitSignal(worker.modelReady):
        worker.start()
    worker.request(bass_request(40))
    worker.request(request_of(1))
    qtbot.waitUntil(lambda: any(result.refined for result in results))
    assert [result.accuracy for result in results if result.request.target == BASS] == [None]
    worker.request(DiceRequest(BASS, 0, TrackKind.BASS, "melody-2bar", 3))
    with qtbot.waitSignal(worker.cornerReady) as told:
        gate.set()
    assert isinstance(told.args[0].loop, MelodyLoop)
    qtbot.waitUntil(lambda: results[-1].request == bass_request(40) and results[-1].refined)


def test_what_is_forgotten_answers_no_more(make_worker, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    with qtbot.waitSignal(worker.paletteReady):
        worker.request(bass_request(40))
    worker.request(ForgetRequest(BASS))
    with qtbot.waitSignal(worker.failed) as told:
        worker.request(LoopRequest(BASS, (0.0, 0.0)))
    assert "asked for first" in told.args[0]


# -- models by their names --------------------------------------------------------------------------


def test_only_models_that_are_named_are_loaded_each_once(make_worker, load_model, qtbot: QtBot) -> None:
    loaded: list[str] = []

    def load(name: str) -> object:
        loaded.append(name)
        return load_model(name)

    worker = make_worker(load_model=load)
    with qtbot.waitSignal(worker.modelReady):
        worker.request(request_of(1))
        worker.start()
    worker.request(request_of(2))
    with qtbot.waitSignal(worker.paletteReady, check_params_cb=lambda result: result.refined):
        worker.request(request_of(3))
    assert loaded == ["drums-2bar"]
    with qtbot.waitSignal(worker.modelReady) as told:
        worker.request(bass_request(40))
    assert told.args == ["melody-2bar", "cafe"]
    assert loaded == ["drums-2bar", "melody-2bar"]


def test_a_model_that_failed_is_told_once_and_tried_again_when_asked_to(
    make_worker, model, qtbot: QtBot
) -> None:
    tried: list[str] = []

    def load(name: str) -> object:
        tried.append(name)
        if len(tried) == 1:
            raise ModelError(f"{name} is missing")
        return model

    worker = make_worker(load_model=load)
    told: list[str] = []
    worker.modelFailed.connect(lambda _name, message: told.append(message))
    worker.start()
    with qtbot.waitSignal(worker.modelFailed):
        worker.request(request_of(1))
    made: list[object] = []
    worker.cornerReady.connect(made.append)
    worker.request(dice(0, 1))  # it cannot fall, and does not wait
    for mark in (2, 3):
        with qtbot.waitSignal(worker.paletteReady) as answered:
            worker.request(request_of(mark))
        assert answered.args[0].accuracy is None
    assert tried == ["drums-2bar"]
    worker.request(request_of(4))
    with qtbot.waitSignal(worker.paletteReady, check_params_cb=lambda result: result.refined) as answered:
        worker.retry(["melody-2bar", "drums-2bar"])
    assert answered.args[0].request == request_of(4)
    assert tried == ["drums-2bar"] * 2
    assert told == ["drums-2bar is missing"]
    assert made == []
    with qtbot.waitSignal(worker.cornerReady):
        worker.request(dice(0, 1))


def test_models_are_needed_once_in_order_and_given_out_when_it_is_time() -> None:
    needs = ModelNeeds()
    for name in ("a", "b", "a"):
        needs.need(name)
    given: list[str | None] = []
    taking = threading.Thread(target=lambda: given.extend(iter(needs.take, None)))
    taking.start()
    taking.join(0.05)
    assert given == []
    needs.open()
    needs.need("c")
    needs.fail("b")
    assert needs.has_failed("b")
    needs.need("b")
    needs.retry(["a", "b", "b"])
    assert not needs.has_failed("b")
    needs.need("b")
    needs.need("a")
    while len(given) < 4:
        taking.join(0.001)
    needs.close()
    taking.join()
    assert given == ["a", "b", "c", "b"]
    needs.need("d")
    assert needs.take() is None


def test_dice_and_variations_keep_to_what_they_must(make_worker, melody_model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    key, name = Key(0, Mode.MAJOR), "melody-2bar"
    with qtbot.waitSignal(worker.cornerReady) as told:
        worker.request(DiceRequest(BASS, 1, TrackKind.BASS, name, 3, key))
    assert told.args[0].request.index == 1
    assert sorted(melody_model.locks[-1]) == ["allowed", "register"]
    assert melody_model.locks[-1]["register"] == TrackKind.BASS.register
    with qtbot.waitSignal(worker.cornerReady) as told:
        worker.request(VaryRequest(BASS, 0, TrackKind.BASS, name, 3, melody_of(40), 0.5, key))
    assert told.args[0].loop == transposed(melody_of(40), 4)
    assert sorted(melody_model.locks[-1]) == ["allowed"]
    with qtbot.waitSignal(worker.cornerReady):
        worker.request(VaryRequest(BASS, 0, TrackKind.BASS, name, 3, melody_of(40), 0.5))
    assert melody_model.locks[-1] == {}


def test_a_refused_palette_is_told_once_until_it_can_be_made(make_worker, model, qtbot: QtBot) -> None:
    worker = make_worker()
    told: list[str] = []
    worker.failed.connect(told.append)
    start_with_model(worker, qtbot)
    long = DrumLoop.empty(64)
    for mark in (1, 2, 3):
        with qtbot.waitSignal(worker.paletteReady) as answered:
            worker.request(PaletteRequest(DRUMS, drum_space((long.with_hit(0, 0, mark), *[long] * 3)), 3, 3))
        assert answered.args[0].accuracy is None
        assert answered.args[0].cells[0][0] == long.with_hit(0, 0, mark)
    assert told == ["too long"]
    with qtbot.waitSignal(worker.paletteReady, check_params_cb=lambda result: result.accuracy is not None):
        worker.request(request_of(4))
    with qtbot.waitSignal(worker.failed):
        worker.request(PaletteRequest(DRUMS, drum_space((long,) * 4), 3, 3))
    assert told == ["too long"] * 2


def test_a_palette_that_is_known_unrefined_is_not_made_again(make_worker, model, qtbot: QtBot) -> None:
    worker = make_worker()
    start_with_model(worker, qtbot)
    model.refine_gate.clear()
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(request_of(1))
    assert not told.args[0].refined
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(PaletteRequest(DRUMS, drum_space(corners_of(1)), 4, 5))
    assert not told.args[0].refined
    assert [len(row) for row in told.args[0].cells] == [5] * 4
    assert [refine for _, refine in model.asked if not refine] == [False]
    with qtbot.waitSignal(worker.paletteReady) as told:
        model.refine_gate.set()
    assert told.args[0].refined
    assert len(told.args[0].cells) == 4  # as was asked last


def test_the_palettes_used_last_are_kept_and_no_more(make_worker, model, qtbot: QtBot) -> None:
    assert 16 <= KEPT_PALETTES <= 64
    worker = make_worker()
    first = drum_space(corners_of(1))
    for mark in range(1, KEPT_PALETTES + 1):
        worker._keep(drum_space(corners_of(mark)), True, None)
    worker._keep(first, True, None)  # used again
    worker._keep(drum_space(corners_of(100)), True, None)
    assert len(worker._made) == KEPT_PALETTES
    assert (first, True) in worker._made
    assert (drum_space(corners_of(2)), True) not in worker._made


def test_one_model_that_fails_oddly_is_told_and_the_next_request_answered(make_worker, model, qtbot) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    worker = make_worker()
    start_with_model(worker, qtbot)
    told: list[str] = []
    worker.failed.connect(told.append)
    sample, model.sample_loops = model.sample_loops, fail
    with qtbot.waitSignal(worker.failed):
        worker.request(dice(0, 1))
    model.sample_loops = sample
    with qtbot.waitSignal(worker.cornerReady) as answered:
        worker.request(dice(0, 2))
    assert answered.args[0].request == dice(0, 2)
    assert told == ["The model failed: oh"]


def test_a_stored_palette_that_cannot_be_read_is_tried_once_and_none_is_for_ends_or_a_key(
    make_worker, qtbot: QtBot
) -> None:
    tried: list[str] = []

    def load(kind: str) -> None:
        tried.append(kind)
        raise OSError("gone")

    def never(_name: str) -> None:
        raise ModelError("none")

    worker = make_worker(load_model=never, load_stored=load)
    worker.start()
    ends = Space(TrackKind.BASS, "melody-2bar", (melody_of(40), melody_of(50)))
    row = PaletteRequest(DecodeTarget("bass", Source.MORPH), ends, 1, 3)
    for request in (row, bass_request(40, Key(2)), request_of(1), request_of(2)):
        with qtbot.waitSignal(worker.paletteReady) as told:
            worker.request(request)
        assert told.args[0].request == request
        assert (told.args[0].accuracy, told.args[0].refined) == (None, False)
    assert tried == ["drums"]
