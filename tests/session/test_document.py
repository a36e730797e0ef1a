"""The document by itself: who is told what, and in which order."""

from __future__ import annotations

import pytest

from blender_app.core.parameters import parameters_of
from blender_app.session.document import Document
from blender_app.session.session import MidiSettings, Session, Track, TrackKind, new_track


@pytest.fixture
def told(editor) -> list[tuple[str, object]]:
    """Return the list of what a document tells, by the names of its signals."""
    document, names = editor.document, []
    document.sessionReplaced.connect(lambda before, changed: names.append(("replaced", (before, changed))))
    document.sessionChanged.connect(lambda changed: names.append(("changed", changed)))
    document.edited.connect(lambda edited: names.append(("edited", edited)))
    return names


def test_who_follows_the_session_is_told_before_who_shows_it(editor, told) -> None:
    before, tempo = editor.document.session, frozenset({"tempo_bpm"})
    editor.document.set_parameter("tempo_bpm", 90)
    assert told == [("replaced", (before, tempo)), ("changed", tempo), ("edited", tempo)]


def test_only_what_is_done_by_hand_is_an_edit(editor, told) -> None:
    document = editor.document
    document.set_parameter("swing", 0.6)
    told.clear()
    document.undo_stack.undo()
    document.undo_stack.redo()
    document.apply_values({"front": "bass"})
    document.begin(Session(tempo_bpm=77.0))
    document.set_parameter("tempo_bpm", 77.0)  # which it has
    assert [name for name, _ in told] == ["replaced", "changed"] * 4


@pytest.mark.parametrize("name", parameters_of(Session))
def test_each_parameter_of_the_session_is_set_by_its_name(editor, name: str) -> None:
    parameter = parameters_of(Session)[name]
    at_the_top = getattr(editor.document.session, name) == parameter.high
    editor.document.set_parameter(name, parameter.low - 7 if at_the_top else parameter.high + 7)
    assert getattr(editor.document.session, name) == (parameter.low if at_the_top else parameter.high)
    assert editor.document.undo_stack.undoText() == parameter.label


@pytest.mark.parametrize("name", parameters_of(Track))
def test_each_parameter_of_a_track_is_set_by_its_name(editor, name: str) -> None:
    parameter, document = parameters_of(Track)[name], editor.document
    before = getattr(document.session.track("bass"), name)
    value = parameter.low if before == parameter.high else parameter.high
    document.set_track_parameter(name, value, "bass")
    assert getattr(document.session.track("bass"), name) == value
    assert document.session.front_track == Session().front_track
    assert document.undo_stack.undoText() == parameter.edit_label(value)


def test_a_parameter_that_does_not_exist_is_refused(editor) -> None:
    with pytest.raises(KeyError):
        editor.document.set_parameter("gate", 0.5)


def test_what_comes_by_itself_is_no_part_of_a_drag_and_does_not_end_it(editor) -> None:
    document = editor.document
    document.begin_gesture("Drag puck")
    editor.place.move_puck(0.1, 0.1)
    with document.outside_gesture():
        document.set_parameter("tempo_bpm", 90)
    editor.place.move_puck(0.2, 0.2)
    editor.place.move_puck(0.3, 0.3)
    document.end_gesture()
    assert [document.undo_stack.text(index) for index in range(3)] == ["Drag puck", "Tempo", "Drag puck"]
    assert document.undo_stack.count() == 3


def test_another_session_has_no_history_and_nothing_unsaved(editor) -> None:
    document = editor.document
    document.begin_gesture("Drag puck")
    editor.place.move_puck(0.1, 0.1)
    document.begin(Session(tempo_bpm=70.0))
    assert document.undo_stack.isClean()
    assert document.undo_stack.count() == 0
    editor.place.move_puck(0.2, 0.2)
    assert document.undo_stack.undoText() == "Move puck"  # the drag has ended


def test_the_history_says_what_was_done_to_a_path(editor) -> None:
    editor.place.draw_path([(0.0, 0.0), (1.0, 1.0)])
    editor.place.play_path(False)
    editor.place.play_path(True)
    editor.place.set_path(None)
    texts = [editor.document.undo_stack.text(index) for index in range(4)]
    assert texts == ["Draw path", "Stop path", "Play path", "Remove path"]


def test_ports_are_no_edits(editor) -> None:
    document = editor.document
    document.edit("Latency", midi=MidiSettings("Synth", latency_s=0.1))
    assert document.session.midi == MidiSettings(latency_s=0.1)
    editor.tracks.open_port("Pads", "bass")
    assert document.undo_stack.count() == 1
    editor.tracks.remove("melody")
    editor.tracks.open_port("Strings", "bass")
    document.undo_stack.undo()
    assert document.session.track("bass").port == "Strings"
    added = new_track(TrackKind.BASS, document.session.tracks)
    document.edit("Add", tracks=(*document.session.tracks, added))
    assert document.session.track("bass").port == "Strings"


def test_an_edit_checks_session_and_track_once(editor, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    for kind in (Session, Track):
        check = kind.__post_init__
        monkeypatch.setattr(
            kind,
            "__post_init__",
            lambda self, check=check: (checked.append(type(self).__name__), check(self))[1],
        )
    editor.document.set_track_parameter("gate", 0.5, "bass")
    assert checked == ["Track", "Session"]
    checked.clear()
    editor.document.edit_values("All", {"bass.puck": (0.0, 0.0), "melody.puck": (0.0, 0.0), "swing": 0.6})
    assert checked == ["Track", "Track", "Session"]


def test_it_needs_no_application() -> None:
    document = Document()
    document.set_parameter("tempo_bpm", 90)
    document.undo_stack.undo()
    assert document.session == Session()


def test_a_history_has_five_hundred_steps_and_flags_are_steps_each(editor) -> None:
    document = editor.document
    assert document.undo_stack.undoLimit() == 500
    for muted in (True, False):
        document.set_track_parameter("mute", muted, "bass")
    assert document.undo_stack.count() == 2
    for volume in (0.5, 0.4):
        document.set_track_parameter("volume", volume, "bass")
    assert document.undo_stack.count() == 3


@pytest.mark.parametrize(("pause_s", "steps"), [(0.8, 1), (0.82, 2)])
def test_small_steps_merge_within_a_short_pause_of_the_last(
    editor, clock, pause_s: float, steps: int
) -> None:
    clock.now_s = 0.0
    editor.document.set_parameter("tempo_bpm", 90)
    clock.now_s = pause_s
    editor.document.set_parameter("tempo_bpm", 91)
    assert editor.document.undo_stack.count() == steps


def test_a_run_of_small_steps_may_last(editor, clock) -> None:
    for tempo in (90, 91, 92, 93):
        clock.now_s += 0.7
        editor.document.set_parameter("tempo_bpm", tempo)
    assert editor.document.undo_stack.count() == 1
    editor.document.undo_stack.undo()
    assert editor.document.session == Session()


def test_edits_without_a_key_never_merge(editor) -> None:
    for tempo in (90.0, 91.0):
        editor.document.edit("Set", tempo_bpm=tempo)
    assert editor.document.undo_stack.count() == 2


def test_an_edit_of_several_things_tells_only_what_changed(editor, told) -> None:
    document = editor.document
    document.edit_values("All", {"swing": document.session.swing, "tempo_bpm": 90.0, "bass.octave": 0})
    assert told[-1] == ("edited", frozenset({"tempo_bpm"}))
    document.undo_stack.undo()
    assert told[-1] == ("changed", frozenset({"tempo_bpm"}))


def test_a_session_that_is_given_is_begun_with() -> None:
    session = Session(tempo_bpm=77.0)
    assert Document(session).session is session
    assert Document(session).track().name == "drums"
    assert Document(session).track("bass") is session.track("bass")


def test_a_gesture_goes_on_after_what_came_by_itself_failed(editor) -> None:
    document = editor.document
    document.begin_gesture("Drag")
    with pytest.raises(KeyError), document.outside_gesture():
        document.set_parameter("wings", 1)
    document.set_parameter("tempo_bpm", 90)
    document.set_parameter("swing", 0.6)
    assert (document.undo_stack.count(), document.undo_stack.undoText()) == (1, "Drag")


def test_who_is_in_front_when_tracks_go(editor) -> None:
    document, tracks = editor.document, editor.document.session.tracks
    document.apply_values({"front": "melody"})
    document.apply_values({"tracks": tracks[:2]})
    assert document.session.front == "drums"
    document.apply_values({"tracks": tracks, "front": "bass"})
    document.apply_values({"tracks": tracks[1:]})
    assert document.session.front == "bass"
    with pytest.raises(ValueError, match="at least one"):
        document.apply_values({"tracks": ()})
