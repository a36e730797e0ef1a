"""The parts round the engine by themselves; and what all parts of the session have in common."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session import commands
from blender_app.session.controller import Controller
from blender_app.session.devices import Devices
from blender_app.session.document import Document
from blender_app.session.engine_link import EngineLink
from blender_app.session.exchange import Exchange
from blender_app.session.files import load_session, save_session
from blender_app.session.filing import Files
from blender_app.session.palettes import Palettes
from blender_app.session.path import PathPlan
from blender_app.session.playback import Playback
from blender_app.session.requests import (
    DecodeTarget,
    LoopRequest,
    LoopResult,
    PaletteResult,
    PathRequest,
    PathResult,
)
from blender_app.session.session import DrawnPath, Session, Source
from blender_app.session.settings import Settings

DRUMS = DecodeTarget("drums")
LINE = DrawnPath(((0.0, 0.0), (1.0, 1.0)), bars=2, closed=False, playing=True)
PARTS = ("document", "messages", "palettes", "dice", "playback", "devices", "files", "exchange")
EDITS = ("band", "tracks", "place", "corners", "morph", "clips", "lengths")
MOST_METHODS = 40


class Desk:
    """Devices and playback over an engine that records, without a controller."""

    def __init__(self, editor, engine, worker, clock, settings: Settings) -> None:
        self.link = EngineLink(lambda: engine, clock)
        self.palettes = Palettes(editor.document, worker, editor.messages)
        self.devices = Devices(editor.document, self.link, self.palettes, settings, editor.messages, clock)
        self.playback = Playback(editor.document, self.link, worker, self.devices)

    def poll(self) -> None:
        """Take in what the engine said."""
        self.devices._on_poll_timer_timeout()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def desk(editor, engine, worker, clock, settings: Settings) -> Desk:
    desk = Desk(editor, engine, worker, clock, settings)
    yield desk
    desk.devices.close()


def decoded(document: Document) -> PaletteResult:
    """Return an answer to what is wanted of the drums' palette."""
    wanted = commands.palette_request(document.session, document.track("drums"), Source.PALETTE)
    cells = [[wanted.space.anchors[0]] * wanted.cols] * wanted.rows
    return PaletteResult(wanted, cells, (0.5,) * 4, refined=True)


# -- devices ----------------------------------------------------------------------------------------


def test_the_drums_routing_is_remembered_from_edits_only(editor, desk: Desk, settings: Settings) -> None:
    editor.document.begin(Session().with_track(_on_channel(3)))  # another's file
    assert settings.routing == ()
    editor.document.set_track_parameter("gate", 0.5, "bass")
    assert settings.routing == ()
    editor.document.set_track_parameter("channel", 4, "drums")
    assert settings.routing[0] == 4
    editor.document.undo_stack.undo()
    assert settings.routing[0] == 4
    editor.tracks.set_note_map(tuple(range(9)), "drums")
    assert settings.routing == (3, *range(9))
    editor.tracks.remove("drums")
    editor.document.set_track_parameter("channel", 5, "bass")
    assert settings.routing == (3, *range(9))


def _on_channel(channel: int):
    document = Document()
    document.set_track_parameter("channel", channel, "drums")
    return document.session.track("drums")


def test_an_opened_session_keeps_its_own_routing_and_font(editor, desk: Desk, settings, tmp_path) -> None:
    (tmp_path / "mine.sf2").touch()
    settings.remember_font(str(tmp_path / "mine.sf2"))
    settings.remember_port("Synth", own=True)
    settings.remember_routing((2, *range(9)))
    desk.devices.start(opened=True)
    session = editor.document.session
    assert (session.font, session.track("drums").channel) == (None, 9)
    assert (session.midi.port, session.midi.virtual) == ("Synth", True)
    assert editor.document.undo_stack.count() == 0


def test_what_was_chosen_before_the_start_is_told_in_order(editor, engine, desk: Desk) -> None:
    desk.devices.open_input("Keys")
    desk.devices.set_thru("bass")
    desk.playback.set_metronome(True)
    editor.document.apply_values({"midi": editor.document.session.midi})
    desk.devices.start(opened=False)
    assert engine.commands[-3:] == [m.OpenInput("Keys"), m.SetThru("bass"), m.SetMetronome(True)]


def test_an_engine_that_cannot_start_is_told_of(editor, engine, desk: Desk, said, monkeypatch) -> None:
    def fail() -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(engine, "start", fail)
    desk.devices.start(opened=False)
    assert said == [("error", "The sound engine cannot be started: no more processes")]
    assert engine.commands == []


def test_status_follows_models_and_engine(editor, engine, worker, desk: Desk) -> None:
    desk.devices.start(opened=False)
    seen: list[str] = []
    desk.devices.statusChanged.connect(lambda: seen.append(desk.devices.status.model))
    worker.modelReady.emit("drums-2bar", "f00d")
    assert seen == ["melody-2bar"]
    engine.events.append(m.Stats(3, 0.004, 0.07))
    desk.poll()
    assert desk.devices.status.late_events == 3


# -- playback ---------------------------------------------------------------------------------------


def test_a_loop_that_comes_is_played_unless_its_track_sounds_otherwise(
    editor, engine, worker, desk: Desk, loop_of
) -> None:
    desk.devices.start(opened=False)
    request = LoopRequest(DRUMS, (0.5, 0.5), m.ChangeAt.BAR)
    worker.loopReady.emit(LoopResult(request, loop_of(1)))
    assert [command.change_at for command in engine.sent(m.SetPattern)] == [m.ChangeAt.BAR]
    desk.poll()
    assert desk.playback.sounding == loop_of(1)
    editor.place.set_path(LINE)
    worker.loopReady.emit(LoopResult(request, loop_of(2)))
    worker.loopReady.emit(LoopResult(LoopRequest(DecodeTarget("drums", Source.MORPH), (0, 0)), loop_of(3)))
    worker.loopReady.emit(LoopResult(LoopRequest(DecodeTarget("gong"), (0, 0)), loop_of(4)))
    assert len(engine.sent(m.SetPattern)) == 1


def test_only_a_track_that_has_moved_asks_for_a_sound(editor, worker, desk: Desk) -> None:
    desk.devices.start(opened=False)
    before = editor.document.track()
    desk.playback.follow_track(None, before)  # a new one waits for its palette
    editor.document.set_track_parameter("pan", 0.5)
    desk.playback.follow_track(before, editor.document.track())
    assert worker.requests == []
    editor.band.set_change_at(m.ChangeAt.BAR)
    editor.place.move_puck(0.25, 0.75)
    desk.playback.follow_track(before, editor.document.track())
    editor.place.set_path(LINE)
    desk.playback.follow_track(before, editor.document.track())
    assert worker.requests == [
        LoopRequest(DRUMS, (0.25, 0.75), m.ChangeAt.BAR),
        PathRequest(DRUMS, PathPlan(LINE), m.ChangeAt.BAR),
    ]


def test_a_new_palette_is_heard_at_once_but_what_waits_still_waits(
    editor, engine, worker, desk: Desk, loop_of
) -> None:
    desk.devices.start(opened=False)
    editor.band.set_change_at(m.ChangeAt.LOOP)
    place = editor.document.track().puck
    worker.loopReady.emit(LoopResult(LoopRequest(DRUMS, place, m.ChangeAt.LOOP), loop_of(1)))
    worker.paletteReady.emit(decoded(editor.document))
    assert worker.requests.pop() == LoopRequest(DRUMS, place, m.ChangeAt.STEP)
    engine.events.append(m.TransportChanged(True, Timeline(100.0, 0.0, 120.0)))
    engine.starts_patterns = False
    desk.playback.play()
    desk.poll()
    worker.loopReady.emit(LoopResult(LoopRequest(DRUMS, place, m.ChangeAt.LOOP), loop_of(2)))
    worker.paletteReady.emit(decoded(editor.document))
    assert worker.requests.pop() == LoopRequest(DRUMS, place, m.ChangeAt.LOOP)


def test_a_track_that_has_gone_and_came_back_begins_on_the_boundary(
    editor, engine, worker, desk: Desk, loop_of
) -> None:
    desk.devices.start(opened=False)
    editor.band.set_change_at(m.ChangeAt.LOOP)
    place = editor.document.track().puck
    worker.loopReady.emit(LoopResult(LoopRequest(DRUMS, place, m.ChangeAt.LOOP), loop_of(1)))
    desk.playback.forget("drums")
    assert engine.commands[-1] == m.RemoveTrack("drums")
    worker.paletteReady.emit(decoded(editor.document))
    assert worker.requests == [LoopRequest(DRUMS, place, m.ChangeAt.LOOP)]


def test_a_restarted_engine_gets_sounds_and_goes_on(editor, engine, worker, desk: Desk, said, clock) -> None:
    desk.devices.start(opened=False)
    desk.playback.play()
    desk.poll()
    told: list[str] = []
    desk.playback.transportChanged.connect(lambda: told.append("transport"))
    engine.alive = False
    desk.poll()
    assert [request.target.track for request in worker.requests] == ["drums", "bass", "melody"]
    assert engine.commands[-1] == m.Play()
    desk.poll()
    engine.alive = False
    desk.poll()
    assert [level for level, _ in said] == ["warning", "error"]
    assert not desk.playback.playing
    assert len(told) == 3  # it ended, it plays again, it ended for good
    desk.playback.play()
    assert engine.alive


# -- files ------------------------------------------------------------------------------------------


def test_files_need_a_document_only(editor, settings: Settings, tmp_path: Path, said) -> None:
    files = Files(editor.document, settings, tmp_path / "state", editor.messages, lambda: {"drums": "f00d"})
    begun: list[str] = []
    files.begun.connect(lambda: begun.append(files.title))
    editor.document.set_parameter("tempo_bpm", 66)
    assert (files.title, files.modified) == ("Untitled", True)
    assert files.save(tmp_path / "song")
    assert load_session(tmp_path / "song.blend.json").models == (("drums", "f00d"),)
    assert (files.title, files.modified) == ("song", False)
    save_session(tmp_path / "other.blend.json", Session(tempo_bpm=99.0))
    assert files.open(tmp_path / "other.blend.json")
    assert not files.open(tmp_path / "nowhere.blend.json")
    files.new()
    assert begun == ["other", "Untitled"]
    assert [level for level, _ in said] == ["error"]
    editor.document.set_parameter("tempo_bpm", 67)
    files.close()
    assert list((tmp_path / "state").glob("unsaved-*.json")) == []


def test_a_path_that_was_to_be_written_is_not_played(
    editor, engine, worker, desk: Desk, tmp_path: Path, loop_of, said
) -> None:
    exchange = Exchange(
        editor.document, desk.palettes, desk.playback, worker, editor.corners, editor.messages
    )
    desk.devices.start(opened=False)
    assert not exchange.export_path(tmp_path / "path.mid")
    editor.place.set_path(LINE)
    assert exchange.export_path(tmp_path / "path.mid")
    request = worker.requests[-1]
    assert request.file == tmp_path / "path.mid"
    loops = tuple(loop_of(seed) for seed in range(len(request.plan.points())))
    worker.pathReady.emit(PathResult(request, loops))
    assert (tmp_path / "path.mid").is_file()
    assert engine.sent(m.SetPattern) == []
    assert said[-1] == ("info", "path.mid is written.")
    exchange.close()


# -- what all have in common ------------------------------------------------------------------------


def test_the_controller_only_wires(make_controller, qtbot: QtBot) -> None:
    controller = make_controller()
    public = {name for name in vars(controller).keys() - vars(QObject()).keys() if not name.startswith("_")}
    assert public == {*PARTS, *EDITS, "settings"}
    assert {name for name in vars(Controller) if not name.startswith("_")} <= {
        "start",
        "close",
        "staticMetaObject",
    }


@pytest.fixture(scope="module")
def trees(repository: Path) -> dict[str, ast.Module]:
    """Return the session's modules as they are written."""
    files = sorted((repository / "blender_app" / "session").rglob("*.py"))
    return {file.stem: ast.parse(file.read_text(encoding="utf-8")) for file in files}


def test_classes_stay_small_and_close_to_the_ground(trees: dict[str, ast.Module]) -> None:
    classes = {
        node.name: node
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    for name, node in classes.items():
        public = [
            item
            for item in node.body
            if (isinstance(item, ast.FunctionDef) and not item.name.startswith("_"))
            or (isinstance(item, ast.Assign) and ast.unparse(item.value).startswith("Signal("))
        ]
        assert len(public) <= MOST_METHODS, name
        bases = [ast.unparse(base) for base in node.bases]
        grandparents = [
            ast.unparse(base) for each in bases if each in classes for base in classes[each].bases
        ]
        assert not set(grandparents) & classes.keys(), name


def test_no_object_writes_anothers_fields(trees: dict[str, ast.Module]) -> None:
    written = [
        f"{module}: {ast.unparse(node)}"
        for module, tree in trees.items()
        if module != "preload"  # which sets what C's functions take
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and ast.unparse(node.value) != "self"
    ]
    assert set(written) <= {"recording: played.end"}  # of its own notes
