"""The controller with the engine's real process, without sound."""

from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from blender_app.engine.host import EngineProcess
from blender_app.session.document import DrawnPath, Session


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
    controller.messageShown.connect(lambda level, text: messages.append((level, text)))
    controller.start()
    controller.play()
    qtbot.waitUntil(lambda: controller.playing)
    assert controller.timeline is not None
    assert controller.timeline.tempo_bpm == 300.0
    controller.move_puck(1.0, 0.0)
    corner = controller.session.front_track.corners[1]
    qtbot.waitUntil(lambda: controller.sounding == corner and controller.waiting is None)

    for track in controller.session.tracks[1:]:
        controller.move_puck(0.0, 1.0, track.name)
        qtbot.waitUntil(
            lambda track=track: (
                controller.sounding_of(track.name) == track.corners[2]
                and controller.waiting_of(track.name) is None
            ),
        )

    controller.set_path(DrawnPath(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), bars=1))
    controller.play_path(True)
    qtbot.waitUntil(lambda: controller._playback.sounding_path("drums") is not None)
    seen = set()
    controller.soundingChanged.connect(lambda: seen.add(controller.sounding))
    qtbot.waitUntil(lambda: len(seen) > 4)

    engines[0]._process.kill()
    qtbot.waitUntil(lambda: len(engines) == 2 and controller.playing)
    assert any("started again" in text for _, text in messages)
    qtbot.waitUntil(lambda: controller._playback.sounding_path("drums") is not None)
    controller.stop()
    qtbot.waitUntil(lambda: not controller.playing)
    controller.close()
    assert not engines[0].alive
    assert not engines[1].alive
