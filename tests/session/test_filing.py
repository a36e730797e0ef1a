"""The file of a document by itself: its name, what is kept, what is remembered, and when it is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blender_app.session.files import load_session, save_session
from blender_app.session.filing import AUTOSAVE_AFTER_MS, Files, with_suffix
from blender_app.session.session import MidiSettings, Session
from blender_app.session.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def files(editor, settings: Settings, tmp_path: Path, qtbot):
    files = Files(editor.document, settings, tmp_path / "state", editor.messages)
    yield files
    files.close()


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "state").glob("unsaved-*.blend.json"))


def test_a_name_ends_as_sessions_do_unless_it_is_json() -> None:
    names = [with_suffix(Path("dir") / name).name for name in ("a", "a.b", "a.json", "a.blend.json")]
    assert names == ["a.blend.json", "a.b.blend.json", "a.json", "a.blend.json"]


def test_a_new_session_keeps_sound_and_routing_only(files: Files, editor) -> None:
    document = editor.document
    values = {
        "font": "a.sf2",
        "volume": 0.3,
        "audio_enabled": False,
        "midi": MidiSettings("Synth", latency_s=0.1),
    }
    document.apply_values(
        {**values, "tempo_bpm": 66.0, "drums.channel": 3, "drums.port": "Pads", "bass.octave": 1}
    )
    editor.tracks.set_note_map(tuple(range(9)), "drums")
    editor.tracks.remove("melody")
    files.new()
    session = document.session
    assert {name: getattr(session, name) for name in values} == values
    drums = session.track("drums")
    assert (drums.channel, drums.port, drums.note_map) == (3, "Pads", tuple(range(9)))
    assert (session.tempo_bpm, session.track("bass").octave) == (Session().tempo_bpm, 0)
    assert session.track("melody") == Session().track("melody")
    assert (files.file, files.title, files.modified) == (None, "Untitled", False)


def test_a_file_brings_its_port_or_leaves_the_one_in_use(files: Files, editor, tmp_path: Path) -> None:
    editor.document.apply_values({"midi": MidiSettings("Mine", virtual=True)})
    save_session(tmp_path / "a.json", Session(midi=MidiSettings(None, latency_s=0.2)))
    save_session(tmp_path / "b.json", Session(midi=MidiSettings("Synth")))
    assert files.open(tmp_path / "a.json")
    assert editor.document.session.midi == MidiSettings("Mine", virtual=True, latency_s=0.2)
    assert files.open(str(tmp_path / "b.json"))
    assert editor.document.session.midi == MidiSettings("Synth")


def test_recent_files_are_those_that_could_be_opened_or_are_there(
    files, settings, tmp_path: Path, said
) -> None:
    good, bad, gone = (tmp_path / name for name in ("good.json", "bad.json", "gone.json"))
    save_session(good, Session())
    bad.write_text("{")
    for path in (bad, gone):
        settings.add_recent_file(str(path))
        assert not files.open(path)
    assert [level for level, _ in said] == ["error", "error"]
    assert settings.recent_files == (str(bad),)
    assert files.open(good)
    assert settings.recent_files == (str(good), str(bad))
    assert files.save(tmp_path / "new")
    assert settings.recent_files[0] == str(tmp_path / "new.blend.json")


def test_it_is_saved_to_its_own_file_or_to_another(files, editor, tmp_path: Path, said) -> None:
    told: list[tuple[str, bool]] = []
    files.fileChanged.connect(lambda *news: told.append(news))
    assert not files.save()
    assert said == []
    assert files.save(tmp_path / "a")
    assert files.file == tmp_path / "a.blend.json"
    assert told == [("a", False)]
    editor.document.set_parameter("tempo_bpm", 66)
    assert (told[-1], files.modified) == (("a", True), True)
    assert files.save()
    assert load_session(files.file).tempo_bpm == 66
    assert files.save(str(tmp_path / "b.json"))
    assert files.title == "b.json"
    editor.document.set_parameter("tempo_bpm", 67)
    assert not files.save(tmp_path / "nowhere" / "c")
    assert [level for level, _ in said] == ["error"]
    assert (files.title, files.modified) == ("b.json", True)


def test_models_that_are_loaded_are_saved_beside_those_of_the_session(
    editor, settings, tmp_path, qtbot
) -> None:
    files = Files(
        editor.document, settings, tmp_path / "state", editor.messages, lambda: {"a": "new", "c": "3"}
    )
    editor.document.begin(Session(models=(("a", "old"), ("b", "2"))))
    assert files.save(tmp_path / "x")
    assert load_session(files.file).models == (("a", "new"), ("b", "2"), ("c", "3"))
    files.close()


# -- work that is not saved -------------------------------------------------------------------------


def test_an_edit_is_kept_a_second_later_and_others_do_not_put_it_off(files, editor, qtbot) -> None:
    timer = files._autosave
    assert AUTOSAVE_AFTER_MS == 1000
    assert (timer.isActive(), timer.isSingleShot(), timer.interval()) == (False, True, AUTOSAVE_AFTER_MS)
    editor.document.set_parameter("tempo_bpm", 66)
    assert timer.isActive()
    qtbot.wait(30)
    left = timer.remainingTime()
    editor.document.set_parameter("swing", 0.6)
    assert timer.remainingTime() <= left


def test_undone_work_is_kept_no_more(files, editor, tmp_path: Path, qtbot) -> None:
    editor.document.set_parameter("tempo_bpm", 66)
    files._autosave.timeout.emit()
    qtbot.waitUntil(lambda: len(kept(tmp_path)) == 1)
    editor.document.undo_stack.undo()
    files._autosave.timeout.emit()
    qtbot.waitUntil(lambda: kept(tmp_path) == [])


def test_what_begins_or_is_saved_needs_no_keeping(files, editor, tmp_path: Path, qtbot) -> None:
    for act in (files.new, lambda: files.save(tmp_path / "a")):
        editor.document.set_parameter("tempo_bpm", 66 if files.file is None else 67)
        files._autosave.timeout.emit()
        qtbot.waitUntil(lambda: len(kept(tmp_path)) == 1)
        editor.document.set_parameter("swing", 0.6)
        act()
        assert not files._autosave.isActive()
        qtbot.waitUntil(lambda: kept(tmp_path) == [])


@pytest.mark.parametrize(("modified", "keep", "count"), [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_at_the_end_only_unsaved_work_is_kept_if_it_is_wanted(
    files, editor, tmp_path: Path, modified: bool, keep: bool, count: int
) -> None:
    editor.document.set_parameter("tempo_bpm", 66)
    if not modified:
        editor.document.undo_stack.undo()
    files.close(keep_unsaved=keep)
    assert len(kept(tmp_path)) == count
    assert not files._autosave.isActive()


def test_by_default_nothing_is_kept_at_the_end(files, editor, tmp_path: Path) -> None:
    editor.document.set_parameter("tempo_bpm", 66)
    files.close()
    assert kept(tmp_path) == []


def test_work_that_was_kept_is_found_taken_up_and_then_forgotten(
    files, editor, make_editor, settings, tmp_path: Path
) -> None:
    assert files.save(tmp_path / "mine")
    editor.document.set_parameter("tempo_bpm", 66)
    files.close(keep_unsaved=True)
    other = make_editor()
    again = Files(other.document, settings, tmp_path / "state", other.messages)
    assert not again.recover()
    found = again.find_recoverable()
    assert found is again._recoverable
    assert found.source == tmp_path / "mine.blend.json"
    told: list[tuple[str, bool]] = []
    again.fileChanged.connect(lambda *news: told.append(news))
    assert again.recover()
    assert replace(other.document.session, models=()) == replace(found.session, models=())
    assert (again.file, again.modified, told[-1]) == (found.source, True, ("mine", True))
    assert again._recoverable is None
    again.close(keep_unsaved=True)  # which is this window's work now
    assert len(kept(tmp_path)) == 1
    assert load_session(kept(tmp_path)[0]).tempo_bpm == 66
    assert not found.path.exists()


def test_work_that_is_not_wanted_is_thrown_away(files, editor, make_editor, settings, tmp_path: Path) -> None:
    editor.document.set_parameter("tempo_bpm", 66)
    files.close(keep_unsaved=True)
    other = make_editor()
    again = Files(other.document, settings, tmp_path / "state", other.messages)
    assert again.find_recoverable() is not None
    again.discard_recovery()
    assert again._recoverable is None
    assert kept(tmp_path) == []
    again.discard_recovery()
    again.close()
