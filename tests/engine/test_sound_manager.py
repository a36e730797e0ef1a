"""The thread that keeps the sound device, with a synth that does what we say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from blender_app.core.errors import AudioError
from blender_app.engine import messages as m
from blender_app.engine import sound_manager
from blender_app.engine.sound_manager import SoundManager

BUSY = "No audio device could be opened"


class Synth:
    """A synth whose device cannot be opened the first few times."""

    failures = 0
    started: list[float] = []  # noqa: RUF012 - each test sets its own
    font = Path("font.sf2")
    frames = 0
    driver: str | None = None

    def __init__(self, *_: object) -> None: ...

    def start(self, _driver: str | None) -> None:
        self.started.append(time.monotonic())
        if len(self.started) <= self.failures:
            raise AudioError(BUSY)
        self.driver = "jack"

    def stop(self) -> None:
        self.driver = None

    def kits(self) -> tuple[Any, ...]:
        return ()

    def sounds(self) -> tuple[Any, ...]:
        return ()

    def close(self) -> None: ...


@pytest.fixture
def keep(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[m.Event]]]:
    """Start a manager that looks every few milliseconds; give what it tells."""
    managers = []
    monkeypatch.setattr(sound_manager, "LiveSynth", Synth)
    monkeypatch.setattr(sound_manager, "WATCH_S", 0.005)
    monkeypatch.setattr(sound_manager, "FIRST_RETRY_S", 0.02)
    monkeypatch.setattr(sound_manager, "STALLED_S", 1e9)

    def start(failures: int, drivers: tuple[str, ...]) -> list[m.Event]:
        events: list[m.Event] = []
        monkeypatch.setattr(Synth, "failures", failures)
        monkeypatch.setattr(Synth, "started", [])
        monkeypatch.setattr(sound_manager, "likely_drivers", lambda: drivers)
        managers.append(SoundManager(lambda _synth: None, events.append))
        managers[-1].start()
        managers[-1].handle(m.SetAudio(True))
        return events

    yield start
    for manager in managers:
        manager.handle(m.Quit())
        manager.join()


def changes(events: list[m.Event]) -> list[tuple[str | None, str | None]]:
    return [(event.driver, event.message) for event in list(events) if isinstance(event, m.AudioChanged)]


def test_a_device_that_cannot_be_opened_yet_is_tried_again(keep: Callable[..., list[m.Event]]) -> None:
    events = keep(3, ("jack",))
    end_s = time.monotonic() + 40
    while ("jack", None) not in changes(events) and time.monotonic() < end_s:
        time.sleep(0.005)
    assert changes(events) == [(None, BUSY)] * 3 + [("jack", None)]
    pauses = [after - before for before, after in zip(Synth.started[:-1], Synth.started[1:], strict=True)]
    for pause_s, least_s in zip(pauses, (0.02, 0.04, 0.08), strict=True):
        assert pause_s >= least_s * 0.9


def test_where_there_is_no_device_nothing_is_tried_again(keep: Callable[..., list[m.Event]]) -> None:
    events = keep(1, ())
    end_s = time.monotonic() + 40
    while not changes(events) and time.monotonic() < end_s:
        time.sleep(0.005)
    time.sleep(0.3)  # as long as ten retries would take
    assert changes(events) == [(None, BUSY)]
