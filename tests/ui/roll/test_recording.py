"""Recording in the window over a real controller, when something comes between."""

from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.ui.window.main_window import MainWindow


def test_a_recording_ends_where_it_was_begun_when_another_track_comes_to_the_front(
    window: MainWindow, engine, qtbot: QtBot
) -> None:
    controller = window.controller
    controller.tracks.set_front("melody")
    melody, bass = (controller.document.session.track(name).corners for name in ("melody", "bass"))
    window.roll.panel.recordAsked.emit(1, False)
    qtbot.waitUntil(lambda: window.recording._recorder is not None)
    timeline = Timeline(time.monotonic() - 5.0, 0.0, 20.0)
    engine.events.append(m.TransportChanged(True, timeline))
    qtbot.waitUntil(lambda: controller.playback.timeline == timeline)
    received: list[int] = []
    controller.devices.noteReceived.connect(lambda pitch, _velocity, _time_s: received.append(pitch))
    engine.events.append(m.NoteReceived(62, 90, timeline.anchor_s))
    qtbot.waitUntil(lambda: received == [62])
    controller.tracks.set_front("bass")
    assert not window.recording.records
    assert controller.document.session.track("melody").corners != melody
    engine.events.append(m.NoteReceived(40, 90, timeline.anchor_s + 1.0))
    qtbot.waitUntil(lambda: received == [62, 40])
    assert controller.document.session.track("bass").corners == bass
