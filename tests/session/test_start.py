"""What a running program is made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from blender_app.core.errors import FileError
from blender_app.engine.host import EngineProcess
from blender_app.session import start
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.requests import DecodeTarget, PaletteRequest, Space
from blender_app.session.session import TrackKind, default_corners
from blender_app.session.worker import DecodeWorker


def test_a_running_program_has_the_real_engine_and_the_users_folders(own_folders: Path, qtbot: QtBot) -> None:
    controller = start.make_controller()
    assert isinstance(controller._link._make_engine(), EngineProcess)
    assert own_folders in start.state_folder().parents
    controller.close()


def test_the_shipped_palette_answers_for_the_default_corners(qtbot: QtBot) -> None:
    stored = start.load_stored_palette("drums")
    worker = DecodeWorker(_no_model, lambda _kind: stored)
    worker.start()
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(_request(33))
    assert told.args[0].cells == stored.cells(33, 33)
    assert worker.close()
    for corner, loop in zip(default_corners(), stored.corners, strict=True):
        assert np.array_equal(corner.hits, loop.hits)


def test_the_shipped_palette_does_not_answer_for_another_wander(qtbot: QtBot) -> None:
    stored = start.load_stored_palette("drums")
    worker = DecodeWorker(_no_model, lambda _kind: stored)
    worker.start()
    usual = _request(11)
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(replace(usual, space=replace(usual.space, wander=0.75)))
    assert told.args[0].cells == CrossfadePalette(default_corners()).cells(11, 11) != stored.cells(11, 11)
    assert worker.close()


def test_without_the_shipped_palette_corners_are_cross_faded(qtbot: QtBot) -> None:
    def missing(_kind: str) -> None:
        raise OSError("bad zip file")

    worker = DecodeWorker(_no_model, missing)
    worker.start()
    with qtbot.waitSignal(worker.paletteReady) as told:
        worker.request(_request(3))
    cells = told.args[0].cells
    assert (cells[0][0], cells[0][2], cells[2][0], cells[2][2]) == default_corners()
    assert worker.close()


def _request(size: int) -> PaletteRequest:
    return PaletteRequest(
        DecodeTarget("drums"), Space(TrackKind.DRUMS, "drums-2bar", default_corners()), size, size
    )


def _no_model(_name: str) -> None:
    raise FileError("no model in this test")
