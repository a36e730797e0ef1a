"""Whatever is done in a hurry: in the end what sounds is what the session says."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from blender_app.core.melody_presets import BASS_PRESETS, MELODY_PRESETS
from blender_app.core.presets import PRESETS
from blender_app.engine.messages import ChangeAt, RemoveTrack, SetPattern, SetTrack
from blender_app.session import commands
from blender_app.session.controller import Controller
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.path import PathPlan
from blender_app.session.session import DrawnPath, PuckCoupling, Source, TrackKind

from .conftest import transposed  # noqa: TID252

Loops = {TrackKind.DRUMS: PRESETS, TrackKind.BASS: BASS_PRESETS, TrackKind.MELODY: MELODY_PRESETS}


def hurry(controller: Controller, dice: random.Random) -> None:
    """Do one thing of those that a musician does."""
    x, y = dice.random(), dice.random()
    corner = dice.randrange(4)
    track = dice.choice(controller.document.session.tracks)
    name = track.name
    dice.choice(
        [
            lambda: controller.place.move_puck(x, y, name),
            lambda: controller.place.move_puck(y, x),
            lambda: paint(controller, corner, dice, name),
            lambda: controller.corners.use_preset(corner, dice.choice(Loops[track.kind]), name),
            lambda: controller.place.set_path(
                DrawnPath(((x, y), (y, x)), bars=dice.randint(1, 3), playing=True), track=name
            ),
            lambda: controller.place.play_path(dice.random() < 0.5, name),
            lambda: controller.place.set_grid(dice.randint(3, 9), dice.randint(3, 9), name),
            lambda: controller.band.set_change_at(dice.choice(list(ChangeAt))),
            lambda: controller.place.set_coupling(dice.choice(list(PuckCoupling))),
            lambda: controller.tracks.set_front(name),
            lambda: controller.morph.set_source(dice.choice(list(Source)), name),
            lambda: mix(controller, dice, name),
            lambda: controller.document.set_track_parameter("octave", dice.randint(-3, 3), name),
            lambda: controller.tracks.add(dice.choice(list(TrackKind))),
            lambda: controller.tracks.remove(name),
            controller.document.undo_stack.undo,
            controller.document.undo_stack.undo,
            controller.document.undo_stack.redo,
            controller.playback.toggle_play,
            controller.files.new,
            QCoreApplication.processEvents,
            QCoreApplication.processEvents,
        ]
    )()


def paint(controller: Controller, corner: int, dice: random.Random, name: str) -> None:
    track = controller.document.session.track(name)
    if track.kind.is_melodic:
        controller.corners.set_notes(
            corner, transposed(track.corners[corner], dice.randint(-5, 5)), track=name
        )
    else:
        controller.corners.paint_hit(corner, dice.randrange(32), dice.randrange(9), dice.randrange(128), name)


def mix(controller: Controller, dice: random.Random, name: str) -> None:
    morph = controller.document.session.track(name).morph
    if morph is not None:
        changes = dice.choice(
            [
                {"position": dice.random()},
                {"steps": dice.randint(3, 9)},
                {"sweeping": dice.random() < 0.5, "sweep_bars": dice.randint(1, 2)},
                {"ends": morph.ends[::-1]},
            ]
        )
        controller.morph.put(replace(morph, **changes), "Mix", "mix", name)


def is_settled(controller: Controller, engine, name: str) -> bool:
    """Say whether a track shows and plays what its session says."""
    track = controller.document.session.track(name)
    palette = CrossfadePalette(track.corners)
    if controller.palettes.accuracy_of(name) != (1.0,) * 4:
        return False
    if controller.palettes.cells_of(name) != palette.cells(track.rows, track.cols):
        return False
    if track.morph is not None:
        row = CrossfadePalette(track.morph.ends)
        if controller.palettes.morph_loops_of(name) != row.cells(1, track.morph.steps)[0]:
            return False
        palette = row if track.source is Source.MORPH else palette
    patterns = [command.pattern for command in engine.sent(SetPattern) if command.track == name]
    if not patterns:
        return False
    sent = patterns[-1]
    path = track.playing_path
    if path is None:
        loop = palette.at(np.array([track.place]))[0]
        return controller.playback.sounding_of(name) == loop and sent.notes == loop.to_notes()
    current = controller._link.current_path(name)
    if current is None or current.plan.path != path:
        return False
    plan = PathPlan(path, current.plan.anchor_step)
    return sent == plan.pattern(sent.serial, palette.at(plan.points()))


def band_of(engine) -> dict[str, object]:
    """Return the tracks that the engine has, with their settings."""
    band: dict[str, object] = {}
    for command in engine.commands:
        if isinstance(command, SetTrack):
            band[command.settings.track] = command.settings
        elif isinstance(command, RemoveTrack):
            band.pop(command.track, None)
    return band


@pytest.mark.parametrize("seed", range(6))
def test_in_the_end_all_fits_together(controller: Controller, engine, clock, qtbot: QtBot, seed: int) -> None:
    dice = random.Random(seed)
    errors: list[str] = []
    controller.messages.messageShown.connect(
        lambda level, text: errors.append(text) if level == "error" else None
    )
    for _ in range(400):
        clock.now_s += dice.random() * 0.2
        hurry(controller, dice)
    for name in controller.document.session.track_names:
        qtbot.waitUntil(lambda name=name: is_settled(controller, engine, name))
    tracks = controller.document.session.tracks
    assert band_of(engine) == {track.name: commands.settings_of(track) for track in tracks}
    assert errors == []
    assert {target.track for target in controller.palettes._cells} == set(
        controller.document.session.track_names
    )
