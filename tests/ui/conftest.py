"""A window over a real controller, with an engine that records and a model that cross-fades."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QVariantAnimation
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.core.time import DEFAULT_STEPS
from blender_app.engine import messages as m
from blender_app.session.controller import Controller
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.engine_link import Engine
from blender_app.session.session import Loop
from blender_app.session.settings import Settings
from blender_app.ui.look.theme import Look
from blender_app.ui.roll.piano_roll import PianoRoll
from blender_app.ui.window.main_window import MainWindow

KITS = (m.Kit(128, 0, "Standard"), m.Kit(128, 8, "Room"), m.Kit(128, 25, "TR-808"))
SOUNDS = (m.Kit(0, 4, "Tine Electric"), m.Kit(0, 33, "Finger Bass"), m.Kit(0, 38, "Synth Bass"))
GREETING = (
    m.AudioChanged("null", None, KITS, sounds=SOUNDS),
    m.PortsChanged(("Synth", "Sampler")),
    m.InputsChanged(("Keys",)),
)


def transposed(loop: MelodyLoop, semitones: int) -> MelodyLoop:
    """Return a melody so many semitones higher, within MIDI's range."""
    higher = np.where(loop.events >= 0, loop.events + semitones, loop.events)
    return replace(loop, events=higher.astype(np.int16))


class HeldPalette(CrossfadePalette):
    """A cross-fade that says how well it holds the corners."""

    def __init__(self, corners: Sequence[Loop]) -> None:
        super().__init__(corners)
        self.accuracy = (1.0, 0.9, 1.0, 1.0)[: len(corners)]


class HeldMorph(HeldPalette):
    """The same between two loops."""

    def at(self, positions: NDArray[np.float64]) -> list[Loop]:
        return super().at(np.stack([positions, np.zeros(len(positions))], axis=-1))


def in_key(corners: Sequence[Loop], constraints: DecodeConstraints) -> list[Loop]:
    """Return loops of which a scale lock moves those that were not drawn, as if to another key."""
    if constraints.allowed is None:
        return list(corners)
    pairs = zip(corners, constraints.user_edited, strict=True)
    return [loop if by_hand else transposed(loop, 1) for loop, by_hand in pairs]


class CrossfadeModel:
    """A model whose palettes are cross-fades."""

    name, hash, steps = "fake", "f00d", DEFAULT_STEPS

    def make_palette(
        self,
        corners: Sequence[Loop],
        refine: bool,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> HeldPalette:
        return HeldPalette(in_key(corners, constraints))

    def make_morph(
        self,
        a: Loop,
        b: Loop,
        refine: bool,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> HeldMorph:
        return HeldMorph(in_key((a, b), constraints))

    def sample_loops(
        self,
        n: int,
        temperature: float | None = None,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> list[DrumLoop]:
        generator = np.random.default_rng(seed or 0)
        return [DrumLoop.from_hits(generator.random((DEFAULT_STEPS, VOICE_COUNT)) < 0.2) for _ in range(n)]

    def vary(
        self, loop: DrumLoop, amount: float, seed: int, constraints: DecodeConstraints = NO_CONSTRAINTS
    ) -> DrumLoop:
        return loop.with_hit(seed % DEFAULT_STEPS, 7, 90)


class MelodyModel(CrossfadeModel):
    """The same for melodies."""

    def sample_loops(
        self,
        n: int,
        temperature: float | None = None,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> list[MelodyLoop]:
        generator = np.random.default_rng(seed or 0)
        return [MelodyLoop.from_events(generator.integers(40, 52, DEFAULT_STEPS)) for _ in range(n)]

    def vary(
        self, loop: MelodyLoop, amount: float, seed: int, constraints: DecodeConstraints = NO_CONSTRAINTS
    ) -> MelodyLoop:
        return transposed(loop, 1 + seed % 11)


def load_model(name: str) -> CrossfadeModel:
    """Return the model of a name."""
    return MelodyModel() if name == "melody-2bar" else CrossfadeModel()


@pytest.fixture
def engine(recording_engine: Callable[..., Engine]) -> Engine:
    """Return an engine that only records, and has sounds, ports and an input."""
    return recording_engine(time.monotonic, GREETING)


@pytest.fixture
def controller(qtbot: QtBot, engine: Engine, tmp_path: Path) -> Iterator[Controller]:
    """Return a started controller with a palette that sounds."""
    controller = Controller(
        make_engine=lambda: engine,
        load_model=load_model,
        load_stored=lambda kind: None,
        settings=Settings(tmp_path / "settings.ini"),
        state_folder=tmp_path / "state",
    )
    controller.start()
    names = controller.document.session.track_names
    qtbot.waitUntil(lambda: all(controller.palettes.accuracy_of(name) is not None for name in names))
    qtbot.waitUntil(lambda: controller.playback.sounding.hit_count > 0)
    qtbot.waitUntil(lambda: bool(controller.devices.kits))
    yield controller
    controller.close()


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Look]:
    """Return the default look, without cross-fades; font and palette are put back afterwards."""
    font, palette = QApplication.font(), QApplication.palette()
    look = Look()
    look.set_reduced_motion(True)
    yield look
    QApplication.setFont(font)
    QApplication.setPalette(palette)


@pytest.fixture
def window(qtbot: QtBot, controller: Controller, look: Look) -> Iterator[MainWindow]:
    """Return a shown window of 1280 by 800 that does not ask before closing."""
    window = MainWindow(controller, look, asks_before_closing=False)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    yield window
    window.close()


Drag = Callable[[QWidget, Sequence[QPoint]], None]


@pytest.fixture
def drag() -> Drag:
    """Return a function that presses at the first of some points, moves along them, and lets go."""

    def drag(widget: QWidget, points: Sequence[QPoint]) -> None:
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[0])
        for point in points[1:]:
            QTest.mouseMove(widget, point)
            QApplication.processEvents()
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[-1])

    return drag


class PaintLog(QObject):
    """Collects how many pixels of a widget are painted at a time, once what was to be painted before is."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.areas: list[int] = []
        widget.installEventFilter(self)
        QApplication.processEvents()
        while self.areas:
            self.areas.clear()
            QApplication.processEvents()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(sum(rect.width() * rect.height() for rect in event.region()))
        return False


@pytest.fixture
def paint_log() -> Callable[[QWidget], PaintLog]:
    """Return a function that begins to log what a widget paints."""
    return PaintLog


@pytest.fixture
def wait_for_fade(qtbot: QtBot) -> Callable[[QWidget], None]:
    """Return a function that waits until a widget's cross-fade has come to its end."""

    def wait(widget: QWidget) -> None:
        fade = widget.findChild(QVariantAnimation)
        qtbot.waitUntil(lambda: fade.state() == QVariantAnimation.State.Stopped)

    return wait


class RollHand(PianoRoll):
    """A piano roll with hands on it."""

    PHRASE = ((0, 57, 4), (6, 60, 2), (8, 64, 4), (16, 62, 8))
    """Step, pitch and length of each note that it begins with."""

    @staticmethod
    def loop_of(notes: Sequence[tuple[int, int, int]], velocity: int = 100) -> MelodyLoop:
        """Return a melody of notes: step, pitch and length."""
        return MelodyLoop.from_notes(
            Note(step, pitch, velocity, float(length)) for step, pitch, length in notes
        )

    def phrase(self) -> list[tuple[int, int, int]]:
        """Return step, pitch and length of each note."""
        return [(note.step, note.pitch, int(note.length_steps)) for note in self.model.notes]

    def at(self, step: int, pitch: int, share: float = 0.5) -> QPoint:
        """Return a place in a cell, its middle or `share` of its width."""
        cell = self.roll_geometry().cell_rect(step, pitch)
        return QPointF(cell.left() + cell.width() * share, cell.center().y()).toPoint()

    def stroke(
        self,
        points: Sequence[QPoint],
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        lets_go: bool = True,
    ) -> None:
        """Press at the first of some points, move along them, and let go."""
        QTest.mousePress(self, button, modifiers, points[0])
        for point in points[1:]:
            QTest.mouseMove(self, point)
            QApplication.processEvents()
        if lets_go:
            QTest.mouseRelease(self, button, modifiers, points[-1])

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press keys, one after the other."""
        for key in keys:
            QTest.keyClick(self, key, modifiers)

    def turn(
        self,
        point: QPoint,
        notches: int,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Turn the wheel over a place."""
        where = QPointF(point)
        event = QWheelEvent(
            where,
            self.mapToGlobal(where),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self, event)


class RollTold:
    """What a roll tells, in order."""

    def __init__(self, roll: PianoRoll) -> None:
        self.loops: list[MelodyLoop] = []
        self.texts: list[str] = []
        self.keys: list[str] = []
        self.gestures: list[str] = []
        self.heard: list[tuple[int, int]] = []
        roll.loopEdited.connect(self._take)
        roll.gestureStarted.connect(self.gestures.append)
        roll.gestureEnded.connect(lambda: self.gestures.append("end"))
        roll.notePreviewed.connect(lambda pitch, velocity: self.heard.append((pitch, velocity)))

    def _take(self, loop: MelodyLoop, text: str, key: str) -> None:
        self.loops.append(loop)
        self.texts.append(text)
        self.keys.append(key)


@pytest.fixture
def roll(qtbot: QtBot, look: Look) -> RollHand:
    """Return a shown roll with the phrase, two octaves in sight."""
    roll = RollHand(look)
    qtbot.addWidget(roll)
    roll.resize(840, 460)
    roll.set_loop(roll.loop_of(roll.PHRASE), fit=True)
    roll.show()
    qtbot.waitExposed(roll)
    roll.activateWindow()
    roll.setFocus()
    return roll


@pytest.fixture
def told(roll: RollHand) -> RollTold:
    """Return the list of what the roll tells."""
    return RollTold(roll)


@pytest.fixture
def held_palette() -> type[HeldPalette]:
    """Return the class of cross-fades that say how well they hold their corners."""
    return HeldPalette
