"""Edits and their history."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication

from blender_app.core.presets import PRESETS
from blender_app.core.scales import Key, Mode
from blender_app.engine.messages import ChangeAt, VoiceMix
from blender_app.session.session import DrawnPath, PathMode, PuckCoupling, Session, Source, TrackKind
from blender_app.session.tempo_tap import TempoTap


def test_each_edit_can_be_undone_and_redone(editor, clock) -> None:
    edits: list[Callable[[], None]] = [
        lambda: editor.document.set_parameter("tempo_bpm", 80),
        lambda: editor.document.set_parameter("swing", 0.6),
        lambda: editor.document.set_parameter("groove_amount", 0.2),
        lambda: editor.band.set_change_at(ChangeAt.BAR),
        lambda: editor.tracks.set_sound(128, 25),
        lambda: editor.document.edit("SoundFont", font="x.sf2"),
        lambda: editor.document.set_parameter("volume", 0.1),
        lambda: editor.tracks.set_voice_mix(3, VoiceMix(mute=True)),
        lambda: editor.place.move_puck(0.1, 0.9),
        lambda: editor.place.set_grid(5, 7),
        lambda: editor.corners.use_preset(0, PRESETS[9]),
        lambda: editor.corners.paint_hit(1, 5, 6, 100),
        lambda: editor.corners.clear(2),
        lambda: editor.place.draw_path([(0.0, 0.0), (0.5, 1.0), (1.0, 0.0)]),
        lambda: editor.corners.paint_hit(1, 5, 6, 90),
        lambda: editor.place.set_path(replace(editor.document.session.front_track.path, bars=3)),
        lambda: editor.place.play_path(False),
        lambda: editor.place.set_path(None),
    ]
    states = [editor.document.session]
    for edit in edits:
        clock.now_s += 10
        edit()
        assert editor.document.session != states[-1]
        states.append(editor.document.session)
    assert editor.document.undo_stack.count() == len(edits)
    for state in reversed(states[:-1]):
        editor.document.undo_stack.undo()
        assert editor.document.session == state
    for state in states[1:]:
        editor.document.undo_stack.redo()
        assert editor.document.session == state


def test_a_drag_is_one_step(editor, clock) -> None:
    editor.document.begin_gesture("Drag puck")
    for step in range(1, 50):
        clock.now_s += 1
        editor.place.move_puck(step / 100, 0.2)
    editor.document.end_gesture()
    assert editor.document.undo_stack.count() == 1
    assert editor.document.undo_stack.undoText() == "Drag puck"
    assert editor.document.session.front_track.puck == (0.49, 0.2)
    editor.document.undo_stack.undo()
    assert editor.document.session == Session()
    editor.document.undo_stack.redo()
    assert editor.document.session.front_track.puck == (0.49, 0.2)


def test_two_drags_are_two_steps(editor) -> None:
    for x in (0.1, 0.9):
        editor.document.begin_gesture("Drag puck")
        editor.place.move_puck(x, 0.5)
        editor.document.end_gesture()
    assert editor.document.undo_stack.count() == 2


def test_a_drag_of_many_kinds_is_one_step(editor) -> None:
    editor.document.begin_gesture("Paint")
    editor.corners.paint_hit(0, 1, 6, 80)
    editor.corners.paint_hit(1, 2, 6, 80)
    editor.document.set_parameter("tempo_bpm", 77)
    editor.document.end_gesture()
    assert editor.document.undo_stack.count() == 1
    editor.document.undo_stack.undo()
    assert editor.document.session == Session()


def test_a_drag_whose_end_was_lost_ends_with_the_next_one(editor) -> None:
    editor.document.begin_gesture("Lost")
    editor.place.move_puck(0.2, 0.2)
    editor.document.begin_gesture("Paint")
    editor.corners.paint_hit(0, 1, 6, 80)
    editor.document.end_gesture()
    editor.document.set_parameter("tempo_bpm", 77)
    assert editor.document.undo_stack.count() == 3


def test_a_drag_back_to_where_it_began_leaves_no_step(editor) -> None:
    editor.document.begin_gesture("Drag puck")
    editor.place.move_puck(0.2, 0.2)
    editor.place.move_puck(0.5, 0.5)
    editor.document.end_gesture()
    assert editor.document.undo_stack.count() == 0
    assert editor.document.session == Session()


def test_quick_small_steps_are_one_and_slow_ones_are_not(editor, clock) -> None:
    for tempo in (111, 112, 113):
        clock.now_s += 0.2
        editor.document.set_parameter("tempo_bpm", tempo)
    assert editor.document.undo_stack.count() == 1
    clock.now_s += 5
    editor.document.set_parameter("tempo_bpm", 114)
    assert editor.document.undo_stack.count() == 2
    editor.document.undo_stack.undo()
    assert editor.document.session.tempo_bpm == 113


def test_small_steps_of_one_thing_are_one_step(editor) -> None:
    nodes = ((0.0, 0.0), (0.5, 0.5), (1.0, 0.0))
    editor.place.set_path(DrawnPath(nodes))
    editor.corners.paint_hit(0, 3, 6, 80)
    before = editor.document.undo_stack.count()
    for change in range(1, 6):
        editor.corners.paint_hit(0, 3, 6, 80 + change)
    for change in range(1, 6):
        editor.place.set_path(DrawnPath((nodes[0], (0.5, change / 20), nodes[2]), closed=True))
    for change in range(1, 6):
        editor.place.set_path(replace(editor.document.session.front_track.path, bars=change))
    assert editor.document.undo_stack.count() == before + 3
    editor.place.set_path(replace(editor.document.session.front_track.path, closed=False))
    editor.place.set_path(replace(editor.document.session.front_track.path, mode=PathMode.ONCE))
    editor.corners.paint_hit(0, 3, 6, 0)
    editor.corners.paint_hit(0, 3, 6, 80)
    assert editor.document.undo_stack.count() == before + 7


def test_an_edit_that_changes_nothing_leaves_no_step(editor) -> None:
    editor.document.set_parameter("tempo_bpm", editor.document.session.tempo_bpm)
    editor.corners.put(
        0, editor.document.session.front_track.corners[0], editor.document.session.front_track.corner_names[0]
    )
    assert editor.document.undo_stack.count() == 0


def test_changed_names_are_told_before_and_after_undo(editor) -> None:
    told: list[frozenset[str]] = []
    editor.document.sessionChanged.connect(told.append)
    editor.corners.clear(1)
    editor.document.set_parameter("tempo_bpm", 70)
    assert told == [
        frozenset({"drums.corners", "drums.corner_names", "drums.user_edited"}),
        frozenset({"tempo_bpm"}),
    ]
    editor.document.undo_stack.undo()
    editor.document.undo_stack.undo()
    assert told[2:] == told[1::-1]


def test_numbers_are_brought_into_range(editor) -> None:
    editor.document.set_parameter("tempo_bpm", 1000)
    editor.document.set_parameter("swing", 0)
    editor.document.set_parameter("volume", -3)
    editor.place.set_grid(2, 99)
    editor.place.move_puck(-1, 7)
    session = editor.document.session
    assert (session.tempo_bpm, session.swing, session.volume) == (300, 0.5, 0)
    assert (session.front_track.rows, session.front_track.cols, session.front_track.puck) == (3, 33, (0, 1))


@pytest.mark.parametrize(
    "edit",
    [
        lambda e: e.corners.paint_hit(4, 0, 0, 1),
        lambda e: e.corners.paint_hit(0, 32, 0, 1),
        lambda e: e.corners.paint_hit(0, 0, 9, 1),
        lambda e: e.corners.clear(-1),
        lambda e: e.tracks.set_voice_mix(9, VoiceMix()),
    ],
)
def test_what_does_not_exist_is_refused(editor, edit: Callable[[object], None]) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        edit(editor)
    assert editor.document.session == Session()


def test_painting_keeps_the_microtiming_of_a_hit(editor) -> None:
    loop = editor.document.session.front_track.corners[0]
    late = loop.microtiming[4, 1]
    assert late > 0
    editor.corners.paint_hit(0, 4, 1, 60)
    changed = editor.document.session.front_track.corners[0]
    assert (changed.velocity[4, 1], changed.microtiming[4, 1]) == (60, late)
    editor.corners.paint_hit(0, 4, 1, 0)
    assert not editor.document.session.front_track.corners[0].hits[4, 1]


def test_copy_and_paste_between_corners(editor) -> None:
    editor.corners.paste(2)
    assert editor.document.undo_stack.count() == 0
    editor.corners.copy(0)
    assert editor.corners.can_paste
    editor.corners.paste(2)
    assert editor.document.session.front_track.corners[2] == editor.document.session.front_track.corners[0]
    assert (
        editor.document.session.front_track.corner_names[2]
        == editor.document.session.front_track.corner_names[0]
    )


def test_drawing_again_keeps_how_the_path_plays(editor) -> None:
    editor.place.set_path(DrawnPath(((0, 0),), bars=3))
    editor.place.draw_path([(0.0, 1.0), (1.0, 1.0)])
    assert editor.document.session.front_track.path == DrawnPath(
        ((0.0, 1.0), (1.0, 1.0)), bars=3, playing=True
    )
    editor.place.draw_path([])
    assert editor.document.session.front_track.path is not None


def test_taps_set_the_tempo(editor, clock) -> None:
    for _ in range(5):
        editor.band.tap_tempo()
        clock.now_s += 0.5
    assert editor.document.session.tempo_bpm == pytest.approx(120)


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


def test_the_history_lets_go_of_its_commands(editor) -> None:
    for index in range(700):
        editor.document.begin_gesture("Drag")
        editor.place.move_puck((index % 99) / 100, 0.5)
        editor.document.end_gesture()
    QCoreApplication.processEvents()
    assert editor.document.undo_stack.count() == 500


shares = st.floats(0, 1)
corner_indices = st.integers(0, 3)
anywhere = st.sampled_from(("drums", "bass", "melody"))
random_edits = st.one_of(
    st.tuples(st.just("place.move_puck"), shares, shares),
    st.tuples(st.just("document.set_parameter"), st.just("tempo_bpm"), st.floats(20, 300)),
    st.tuples(
        st.just("corners.paint_hit"),
        corner_indices,
        st.integers(0, 31),
        st.integers(0, 8),
        st.integers(0, 127),
    ),
    st.tuples(st.just("corners.clear"), corner_indices),
    st.tuples(st.just("corners.use_preset"), corner_indices, st.sampled_from(PRESETS)),
    st.tuples(st.just("corners.copy"), corner_indices),
    st.tuples(st.just("corners.paste"), corner_indices),
    st.tuples(st.just("place.set_grid"), st.integers(0, 40), st.integers(0, 40)),
    st.tuples(st.just("place.draw_path"), st.lists(st.tuples(shares, shares), max_size=5)),
    st.tuples(st.just("place.play_path"), st.booleans()),
    st.tuples(st.just("place.move_puck"), shares, shares, anywhere),
    st.tuples(st.just("place.set_coupling"), st.sampled_from(PuckCoupling)),
    st.tuples(st.just("morph.set_source"), st.sampled_from(Source), anywhere),
    st.tuples(st.just("document.set_track_parameter"), st.just("octave"), st.integers(-3, 3), anywhere),
    st.tuples(st.just("document.set_track_parameter"), st.just("volume"), shares, anywhere),
    st.tuples(st.just("band.set_key"), st.sampled_from((None, Key(2), Key(9, Mode.MINOR)))),
    st.tuples(st.just("tracks.add"), st.sampled_from(TrackKind)),
    st.tuples(st.just("tracks.remove"), st.sampled_from(("drums 2", "bass 2", "melody 2"))),
    st.tuples(st.just("document.begin_gesture"), st.just("Drag")),
    st.tuples(st.just("document.end_gesture")),
    st.tuples(st.just("wait"), st.floats(0, 2)),
)


@given(st.lists(random_edits, max_size=40))
def test_any_history_goes_back_to_the_beginning_and_forth_to_the_end(qapp, make_editor, edits) -> None:
    now_s = [0.0]
    editor = make_editor(clock=lambda: now_s[0])
    begin = editor.document.session
    for name, *arguments in edits:
        if name == "wait":
            now_s[0] += arguments[0]
        elif name != "tracks.remove" or arguments[0] in editor.document.session.track_names:
            editor.tracks.set_front("drums")  # the edits of voices below are for drums
            operator.attrgetter(name)(editor)(*arguments)
    editor.tracks.set_front("drums")
    end, stack = editor.document.session, editor.document.undo_stack
    states = [end]
    while stack.canUndo():
        stack.undo()
        editor.tracks.set_front("drums")  # looking is no step
        assert editor.document.session != states[-1]  # no step is empty
        states.append(editor.document.session)
    assert editor.document.session == begin
    for state in reversed(states[:-1]):
        stack.redo()
        editor.tracks.set_front("drums")
        assert editor.document.session == state
    assert editor.document.session == end
    editor.document.deleteLater()


def test_an_empty_corner_that_is_drawn_on_is_called_empty_no_more(editor) -> None:
    tune = editor.document.session.track("bass").corners[0]
    for track in ("drums", "bass"):
        editor.corners.clear(1, track)
        assert editor.document.session.track(track).corner_names[1] == "Empty"
    editor.corners.paint_hit(1, 5, 6, 100, "drums")
    editor.corners.set_notes(1, tune, track="bass")
    names = [editor.document.session.track(track).corner_names for track in ("drums", "bass")]
    assert [each[1] for each in names] == ["Drawn", "Drawn"]
    editor.corners.paint_hit(0, 5, 6, 100, "drums")
    assert editor.document.session.track("drums").corner_names[0] == names[0][0]
    editor.document.undo_stack.undo()
    editor.document.undo_stack.undo()
    assert editor.document.session.track("bass").corner_names[1] == "Empty"
