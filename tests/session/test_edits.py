"""Edits one by one: what they are called in the history, what they merge with, and whose they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blender_app.core.checks import MAX_NAME_LENGTH
from blender_app.core.melody_presets import MELODY_PRESETS
from blender_app.core.presets import PRESETS
from blender_app.core.scales import Key
from blender_app.engine.messages import ChangeAt, VoiceMix
from blender_app.session.edits.morph import MorphEdits
from blender_app.session.morphing import default_morph
from blender_app.session.session import DrawnPath, PuckCoupling, Source, TrackKind

LINE = DrawnPath(((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)))


def texts(editor) -> list[str]:
    stack = editor.document.undo_stack
    return [stack.text(index) for index in range(stack.count())]


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (lambda e: e.band.set_change_at(ChangeAt.BAR), "Change at"),
        (lambda e: e.band.set_key(Key(2)), "Scale"),
        (lambda e: e.place.set_coupling(PuckCoupling.SAME), "Link pucks"),
        (lambda e: e.place.move_puck(0.1, 0.1), "Move puck"),
        (lambda e: e.place.set_grid(5, 5), "Grid"),
        (lambda e: e.place.set_path(LINE), "Path"),
        (lambda e: e.place.set_path(LINE, "Paste path"), "Paste path"),
        (lambda e: e.tracks.set_sound(128, 8), "Sound"),
        (lambda e: e.tracks.set_note_map(tuple(range(9))), "Note map"),
        (lambda e: e.tracks.set_voice_mix(0, VoiceMix(mute=True)), "Mix"),
        (lambda e: e.tracks.add(TrackKind.BASS), "Add bass 2"),
        (lambda e: e.tracks.remove("bass"), "Remove bass"),
        (lambda e: e.morph.set_source(Source.MORPH), "Morph"),
        (lambda e: e.corners.put(0, PRESETS[9].loop, "x"), "Change corner"),
        (lambda e: e.corners.use_preset(0, PRESETS[9]), f"Preset {PRESETS[9].name}"),
        (lambda e: e.corners.clear(0), "Clear corner"),
        (lambda e: e.corners.paint_hit(0, 5, 6, 100), "Paint hits"),
        (lambda e: e.corners.set_notes(0, MELODY_PRESETS[0].loop, track="bass"), "Draw notes"),
        (lambda e: e.corners.set_user_edited(0, True), "Leave corner as it is"),
        (lambda e: e.document.edit_track("x", "bass", octave=1), "x"),
    ],
)
def test_the_history_says_what_was_done(editor, edit, text: str) -> None:
    edit(editor)
    assert texts(editor) == [text]


def test_the_history_says_what_was_taken_back(editor) -> None:
    editor.band.set_key(Key(2))
    editor.band.set_key(None)
    editor.place.set_coupling(PuckCoupling.MIRRORED)
    editor.place.set_coupling(PuckCoupling.FREE)
    editor.corners.set_user_edited(0, True)
    editor.corners.set_user_edited(0, False)
    editor.morph.set_source(Source.MORPH)
    editor.morph.set_source(Source.PALETTE)
    assert texts(editor)[1::2] == ["No scale", "Free pucks", "Bring corner into key", "Palette"]


# -- corners ----------------------------------------------------------------------------------------


def test_a_corner_that_is_put_in_is_edited_by_hand_only_if_it_is_said(editor) -> None:
    loop = PRESETS[9].loop
    editor.corners.put(1, loop, "n" * (MAX_NAME_LENGTH + 1))
    assert editor.document.track().user_edited == (False,) * 4
    assert editor.document.track().corner_names[1] == "n" * MAX_NAME_LENGTH
    editor.corners.put_all({2: (loop, "a"), 3: (loop, "b")}, "Two", user_edited=True)
    assert editor.document.track().user_edited == (False, False, True, True)
    editor.corners.put_all({2: (loop, "a")}, "One")
    assert editor.document.track().user_edited == (False, False, False, True)
    assert editor.document.track().corners[1:] == (loop,) * 3
    for index in (-1, 4):
        for edit in (
            lambda index=index: editor.corners.put(index, loop, "x"),
            lambda index=index: editor.corners.set_user_edited(index, True),
            lambda index=index: editor.corners.copy(index),
            lambda index=index: editor.corners.set_notes(index, MELODY_PRESETS[0].loop, track="bass"),
        ):
            with pytest.raises(ValueError, match="corner"):
                edit()


def test_pasting_takes_the_mark_and_the_name_along(editor, said) -> None:
    editor.corners.paint_hit(0, 5, 6, 100)
    assert editor.document.track().user_edited == (True, False, False, False)
    assert not editor.corners.can_paste
    editor.corners.copy(0)
    assert editor.corners.can_paste
    editor.corners.paste(1)
    assert texts(editor)[-1] == "Paste corner"
    assert editor.document.track().user_edited == (True, True, False, False)
    assert not editor.corners.can_paste_into("bass")
    editor.corners.paste(1, "bass")
    assert said == [("warning", "Drums and melodies cannot take each other's loops.")]
    editor.corners.copy(1, "bass")
    editor.corners.paste(2, "melody")
    assert editor.document.track("melody").user_edited == (False,) * 4


def test_velocities_are_brought_into_range_and_are_a_step_of_each_hit(editor, clock) -> None:
    for velocity, kept in ((500, 127), (1, 1), (-5, 0), (127, 127)):
        clock.now_s += 10
        editor.corners.paint_hit(0, 5, 6, velocity)
        assert editor.document.track().corners[0].velocity[5, 6] == kept
    assert texts(editor) == ["Paint hits", "Set velocity", "Paint hits", "Paint hits"]
    editor.corners.paint_hit(0, 6, 6, 90)
    marks = editor.document.track().user_edited
    editor.corners.set_user_edited(0, False)
    before = editor.document.undo_stack.count()
    for step in (5, 6):
        for velocity in (50, 60):
            editor.corners.paint_hit(0, step, 6, velocity)
    assert editor.document.undo_stack.count() == before + 2
    assert marks[0]
    assert not editor.document.track().user_edited[0]  # how loud a note is has nothing to do with a key


@pytest.mark.parametrize("at", [(0, 32, 0), (0, -1, 0), (0, 0, 9), (0, 0, -1), (4, 0, 0), (-1, 0, 0)])
def test_a_hit_that_does_not_exist_is_refused(editor, at: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        editor.corners.paint_hit(*at, 100)
    with pytest.raises(ValueError, match="plays no drums"):
        editor.corners.paint_hit(0, 0, 0, 100, "bass")


def test_notes_merge_by_corner_and_key_only(editor) -> None:
    tunes = [preset.loop for preset in MELODY_PRESETS[:6]]
    for index, key, tune in zip((0, 0, 1, 1, 1), ("a", "a", "a", "b", None), tunes, strict=False):
        editor.corners.set_notes(index, tune, "Move notes", key, "bass")
    assert texts(editor) == ["Move notes"] * 4
    editor.corners.set_notes(1, tunes[5], track="bass")
    assert editor.document.undo_stack.count() == 5
    assert editor.document.track("bass").user_edited == (True, True, False, False)


# -- the morph --------------------------------------------------------------------------------------


def test_a_slider_that_is_taken_from_its_sweep_stays_where_it_has_come(editor) -> None:
    here: list[tuple[float, float] | None] = [(0.75, 0.0)]
    asked: list[str] = []
    edits = MorphEdits(editor.document, lambda track: (asked.append(track), here[0])[1])
    still = default_morph(editor.document.track("bass"))
    sweep = replace(still, sweeping=True)

    def position() -> float:
        return editor.document.track("bass").morph.position

    edits.put(still, "Still", track="bass")
    edits.put(sweep, "Sweep", track="bass")
    edits.put(still, "Stop", track="bass")
    assert position() == 0.0  # the palette sounds: it did not move
    edits.set_source(Source.MORPH, "bass")
    edits.put(sweep, "Sweep", track="bass")
    edits.put(replace(sweep, steps=5), "Steps", track="bass")
    assert (position(), asked) == (0.0, [])
    edits.put(still, "Stop", track="bass")
    assert (position(), asked) == (0.75, ["bass"])
    edits.put(replace(sweep, position=0.75), "Sweep", track="bass")
    edits.put(replace(still, position=0.5), "Drag", track="bass")
    assert position() == 0.5  # where the hand is
    here[0] = None
    edits.put(replace(sweep, position=0.5), "Sweep", track="bass")
    edits.put(replace(still, position=0.5), "Stop", track="bass")
    assert position() == 0.5
    edits.put(replace(sweep, position=0.5), "Sweep", track="bass")
    edits.put(None, "Remove", track="bass")
    assert editor.document.track("bass").source is Source.PALETTE
    assert asked == ["bass", "bass"]


def test_without_anybody_who_knows_the_slider_stays(editor) -> None:
    editor.morph.set_source(Source.MORPH)
    still = replace(editor.document.track().morph, position=0.25)
    editor.morph.put(replace(still, sweeping=True), "Sweep")
    editor.morph.put(still, "Stop")
    assert editor.document.track().morph == still


def test_another_source_leaves_the_morph_as_it_is(editor) -> None:
    editor.morph.set_source(Source.PALETTE, "bass")
    assert editor.document.track("bass").morph is None
    editor.morph.set_source(Source.MORPH, "bass")
    morph = editor.document.track("bass").morph
    editor.corners.clear(0, "bass")
    editor.morph.set_source(Source.PALETTE, "bass")
    assert editor.document.track("bass").morph == morph


# -- where we are -----------------------------------------------------------------------------------


def test_small_moves_merge_by_track(editor) -> None:
    for x in (0.1, 0.2):
        editor.place.move_puck(x, 0.5, "drums")
    for x in (0.1, 0.2):
        editor.place.move_puck(x, 0.5, "bass")
    for rows in (4, 5):
        editor.place.set_grid(rows, rows)
    for seconds in (1, 2):
        for voice in (0, 1):
            editor.tracks.set_voice_mix(voice, VoiceMix(volume=0.1 * seconds))
    for low in (30, 31):
        editor.tracks.set_note_map(tuple(range(low, low + 9)))
    assert texts(editor) == ["Move puck", "Move puck", "Grid", *["Mix"] * 4, "Note map"]


def test_a_path_stays_while_its_puck_is_moved_if_it_does_not_play(editor) -> None:
    editor.place.set_path(replace(LINE, playing=False))
    editor.place.move_puck(0.1, 0.1)
    assert editor.document.track().path == replace(LINE, playing=False)
    editor.place.play_path(True)
    editor.place.move_puck(0.2, 0.2)
    assert editor.document.track().path == replace(LINE, playing=False)
    editor.document.undo_stack.undo()
    assert editor.document.track().path.playing
    editor.place.play_path(True, "bass")  # it has none
    assert editor.document.track("bass").path is None


def test_mirrored_pucks_lie_across(editor) -> None:
    editor.place.set_coupling(PuckCoupling.MIRRORED)
    editor.place.move_puck(0.25, 1.0, "bass")
    pucks = [track.puck for track in editor.document.session.tracks]
    assert pucks == [(0.75, 0.0), (0.25, 1.0), (0.75, 0.0)]
    editor.morph.set_source(Source.MORPH, "bass")
    editor.place.move_puck(0.5, 0.0, "bass")  # which is not heard
    assert [track.puck for track in editor.document.session.tracks] == [(0.75, 0.0), (0.5, 0.0), (0.75, 0.0)]


def test_nodes_merge_one_by_one_and_keep_a_given_text(editor) -> None:
    _, second, third = LINE.nodes
    editor.place.set_path(LINE)
    editor.place.set_path(replace(LINE, nodes=((0.1, 0.0), second, third)))
    editor.place.set_path(replace(LINE, nodes=((0.2, 0.0), second, third)))
    moved = ((0.2, 0.0), second, (1.0, 0.9))
    editor.place.set_path(replace(LINE, nodes=moved))
    both = ((0.3, 0.0), second, (1.0, 0.8))
    editor.place.set_path(replace(LINE, nodes=both))
    last = ((0.4, 0.0), *both[1:])
    editor.place.set_path(replace(LINE, nodes=last), "Nudge node")
    editor.place.set_path(replace(LINE, nodes=last[:2]))
    editor.place.set_path(replace(LINE, nodes=last[:2], bars=9))
    editor.place.set_path(replace(LINE, nodes=last[:2], bars=10))
    expected = ["Path", "Move node", "Move node", "Path", "Nudge node", "Path", "Path"]
    assert texts(editor) == expected


def test_what_is_drawn_plays_at_once_and_is_simplified(editor) -> None:
    editor.place.draw_path([(index / 50, 0.5) for index in range(-5, 56)], "bass")
    assert editor.document.track("bass").path == DrawnPath(((0.0, 0.5), (1.0, 0.5)), playing=True)
    assert editor.document.track("drums").path is None
    editor.place.draw_path([])
    assert editor.document.track().path is None


# -- tracks -----------------------------------------------------------------------------------------


def test_a_new_track_stands_behind_its_kind_and_before_the_next(editor, said) -> None:
    editor.tracks.add(TrackKind.DRUMS)
    editor.tracks.add(TrackKind.MELODY)
    assert editor.document.session.track_names == ("drums", "drums 2", "bass", "melody", "melody 2")
    assert said == []
    assert editor.tracks.add(TrackKind.DRUMS) is None
    level, text = said[0]
    assert level == "warning"
    assert text.startswith("No track was added: there are 2 drums tracks already")


@pytest.mark.parametrize(
    ("gone", "front", "then"),
    [
        ("bass", "bass", "melody"),
        ("melody", "melody", "bass"),
        ("drums", "drums", "bass"),
        ("drums", "bass", "bass"),
    ],
)
def test_who_follows_a_track_that_goes_comes_to_the_front(editor, gone: str, front: str, then: str) -> None:
    editor.tracks.set_front(front)
    assert editor.tracks.remove(gone)
    assert editor.document.session.front == then


def test_edits_are_of_the_track_that_is_named_or_in_front(editor) -> None:
    editor.tracks.set_front("bass")
    editor.tracks.set_sound(0, 35)
    editor.tracks.open_port("Pads")
    editor.tracks.set_voice_mix(8, VoiceMix(solo=True), "drums")
    bass, drums = editor.document.track("bass"), editor.document.track("drums")
    assert (bass.sound, bass.port) == ((0, 35), "Pads")
    assert [voice.solo for voice in drums.mix] == [False] * 8 + [True]
    for voice in (-1, 9):
        with pytest.raises(ValueError, match="does not exist"):
            editor.tracks.set_voice_mix(voice, VoiceMix(), "drums")


def test_taps_are_one_step(editor, clock) -> None:
    editor.band.tap_tempo()
    assert editor.document.undo_stack.count() == 0
    for _ in range(3):
        clock.now_s += 0.75
        editor.band.tap_tempo()
    assert editor.document.session.tempo_bpm == 80.0
    assert texts(editor) == ["Tap tempo"]
