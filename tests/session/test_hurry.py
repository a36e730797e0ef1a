"""Whatever is done in a hurry: in the end what sounds is what the session says."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from blender_app.core.presets import PRESETS
from blender_app.engine.messages import ChangeAt, SetPattern
from blender_app.session.controller import Controller
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.document import DrawnPath
from blender_app.session.path import PathPlan


def hurry(controller: Controller, dice: random.Random) -> None:
    """Do one thing of those that a musician does."""
    x, y = dice.random(), dice.random()
    corner = dice.randrange(4)
    dice.choice(
        [
            lambda: controller.move_puck(x, y),
            lambda: controller.move_puck(y, x),
            lambda: controller.paint_hit(corner, dice.randrange(32), dice.randrange(9), dice.randrange(128)),
            lambda: controller.use_preset(corner, dice.choice(PRESETS)),
            lambda: controller.set_path(DrawnPath(((x, y), (y, x)), bars=dice.randint(1, 3), playing=True)),
            lambda: controller.play_path(dice.random() < 0.5),
            lambda: controller.set_grid(dice.randint(3, 9), dice.randint(3, 9)),
            lambda: controller.set_change_at(dice.choice(list(ChangeAt))),
            controller.undo_stack.undo,
            controller.undo_stack.redo,
            controller.toggle_play,
            controller.new_session,
            QCoreApplication.processEvents,
        ]
    )()


def is_settled(controller: Controller, engine) -> bool:
    session = controller.session
    shape = len(controller.cells), len(controller.cells[0])
    if controller.held != (1.0,) * 4 or shape != (session.front_track.rows, session.front_track.cols):
        return False
    palette = CrossfadePalette(session.front_track.corners)
    if controller.cells != palette.cells(session.front_track.rows, session.front_track.cols):
        return False
    sent = engine.sent(SetPattern)[-1].pattern
    if session.front_track.path is None or not session.front_track.path.playing:
        loop = palette.at(np.array([session.front_track.puck]))[0]
        return controller.sounding == loop and sent.notes == loop.to_notes()
    current = controller._playback.current_path
    if current is None or current.plan.path != session.front_track.path:
        return False
    plan = PathPlan(session.front_track.path, current.plan.anchor_step)
    return sent == plan.pattern(sent.serial, palette.at(plan.points()))


@pytest.mark.parametrize("seed", range(6))
def test_in_the_end_all_fits_together(controller: Controller, engine, clock, qtbot: QtBot, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(300):
        clock.now_s += dice.random() * 0.2
        hurry(controller, dice)
    qtbot.waitUntil(lambda: is_settled(controller, engine), timeout=20_000)
