"""Loops to and from files by themselves: what is written, under which name, and what is said."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.session import export
from blender_app.session.exchange import Exchange
from blender_app.session.path import PathPlan
from blender_app.session.played import PlayedLoop, PlayedPath
from blender_app.session.requests import DecodeTarget, PathRequest, PathResult
from blender_app.session.session import DrawnPath, Source, TrackKind

DRUMS = DecodeTarget("drums")
LOOP = DrumLoop.empty().with_hit(0, 0, 100)
TUNE = MelodyLoop.from_notes([Note(0, 60, 100, 4.0)])
LINE = DrawnPath(((0.0, 0.0), (1.0, 1.0)), bars=3)


class Heard:
    """Stands for palettes and playback: what is decoded and what sounds."""

    def __init__(self) -> None:
        self.cells = [[LOOP.with_hit(4 * row + col, 1, 90) for col in range(3)] for row in range(3)]
        self.patterns: dict[str, object] = {}

    def cells_of(self, track: str) -> list[list[DrumLoop]]:
        return self.cells

    def sounding_of(self, track: str) -> DrumLoop:
        return LOOP

    def pattern_from_start(self, track: str) -> object:
        return self.patterns.get(track)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def exchange(editor, worker, heard: Heard):
    exchange = Exchange(editor.document, heard, heard, worker, editor.corners, editor.messages)
    yield exchange
    exchange.close()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, export.Music]]:
    """Return the list of what is written, and to which files; nothing is."""
    files: list[tuple[Path, export.Music]] = []
    monkeypatch.setattr(export, "export_music", lambda path, music, _session: files.append((path, music)))
    return files


def section(written: list[tuple[Path, export.Music]]):
    """Return the track and the first section of what was written last."""
    track, sections = written[-1][1].tracks[0]
    return track, sections[0]


def test_a_cell_is_named_by_its_place_and_what_sounds_by_the_pucks(exchange, editor, heard, written) -> None:
    editor.place.move_puck(0.25, 0.5)
    for cell in ((None, None), (1, None), (None, 1)):
        assert exchange.export_cell("a.mid", *cell)
        track, part = section(written)
        assert (track.name, part.name, part.notes) == ("drums", "column 0.25, row 0.50", LOOP.to_notes())
    assert exchange.export_cell("a.mid", 1, 2)
    _, part = section(written)
    assert (part.name, part.notes) == ("row 2, column 3", heard.cells[1][2].to_notes())
    assert exchange.export_cell("a.mid", 0, 0)
    assert section(written)[1].name == "row 1, column 1"


def test_a_grid_is_all_cells(exchange, written) -> None:
    assert exchange.export_grid("grid.mid")
    ((_, sections),) = written[-1][1].tracks
    assert len(sections) == 9
    assert not written[-1][1].seamless


def test_a_loop_is_written_with_the_sound_of_its_kind(exchange, editor, written) -> None:
    editor.tracks.add(TrackKind.MELODY)
    assert exchange.export_loop("dir/my loop.mid", TUNE, TrackKind.MELODY)
    track, part = section(written)
    assert (track.name, part.name, part.length_steps) == ("melody 2", "my loop", 32)  # it is in front
    assert exchange.export_loop("a.mid", TUNE, TrackKind.BASS)
    assert section(written)[0].name == "bass"
    editor.document.set_track_parameter("octave", 2, "bass")
    editor.tracks.remove("bass")
    assert exchange.write_loop("a.txt", TUNE, TrackKind.BASS)
    assert (section(written)[0].octave, written[-1][0]) == (0, Path("a.mid"))


def test_the_band_is_as_long_as_its_longest_pattern(exchange, editor, heard, written, said) -> None:
    editor.tracks.remove("melody")
    heard.patterns["drums"] = PlayedLoop(LOOP).pattern(0)
    assert not exchange.export_band("band.mid")
    assert said == [("warning", "Nothing was exported: bass is not ready yet.")]
    assert written == []
    loops = (TUNE,) * 48
    heard.patterns["bass"] = PlayedPath(PathPlan(LINE), loops).pattern(0)
    assert exchange.export_band("band.mid")
    music = written[-1][1]
    assert [(track.name, parts[0].length_steps) for track, parts in music.tracks] == [
        ("drums", 96),
        ("bass", 96),
    ]
    assert music.mixed


def test_a_path_is_asked_for_as_it_is_drawn_and_a_sweep_though_it_stands(
    exchange, editor, worker, said
) -> None:
    assert not exchange.export_path("path.mid")
    assert said == [("warning", "There is no path to export: draw one on the palette.")]
    editor.place.set_path(LINE)
    assert exchange.export_path("path.mid")
    assert worker.requests[-1] == PathRequest(DRUMS, PathPlan(LINE), file=Path("path.mid"))
    editor.morph.set_source(Source.MORPH)
    assert exchange.export_path("sweep.mid")
    sweep = replace(editor.document.track().morph, sweeping=True).sweep
    target = DecodeTarget("drums", Source.MORPH)
    assert worker.requests[-1] == PathRequest(target, PathPlan(sweep), file=Path("sweep.mid"))
    editor.morph.set_source(Source.PALETTE)
    assert exchange.export_path("path.mid")
    assert worker.requests[-1].target == DRUMS


def test_only_a_path_that_goes_to_a_file_is_written(exchange, editor, worker, written) -> None:
    plan = PathPlan(LINE)
    loops = (LOOP,) * len(plan.points())
    worker.pathReady.emit(PathResult(PathRequest(DRUMS, plan), loops))
    gone = PathRequest(DecodeTarget("gong"), plan, file=Path("a.mid"))
    worker.pathReady.emit(PathResult(gone, loops))
    assert written == []
    worker.pathReady.emit(PathResult(PathRequest(DRUMS, plan, file=Path("a.mid")), loops))
    assert [path for path, _ in written] == [Path("a.mid")]
    assert section(written)[1].name == "path, 3 bars"


def test_what_is_written_is_told_unless_it_is_for_another_program(exchange, written, said) -> None:
    exchange.export_cell("cell")
    assert said == [("info", "cell.mid is written.")]
    exchange.write_loop("drag", LOOP, TrackKind.DRUMS)
    assert len(said) == 1


@pytest.mark.parametrize(
    ("error", "text"),
    [(FileError("No room."), "No room."), (ZeroDivisionError("oh"), "a.mid could not be written: oh")],
)
def test_what_fails_is_told(exchange, monkeypatch, said, error: Exception, text: str) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(export, "export_music", fail)
    assert not exchange.export_cell("a.mid")
    assert not exchange.write_loop("a.mid", LOOP, TrackKind.DRUMS)
    assert said == [("error", text)] * 2


def test_sound_is_rendered_in_one_thread_and_waited_for_at_the_end(exchange, written, said, qtbot) -> None:
    for name in ("a.wav", "b.wav"):
        assert exchange.export_cell(name)
        assert ("info", f"{name} is being rendered.") in said
    exchange.close()
    assert [path for path, _ in written][:1] == [Path("a.wav")]
    qtbot.waitUntil(lambda: ("info", "a.wav is written.") in said)


def test_a_file_is_read_as_long_as_the_corner_is(exchange, editor, tmp_path: Path, said) -> None:
    exchange.export_loop(tmp_path / "tune.mid", TUNE, TrackKind.BASS)
    said.clear()
    assert exchange.import_corner(2, tmp_path / "tune.mid", "bass")
    bass = editor.document.track("bass")
    assert bass.corners[2].events.tolist() == TUNE.events.tolist()
    assert (bass.corner_names[2], bass.user_edited) == ("tune", (False, False, True, False))
    assert editor.document.undo_stack.undoText() == "Import MIDI file"
    assert exchange.read_loop(tmp_path / "tune.mid", "melody").steps == 32
    assert exchange.read_loop(tmp_path / "tune.mid", "melody", 64).steps == 64
    assert said == []
    assert not exchange.import_corner(1, tmp_path / "none.mid")
    assert exchange.read_loop(tmp_path / "none.mid") is None
    assert [level for level, _ in said] == ["error", "error"]
    assert editor.document.undo_stack.count() == 1


def test_files_that_still_wait_at_the_end_are_given_up(exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, gate, rendered = threading.Event(), threading.Event(), []

    def render(path: Path, *_: object) -> None:
        begun.set()
        assert gate.wait(20)
        rendered.append(path.name)

    monkeypatch.setattr(export, "export_music", render)
    for name in ("a.wav", "b.wav"):
        exchange.export_cell(name)
    assert begun.wait(20)
    closing = threading.Thread(target=exchange.close)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()  # it waits for what is being rendered
    gate.set()
    closing.join(20)
    assert rendered == ["a.wav"]
