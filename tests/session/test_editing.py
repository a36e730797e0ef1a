"""Edits and their history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from blender_app.core.presets import PRESETS
from blender_app.core.scales import Key, Mode
from blender_app.engine.messages import ChangeAt, VoiceMix
from blender_app.session.corner_editing import CornerEditor
from blender_app.session.document import DrawnPath, Link, PathMode, Session, Source, TrackKind
from blender_app.session.tempo_tap import TempoTap


@pytest.fixture
def editor(qtbot: QtBot, clock) -> CornerEditor:
    return CornerEditor(clock=clock)


def test_each_edit_can_be_undone_and_redone(editor: CornerEditor, clock) -> None:
    edits: list[Callable[[], None]] = [
        lambda: editor.set_tempo(80),
        lambda: editor.set_swing(0.6),
        lambda: editor.set_feel(0.2),
        lambda: editor.set_change_at(ChangeAt.BAR),
        lambda: editor.set_sound(128, 25),
        lambda: editor.set_font("x.sf2"),
        lambda: editor.set_volume(0.1),
        lambda: editor.set_voice_mix(3, VoiceMix(mute=True)),
        lambda: editor.move_puck(0.1, 0.9),
        lambda: editor.set_grid(5, 7),
        lambda: editor.use_preset(0, PRESETS[9]),
        lambda: editor.paint_hit(1, 5, 6, 100),
        lambda: editor.clear_corner(2),
        lambda: editor.draw_path([(0.0, 0.0), (0.5, 1.0), (1.0, 0.0)]),
        lambda: editor.paint_hit(1, 5, 6, 90),
        lambda: editor.set_path(replace(editor.session.front_track.path, bars=3)),
        lambda: editor.play_path(False),
        lambda: editor.set_path(None),
    ]
    states = [editor.session]
    for edit in edits:
        clock.now_s += 10
        edit()
        assert editor.session != states[-1]
        states.append(editor.session)
    assert editor.undo_stack.count() == len(edits)
    for state in reversed(states[:-1]):
        editor.undo_stack.undo()
        assert editor.session == state
    for state in states[1:]:
        editor.undo_stack.redo()
        assert editor.session == state


def test_a_drag_is_one_step(editor: CornerEditor, clock) -> None:
    editor.begin_gesture("Drag puck")
    for step in range(1, 50):
        clock.now_s += 1
        editor.move_puck(step / 100, 0.2)
    editor.end_gesture()
    assert editor.undo_stack.count() == 1
    assert editor.undo_stack.undoText() == "Drag puck"
    assert editor.session.front_track.puck == (0.49, 0.2)
    editor.undo_stack.undo()
    assert editor.session == Session()
    editor.undo_stack.redo()
    assert editor.session.front_track.puck == (0.49, 0.2)


def test_two_drags_are_two_steps(editor: CornerEditor) -> None:
    for x in (0.1, 0.9):
        editor.begin_gesture("Drag puck")
        editor.move_puck(x, 0.5)
        editor.end_gesture()
    assert editor.undo_stack.count() == 2


def test_a_drag_of_many_kinds_is_one_step(editor: CornerEditor) -> None:
    editor.begin_gesture("Paint")
    editor.paint_hit(0, 1, 6, 80)
    editor.paint_hit(1, 2, 6, 80)
    editor.set_tempo(77)
    editor.end_gesture()
    assert editor.undo_stack.count() == 1
    editor.undo_stack.undo()
    assert editor.session == Session()


def test_a_drag_whose_end_was_lost_ends_with_the_next_one(editor: CornerEditor) -> None:
    editor.begin_gesture("Lost")
    editor.move_puck(0.2, 0.2)
    editor.begin_gesture("Paint")
    editor.paint_hit(0, 1, 6, 80)
    editor.end_gesture()
    editor.set_tempo(77)
    assert editor.undo_stack.count() == 3


def test_a_drag_back_to_where_it_began_leaves_no_step(editor: CornerEditor) -> None:
    editor.begin_gesture("Drag puck")
    editor.move_puck(0.2, 0.2)
    editor.move_puck(0.5, 0.5)
    editor.end_gesture()
    assert editor.undo_stack.count() == 0
    assert editor.session == Session()


def test_quick_small_steps_are_one_and_slow_ones_are_not(editor: CornerEditor, clock) -> None:
    for tempo in (111, 112, 113):
        clock.now_s += 0.2
        editor.set_tempo(tempo)
    assert editor.undo_stack.count() == 1
    clock.now_s += 5
    editor.set_tempo(114)
    assert editor.undo_stack.count() == 2
    editor.undo_stack.undo()
    assert editor.session.tempo_bpm == 113


def test_small_steps_of_one_thing_are_one_step(editor: CornerEditor) -> None:
    nodes = ((0.0, 0.0), (0.5, 0.5), (1.0, 0.0))
    editor.set_path(DrawnPath(nodes))
    editor.paint_hit(0, 3, 6, 80)
    before = editor.undo_stack.count()
    for change in range(1, 6):
        editor.paint_hit(0, 3, 6, 80 + change)
    for change in range(1, 6):
        editor.set_path(DrawnPath((nodes[0], (0.5, change / 20), nodes[2]), closed=True))
    for change in range(1, 6):
        editor.set_path(replace(editor.session.front_track.path, bars=change))
    assert editor.undo_stack.count() == before + 3
    editor.set_path(replace(editor.session.front_track.path, closed=False))
    editor.set_path(replace(editor.session.front_track.path, mode=PathMode.ONCE))
    editor.paint_hit(0, 3, 6, 0)
    editor.paint_hit(0, 3, 6, 80)
    assert editor.undo_stack.count() == before + 7


def test_an_edit_that_changes_nothing_leaves_no_step(editor: CornerEditor) -> None:
    editor.set_tempo(editor.session.tempo_bpm)
    editor.set_corner(0, editor.session.front_track.corners[0], editor.session.front_track.corner_names[0])
    assert editor.undo_stack.count() == 0


def test_changed_names_are_told_before_and_after_undo(editor: CornerEditor) -> None:
    told: list[frozenset[str]] = []
    editor.sessionChanged.connect(told.append)
    editor.clear_corner(1)
    editor.set_tempo(70)
    assert told == [
        frozenset({"drums.corners", "drums.corner_names", "drums.drawn"}),
        frozenset({"tempo_bpm"}),
    ]
    editor.undo_stack.undo()
    editor.undo_stack.undo()
    assert told[2:] == told[1::-1]


def test_numbers_are_brought_into_range(editor: CornerEditor) -> None:
    editor.set_tempo(1000)
    editor.set_swing(0)
    editor.set_volume(-3)
    editor.set_grid(2, 99)
    editor.move_puck(-1, 7)
    session = editor.session
    assert (session.tempo_bpm, session.swing, session.volume) == (300, 0.5, 0)
    assert (session.front_track.rows, session.front_track.cols, session.front_track.puck) == (3, 33, (0, 1))


@pytest.mark.parametrize(
    "edit",
    [
        lambda e: e.paint_hit(4, 0, 0, 1),
        lambda e: e.paint_hit(0, 32, 0, 1),
        lambda e: e.paint_hit(0, 0, 9, 1),
        lambda e: e.clear_corner(-1),
        lambda e: e.set_voice_mix(9, VoiceMix()),
    ],
)
def test_what_does_not_exist_is_refused(editor: CornerEditor, edit: Callable[[CornerEditor], None]) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        edit(editor)
    assert editor.session == Session()


def test_painting_keeps_the_microtiming_of_a_hit(editor: CornerEditor) -> None:
    loop = editor.session.front_track.corners[0]
    late = loop.microtiming[4, 1]
    assert late > 0
    editor.paint_hit(0, 4, 1, 60)
    changed = editor.session.front_track.corners[0]
    assert (changed.velocity[4, 1], changed.microtiming[4, 1]) == (60, late)
    editor.paint_hit(0, 4, 1, 0)
    assert not editor.session.front_track.corners[0].hits[4, 1]


def test_copy_and_paste_between_corners(editor: CornerEditor) -> None:
    editor.paste_corner(2)
    assert editor.undo_stack.count() == 0
    editor.copy_corner(0)
    assert editor.can_paste
    editor.paste_corner(2)
    assert editor.session.front_track.corners[2] == editor.session.front_track.corners[0]
    assert editor.session.front_track.corner_names[2] == editor.session.front_track.corner_names[0]


def test_drawing_again_keeps_how_the_path_plays(editor: CornerEditor) -> None:
    editor.set_path(DrawnPath(((0, 0),), bars=3))
    editor.draw_path([(0.0, 1.0), (1.0, 1.0)])
    assert editor.session.front_track.path == DrawnPath(((0.0, 1.0), (1.0, 1.0)), bars=3, playing=True)
    editor.draw_path([])
    assert editor.session.front_track.path is not None


def test_taps_set_the_tempo(editor: CornerEditor, clock) -> None:
    for _ in range(5):
        editor.tap_tempo()
        clock.now_s += 0.5
    assert editor.session.tempo_bpm == pytest.approx(120)


@given(st.floats(0.2, 3.0), st.integers(2, 20), st.floats(0.0, 0.05), st.randoms())
def test_tapped_tempo_is_near_the_taps(beat_s: float, taps: int, shake: float, random) -> None:
    tap, tempo, now_s = TempoTap(), None, 0.0
    beat_s = min(beat_s, 3.0 * (1 - 2 * shake))
    for count in range(taps):
        now_s = count * beat_s + random.uniform(-shake, shake) * beat_s
        tempo = tap.tap(now_s)
    assert tempo == pytest.approx(60 / beat_s, rel=2.5 * shake + 1e-9)


def test_a_pause_begins_the_taps_anew() -> None:
    tap = TempoTap()
    assert [tap.tap(s) for s in (0.0, 0.5, 10.0)] == [None, 120.0, None]
    assert tap.tap(11.0) == 60.0


def test_the_history_lets_go_of_its_commands(editor: CornerEditor) -> None:
    for index in range(700):
        editor.begin_gesture("Drag")
        editor.move_puck((index % 99) / 100, 0.5)
        editor.end_gesture()
    QCoreApplication.processEvents()
    assert editor.undo_stack.count() == 500


shares = st.floats(0, 1)
corner_indices = st.integers(0, 3)
anywhere = st.sampled_from(("drums", "bass", "melody"))
random_edits = st.one_of(
    st.tuples(st.just("move_puck"), shares, shares),
    st.tuples(st.just("set_tempo"), st.floats(20, 300)),
    st.tuples(
        st.just("paint_hit"), corner_indices, st.integers(0, 31), st.integers(0, 8), st.integers(0, 127)
    ),
    st.tuples(st.just("clear_corner"), corner_indices),
    st.tuples(st.just("use_preset"), corner_indices, st.sampled_from(PRESETS)),
    st.tuples(st.just("copy_corner"), corner_indices),
    st.tuples(st.just("paste_corner"), corner_indices),
    st.tuples(st.just("set_grid"), st.integers(0, 40), st.integers(0, 40)),
    st.tuples(st.just("draw_path"), st.lists(st.tuples(shares, shares), max_size=5)),
    st.tuples(st.just("play_path"), st.booleans()),
    st.tuples(st.just("move_puck"), shares, shares, anywhere),
    st.tuples(st.just("set_link"), st.sampled_from(Link)),
    st.tuples(st.just("set_source"), st.sampled_from(Source), anywhere),
    st.tuples(st.just("set_octave"), st.integers(-3, 3), anywhere),
    st.tuples(st.just("set_track_volume"), shares, anywhere),
    st.tuples(st.just("set_scale"), st.sampled_from((None, Key(2), Key(9, Mode.MINOR)))),
    st.tuples(st.just("add_track"), st.sampled_from(TrackKind)),
    st.tuples(st.just("remove_track"), st.sampled_from(("drums 2", "bass 2", "melody 2"))),
    st.tuples(st.just("begin_gesture"), st.just("Drag")),
    st.tuples(st.just("end_gesture")),
    st.tuples(st.just("wait"), st.floats(0, 2)),
)


@given(st.lists(random_edits, max_size=40))
def test_any_history_goes_back_to_the_beginning_and_forth_to_the_end(qapp, edits) -> None:
    now_s = [0.0]
    editor = CornerEditor(clock=lambda: now_s[0])
    begin = editor.session
    for name, *arguments in edits:
        if name == "wait":
            now_s[0] += arguments[0]
        elif name != "remove_track" or arguments[0] in editor.session.track_names:
            editor.set_front("drums")  # the edits of voices below are for drums
            getattr(editor, name)(*arguments)
    editor.set_front("drums")
    end, stack = editor.session, editor.undo_stack
    states = [end]
    while stack.canUndo():
        stack.undo()
        editor.set_front("drums")  # looking is no step
        assert editor.session != states[-1]  # no step is empty
        states.append(editor.session)
    assert editor.session == begin
    for state in reversed(states[:-1]):
        stack.redo()
        editor.set_front("drums")
        assert editor.session == state
    assert editor.session == end
    editor.deleteLater()


def test_an_empty_corner_that_is_drawn_on_is_called_empty_no_more(editor: CornerEditor) -> None:
    tune = editor.session.track("bass").corners[0]
    for track in ("drums", "bass"):
        editor.clear_corner(1, track)
        assert editor.session.track(track).corner_names[1] == "Empty"
    editor.paint_hit(1, 5, 6, 100, "drums")
    editor.set_notes(1, tune, track="bass")
    names = [editor.session.track(track).corner_names for track in ("drums", "bass")]
    assert [each[1] for each in names] == ["Drawn", "Drawn"]
    editor.paint_hit(0, 5, 6, 100, "drums")
    assert editor.session.track("drums").corner_names[0] == names[0][0]
    editor.undo_stack.undo()
    editor.undo_stack.undo()
    assert editor.session.track("bass").corner_names[1] == "Empty"
