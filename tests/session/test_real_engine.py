"""The controller with the engine's real process, without sound."""

from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from blender_app.engine.host import EngineProcess
from blender_app.session.session import DrawnPath, Session


def test_puck_path_and_crash_with_the_real_engine(make_controller, qtbot: QtBot) -> None:
    engines: list[EngineProcess] = []

    def make_engine() -> EngineProcess:
        engines.append(EngineProcess())
        return engines[-1]

    controller = make_controller(
        make_engine=make_engine,
        session=Session(audio_enabled=False, tempo_bpm=300.0),
        clock=time.monotonic,
    )
    messages: list[tuple[str, str]] = []
    controller.messages.messageShown.connect(lambda level, text: messages.append((level, text)))
    controller.start()
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    assert controller.playback.timeline is not None
    assert controller.playback.timeline.tempo_bpm == 300.0
    controller.place.move_puck(1.0, 0.0)
    corner = controller.document.session.front_track.corners[1]
    qtbot.waitUntil(lambda: controller.playback.sounding == corner and controller.playback.waiting is None)

    for track in controller.document.session.tracks[1:]:
        controller.place.move_puck(0.0, 1.0, track.name)
        qtbot.waitUntil(
            lambda track=track: (
                controller.playback.sounding_of(track.name) == track.corners[2]
                and controller.playback.waiting_of(track.name) is None
            ),
        )

    controller.place.set_path(DrawnPath(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), bars=1))
    controller.place.play_path(True)
    qtbot.waitUntil(lambda: controller._link.sounding_path("drums") is not None)
    seen = set()
    controller.playback.soundingChanged.connect(lambda: seen.add(controller.playback.sounding))
    qtbot.waitUntil(lambda: len(seen) > 4)

    engines[0]._process.kill()
    qtbot.waitUntil(lambda: len(engines) == 2 and controller.playback.playing)
    assert any("started again" in text for _, text in messages)
    qtbot.waitUntil(lambda: controller._link.sounding_path("drums") is not None)
    controller.playback.stop()
    qtbot.waitUntil(lambda: not controller.playback.playing)
    controller.close()
    assert not engines[0].alive
    assert not engines[1].alive
