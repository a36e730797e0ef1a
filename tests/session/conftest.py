"""Doubles for clock and model, and a controller made of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.errors import ModelError
from blender_app.core.melody import MelodyLoop
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.core.time import DEFAULT_STEPS
from blender_app.session.controller import Controller
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.document import Document
from blender_app.session.edits.band import BandEdits
from blender_app.session.edits.clips import ClipEdits
from blender_app.session.edits.corners import CornerEdits
from blender_app.session.edits.morph import MorphEdits
from blender_app.session.edits.place import PlaceEdits
from blender_app.session.edits.tracks import TrackEdits
from blender_app.session.engine_link import Engine
from blender_app.session.messages import Messages
from blender_app.session.requests import Request
from blender_app.session.session import Loop, default_corners
from blender_app.session.settings import Settings


def transposed(loop: MelodyLoop, semitones: int) -> MelodyLoop:
    """Return a melody so many semitones higher, within MIDI's range."""
    higher = np.where(loop.events >= 0, loop.events + semitones, loop.events)
    return replace(loop, events=higher.astype(np.int16))


class FakeClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def given(constraints: DecodeConstraints) -> dict[str, object]:
    """Return what a model was asked to keep to, by its name."""
    names = ("allowed", "user_edited", "register")
    values = {name: getattr(constraints, name) for name in names}
    return {
        name: value
        for name, value in values.items()
        if value is not None and not (name == "user_edited" and value == ())
    }


class FakePalette(CrossfadePalette):
    """A palette that says by how well it holds its corners that it was refined."""

    def __init__(self, corners: Sequence[Loop], refine: bool) -> None:
        super().__init__(corners)
        self.refined = refine
        self.accuracy = ((1.0,) if refine else (0.9,)) * len(corners)


class FakeMorph(FakePalette):
    """A way between two loops."""

    def at(self, positions: NDArray[np.float64]) -> list[Loop]:
        return super().at(np.stack([positions, np.zeros(len(positions))], axis=-1))


class FakeModel:
    """Cross-fades; remembers what it was asked."""

    name, hash, steps = "drums-2bar", "f00d", 32

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[Loop, ...], bool]] = []
        self.locks: list[dict[str, object]] = []
        self.wanders: list[float] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.refine_gate = threading.Event()
        self.refine_gate.set()
        self.refining = threading.Event()

    def make_palette(
        self,
        corners: Sequence[Loop],
        refine: bool,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> FakePalette:
        if max(loop.steps for loop in corners) > 32:
            raise ModelError("too long")
        self.wanders.append(wander)
        self._ask(tuple(corners), refine, given(constraints))
        return FakePalette(corners, refine)

    def make_morph(
        self,
        a: Loop,
        b: Loop,
        refine: bool,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> FakeMorph:
        self.wanders.append(wander)
        self._ask((a, b), refine, given(constraints))
        return FakeMorph((a, b), refine)

    def _ask(self, loops: tuple[Loop, ...], refine: bool, lock: dict[str, object]) -> None:
        self.locks.append(lock)  # first: tests count what was asked, from another thread
        self.asked.append((loops, refine))
        self.entered.set()
        assert self.gate.wait(60)
        if refine:
            self.refining.set()
            assert self.refine_gate.wait(60)

    def sample_loops(
        self,
        n: int,
        temperature: float | None = None,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> list[Loop]:
        return [random_loop(seed or 0)] * n

    def vary(
        self, loop: Loop, amount: float, seed: int, constraints: DecodeConstraints = NO_CONSTRAINTS
    ) -> Loop:
        return loop.with_hit(seed % DEFAULT_STEPS, 7, 1 + round(100 * amount))


class FakeMelodyModel(FakeModel):
    """The same for melodies."""

    name, hash = "melody-2bar", "cafe"

    def sample_loops(
        self,
        n: int,
        temperature: float | None = None,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> list[Loop]:
        self.locks.append(given(constraints))
        return [random_melody(seed or 0)] * n

    def vary(
        self, loop: Loop, amount: float, seed: int, constraints: DecodeConstraints = NO_CONSTRAINTS
    ) -> Loop:
        self.locks.append(given(constraints))
        return transposed(loop, 1 + seed % 11)


class FakeStored:
    """A stored palette that answers with one recognisable loop."""

    def __init__(self, corners: Sequence[Loop]) -> None:
        self.corners = corners
        self.loop = DrumLoop.empty().with_hit(5, 5, 55)

    def cells(self, rows: int, cols: int) -> list[list[Loop]]:
        return [[self.loop] * cols for _ in range(rows)]

    def at(self, points: NDArray[np.float64]) -> list[Loop]:
        return [self.loop] * len(points)


def random_loop(seed: int) -> DrumLoop:
    """Return a loop of arbitrary hits."""
    generator = np.random.default_rng(seed)
    shape = (DEFAULT_STEPS, VOICE_COUNT)
    hits = generator.random(shape) < 0.2
    return DrumLoop(hits, generator.integers(1, 128, shape), generator.uniform(-0.5, 0.5, shape))


def random_melody(seed: int, low: int = 50, high: int = 80) -> MelodyLoop:
    """Return a melody of arbitrary notes and rests."""
    generator = np.random.default_rng(seed)
    events = generator.integers(low, high, DEFAULT_STEPS)
    events = np.where(generator.random(DEFAULT_STEPS) < 0.6, -2, events)
    return MelodyLoop.from_events(np.where(generator.random(DEFAULT_STEPS) < 0.15, -1, events))


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that stands at 100 s."""
    return FakeClock()


@pytest.fixture
def engine(recording_engine: Callable[..., Engine], clock: FakeClock) -> Engine:
    """Return an engine that only records."""
    return recording_engine(clock)


@pytest.fixture
def model() -> FakeModel:
    """Return a drum model that cross-fades."""
    return FakeModel()


@pytest.fixture
def melody_model() -> FakeMelodyModel:
    """Return a melody model that cross-fades."""
    return FakeMelodyModel()


@pytest.fixture
def load_model(model: FakeModel, melody_model: FakeMelodyModel) -> Callable[[str], FakeModel]:
    """Return the function that gives the models by their names."""
    models = {each.name: each for each in (model, melody_model)}
    return models.__getitem__


@pytest.fixture
def loop_of() -> Callable[[int], DrumLoop]:
    """Return the function that makes an arbitrary loop of a seed."""
    return random_loop


class FakeWorker(QObject):
    """A worker that only remembers what it is asked; a test emits its answers."""

    paletteReady = Signal(object)
    loopReady = Signal(object)
    pathReady = Signal(object)
    cornerReady = Signal(object)
    modelReady = Signal(str, str)
    modelFailed = Signal(str, str)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self.life: list[str] = []
        self.retried: list[set[str]] = []

    def retry(self, names: Iterable[str]) -> None:
        self.retried.append(set(names))

    def request(self, request: Request) -> None:
        self.requests.append(request)

    def start(self) -> None:
        self.life.append("start")

    def close(self) -> bool:
        self.life.append("close")
        return True


@pytest.fixture
def worker() -> FakeWorker:
    """Return a worker that does nothing."""
    return FakeWorker()


@pytest.fixture
def said(editor: Editor) -> list[tuple[str, str]]:
    """Return the list of what the musician is told: levels and texts."""
    told: list[tuple[str, str]] = []
    editor.messages.messageShown.connect(lambda level, text: told.append((level, text)))
    return told


class Editor:
    """A document and its edits, without an engine, models or files."""

    def __init__(self, clock: Callable[[], float] = lambda: 0.0) -> None:
        self.messages = Messages()
        self.document = Document(clock=clock)
        self.band = BandEdits(self.document, clock)
        self.tracks = TrackEdits(self.document, self.messages)
        self.place = PlaceEdits(self.document)
        self.corners = CornerEdits(self.document, self.messages)
        self.morph = MorphEdits(self.document)
        self.clips = ClipEdits(self.document)


@pytest.fixture(scope="session")
def make_editor() -> type[Editor]:
    """Return what makes a document with its edits."""
    return Editor


@pytest.fixture
def editor(clock: FakeClock) -> Editor:
    """Return a new document with its edits."""
    return Editor(clock)


MakeController = Callable[..., Controller]


@pytest.fixture
def make_controller(
    qtbot: QtBot,
    engine: Engine,
    load_model: Callable[[str], FakeModel],
    clock: FakeClock,
    tmp_path: Path,
) -> Iterator[MakeController]:
    """Return a function that makes controllers; all are closed in the end."""
    made: list[Controller] = []

    def make(**changes: object) -> Controller:
        arguments: dict[str, object] = {
            "make_engine": lambda: engine,
            "load_model": load_model,
            "load_stored": lambda _kind: None,
            "settings": Settings(tmp_path / "settings.ini"),
            "state_folder": tmp_path / "state",
            "clock": clock,
        }
        controller = Controller(**{**arguments, **changes})  # type: ignore[arg-type]
        made.append(controller)
        return controller

    yield make
    for controller in made:
        controller.close()


@pytest.fixture
def controller(make_controller: MakeController, qtbot: QtBot) -> Controller:
    """Return a started controller whose refined palettes sound."""
    controller = make_controller()
    controller.start()
    names = controller.document.session.track_names
    qtbot.waitUntil(lambda: all(controller.palettes.accuracy_of(name) == (1.0,) * 4 for name in names))
    qtbot.waitUntil(lambda: all(controller.playback.sounding_of(name).to_notes() for name in names))
    return controller


@pytest.fixture
def stored() -> FakeStored:
    """Return a stored palette of the default corners."""
    return FakeStored(default_corners())
