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
