"""Garbage is collected by the window's thread, and by no other."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from blender_app.session import garbage


class Cycle(QObject):
    """A Qt object that only the collector can free, and that tells which thread it died in."""

    def __init__(self, died_in: list[str]) -> None:
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: died_in.append(threading.current_thread().name))


@pytest.fixture
def collector(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[garbage.GarbageCollector]:
    monkeypatch.setattr(garbage, "TICK_MS", 5)
    monkeypatch.setattr(garbage, "FREEZE_AFTER_TICKS", -1)  # the rest of the tests is not start-up
    monkeypatch.setattr(garbage, "FULL_EVERY_TICKS", 4)
    was_enabled = gc.isenabled()
    parent = QObject()
    collector = garbage.GarbageCollector(parent)
    yield collector
    collector.stop()
    if not was_enabled:
        gc.disable()


def test_a_worker_that_allocates_much_collects_nothing(
    qtbot: QtBot, collector: garbage.GarbageCollector
) -> None:
    died_in: list[str] = []
    Cycle(died_in)
    worker = threading.Thread(target=lambda: [[[i]] for i in range(20_000)], name="worker")
    worker.start()
    worker.join()
    assert died_in == []
    qtbot.waitUntil(lambda: died_in != [])
    assert died_in == [threading.main_thread().name]


def test_python_collects_by_itself_again_at_the_end(collector: garbage.GarbageCollector) -> None:
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the list of what is asked of the collector; nothing is collected, and 701 objects are new."""
    asked: list[object] = []
    monkeypatch.setattr(garbage.gc, "freeze", lambda: asked.append("freeze"))
    monkeypatch.setattr(garbage.gc, "collect", lambda *generation: asked.append(generation or "all"))
    monkeypatch.setattr(garbage.gc, "get_count", lambda: (701, 0, 0))
    return asked


def test_it_collects_the_young_often_and_all_seldom(qtbot: QtBot, calls: list[object]) -> None:
    was_enabled = gc.isenabled()
    collector = garbage.GarbageCollector(parent := QObject())
    try:
        assert not gc.isenabled()
        assert (collector._timer.isActive(), collector._timer.interval()) == (True, 250)
        for _ in range(240):
            collector._on_timer_timeout()
        assert calls.index("freeze") == 39
        assert calls.count("freeze") == 1
        assert [index for index, call in enumerate(calls) if call == "all"] == [120, 240]
        assert calls.count((1,)) == 238
    finally:
        collector.stop()
        if not was_enabled:
            gc.disable()
    assert not collector._timer.isActive()
    del parent


def test_few_new_objects_are_left_alone(qtbot: QtBot, calls: list[object], monkeypatch) -> None:
    was_enabled = gc.isenabled()
    monkeypatch.setattr(garbage.gc, "get_count", lambda: (700, 9, 9))
    collector = garbage.GarbageCollector(parent := QObject())
    for _ in range(10):
        collector._on_timer_timeout()
    collector.stop()
    if not was_enabled:
        gc.disable()
    assert calls == []
    del parent
