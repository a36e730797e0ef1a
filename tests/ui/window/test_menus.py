"""Menus are filled when they open, with what holds then; nothing is made for a menu that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from blender_app.core.melody_presets import BASS_PRESETS, MELODY_PRESETS
from blender_app.core.presets import PRESETS
from blender_app.session.session import Source
from blender_app.ui.window.main_window import MainWindow


class ActionLog(QObject):
    """Counts the actions that are added to any widget, and those that are taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.added = self.removed = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.added += event.type() == QEvent.Type.ActionAdded
        self.removed += event.type() == QEvent.Type.ActionRemoved
        return False


@pytest.fixture
def made(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Return a window that has made all its parts."""
    qtbot.waitUntil(lambda: window.deferred_parts.done)
    return window


@pytest.fixture
def log(made: MainWindow, qapp: QApplication) -> Iterator[ActionLog]:
    """Return a log of what is added to menus from now on."""
    log = ActionLog()
    qapp.installEventFilter(log)
    yield log
    qapp.removeEventFilter(log)


def texts_of(menu: QMenu) -> list[str]:
    """Return the texts of a menu, opened and closed again."""
    menu.popup(menu.pos())
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.close()
    return texts


def paint(window: MainWindow) -> None:
    """Paint a hit into what is edited, and a note into the front's first corner if it is a melody."""
    before = window.controller.document.undo_stack.index()
    window.parts.editor.step_grid.hitPainted.emit(5, 3, 90)
    assert window.controller.document.undo_stack.index() == before + 1


def test_the_log_notices_a_menu_that_is_filled(made: MainWindow, log: ActionLog) -> None:
    assert texts_of(made.parts.editor.presets_menu) == [preset.name for preset in PRESETS]
    assert log.added == len(PRESETS)


@pytest.mark.parametrize("source", list(Source))
def test_a_painted_hit_fills_no_menu(made: MainWindow, log: ActionLog, qtbot: QtBot, source: Source) -> None:
    controller = made.controller
    controller.morph.set_source(source)
    if source is Source.MORPH:
        qtbot.waitUntil(lambda: bool(controller.palettes.morph_loops_of("drums")))
    log.added = log.removed = 0
    actions = len(made.findChildren(QAction))
    paint(made)
    qtbot.wait(50)
    assert (log.added, log.removed) == (0, 0)
    assert len(made.findChildren(QAction)) == actions


def test_another_track_in_front_fills_no_menu(made: MainWindow, log: ActionLog) -> None:
    for name in ("melody", "bass", "drums"):
        made.controller.tracks.set_front(name)
    assert (log.added, log.removed) == (0, 0)


def test_an_opened_menu_offers_the_corners_of_now(made: MainWindow) -> None:
    controller, card = made.controller, made.morph.panel.cards[0]
    assert f"Corner 3  {controller.document.session.front_track.corner_names[2]}" in texts_of(card.menu)
    controller.corners.use_preset(2, PRESETS[7])
    texts = texts_of(card.menu)
    assert f"Corner 3  {PRESETS[7].name}" in texts
    assert len([text for text in texts if text.startswith("Corner")]) == 4
    assert texts.count("Import .mid…") == texts.count("Presets") == 1


def test_opened_menus_offer_the_presets_of_the_track_in_front(made: MainWindow) -> None:
    card = made.parts.stage.cards[1]
    for name, presets in (("bass", BASS_PRESETS), ("melody", MELODY_PRESETS), ("drums", PRESETS)):
        made.controller.tracks.set_front(name)
        names = [preset.name for preset in presets]
        texts_of(card.menu)
        assert [action.text() for action in card.presets_menu.actions()] == names
        if name != "drums":
            assert texts_of(made.roll.panel.presets_menu) == names


def test_the_list_of_recent_files_is_that_of_now(made: MainWindow, tmp_path) -> None:
    bar = made.parts.transport
    for name in ("one", "two"):
        made.controller.files.save(str(tmp_path / f"{name}.blend.json"))
        texts_of(bar.menu)
        assert bar.recent_menu.actions()[0].text() == f"{name}.blend.json"
