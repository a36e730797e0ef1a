"""Edits of tracks: the band, linked pucks, sounds, morphs, and what undo does to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_presets import MELODY_PRESETS
from blender_app.core.presets import PRESETS
from blender_app.core.scales import Key, Mode
from blender_app.engine.messages import VoiceMix
from blender_app.session.session import Clip, DrawnPath, Morph, PuckCoupling, Session, Source, TrackKind
from blender_app.session.undo import TRACK_FIELDS, changed_fields, field_of, with_fields

from .conftest import transposed  # noqa: TID252


@pytest.fixture
def told(editor) -> list[frozenset[str]]:
    """Return the list of what is told of changes."""
    names: list[frozenset[str]] = []
    editor.document.sessionChanged.connect(names.append)
    return names


def pucks(editor) -> list[tuple[float, float]]:
    return [track.puck for track in editor.document.session.tracks]


# -- the band ---------------------------------------------------------------------------------------


def test_a_track_is_added_beside_its_kind_and_comes_to_the_front(editor, told) -> None:
    begin = editor.document.session
    assert editor.tracks.add(TrackKind.BASS) == "bass 2"
    assert editor.document.session.track_names == ("drums", "bass", "bass 2", "melody")
    assert editor.document.session.front == "bass 2"
    assert told == [frozenset({"tracks", "front", *(f"bass 2.{field}" for field in TRACK_FIELDS)})]
    editor.document.undo_stack.undo()
    assert editor.document.session == begin
    editor.document.undo_stack.redo()
    assert editor.document.session.front == "bass 2"


def test_a_third_of_a_kind_is_not_added(editor, qtbot: QtBot) -> None:
    editor.tracks.add(TrackKind.DRUMS)
    before = editor.document.session
    with qtbot.waitSignal(editor.messages.messageShown) as shown:
        assert editor.tracks.add(TrackKind.DRUMS) is None
    assert "2 drums tracks" in shown.args[1]
    assert editor.document.session == before


def test_a_track_is_removed_and_comes_back_as_it_was(editor, told) -> None:
    editor.document.set_track_parameter("octave", -2, "bass")
    editor.tracks.set_front("bass")
    before = editor.document.session
    assert editor.tracks.remove("bass")
    assert editor.document.session.track_names == ("drums", "melody")
    assert editor.document.session.front == "melody"
    editor.document.undo_stack.undo()
    assert editor.document.session == before


def test_the_last_track_stays(editor, qtbot: QtBot) -> None:
    assert editor.tracks.remove("bass")
    assert editor.tracks.remove("melody")
    with qtbot.waitSignal(editor.messages.messageShown) as shown:
        assert not editor.tracks.remove("drums")
    assert shown.args[0] == "warning"
    assert editor.document.session.track_names == ("drums",)


def test_a_freed_name_is_taken_again(editor) -> None:
    editor.tracks.add(TrackKind.BASS)
    editor.tracks.remove("bass")
    assert editor.tracks.add(TrackKind.BASS) == "bass"
    assert editor.document.session.track_names == ("drums", "bass 2", "bass", "melody")


def test_what_is_in_front_is_no_step_and_survives_undo(editor) -> None:
    editor.tracks.add(TrackKind.MELODY)
    editor.tracks.set_front("bass")
    editor.tracks.set_front("melody 2")
    assert editor.document.undo_stack.count() == 1
    editor.document.undo_stack.undo()
    assert editor.document.session.front == "drums"
    with pytest.raises(ValueError, match="melody 2"):
        editor.tracks.set_front("melody 2")


def test_undo_of_an_added_track_looks_at_another_one(editor) -> None:
    editor.document.set_parameter("tempo_bpm", 90)
    editor.tracks.add(TrackKind.MELODY)
    editor.tracks.remove("drums")
    editor.document.undo_stack.undo()
    editor.tracks.set_front("drums")
    editor.document.undo_stack.redo()
    assert editor.document.session.front in editor.document.session.track_names


# -- linked pucks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "others"),
    [
        (PuckCoupling.FREE, (0.5, 0.5)),
        (PuckCoupling.SAME, (0.125, 0.25)),
        (PuckCoupling.MIRRORED, (0.875, 0.75)),
    ],
)
def test_linked_pucks_move_as_one_step(editor, clock, link: PuckCoupling, others) -> None:
    editor.place.set_coupling(link)
    editor.document.begin_gesture("Drag puck")
    for step in range(1, 20):
        clock.now_s += 1
        editor.place.move_puck(step / 40, 0.9)
    editor.place.move_puck(0.125, 0.25)
    editor.document.end_gesture()
    assert pucks(editor) == [(0.125, 0.25), others, others]
    assert editor.document.undo_stack.count() == (1 if link is PuckCoupling.FREE else 2)
    editor.document.undo_stack.undo()
    assert pucks(editor) == [(0.5, 0.5)] * 3
    editor.document.undo_stack.redo()
    assert pucks(editor) == [(0.125, 0.25), others, others]


def test_any_track_leads_the_linked_pucks(editor, told) -> None:
    editor.place.set_coupling(PuckCoupling.SAME)
    told.clear()
    editor.place.move_puck(0.25, 0.75, "melody")
    assert pucks(editor) == [(0.25, 0.75)] * 3
    assert told == [frozenset({"drums.puck", "bass.puck", "melody.puck"})]
    assert editor.document.session.front == "drums"


def test_a_linked_path_goes_on_and_a_touched_one_lets_go(editor) -> None:
    for name in ("drums", "bass"):
        editor.place.set_path(DrawnPath(((0.0, 0.0), (1.0, 1.0)), playing=True), track=name)
    editor.place.set_coupling(PuckCoupling.SAME)
    editor.place.move_puck(0.25, 0.75, "drums")
    assert not editor.document.session.track("drums").path_plays
    assert editor.document.session.track("bass").path_plays
    assert editor.document.session.track("bass").puck == (0.25, 0.75)


def test_a_track_that_plays_its_morph_is_not_linked(editor) -> None:
    editor.morph.set_source(Source.MORPH, "bass")
    editor.place.set_coupling(PuckCoupling.SAME)
    editor.place.move_puck(0.25, 0.75, "drums")
    assert pucks(editor) == [(0.25, 0.75), (0.5, 0.5), (0.25, 0.75)]
    editor.place.move_puck(1.0, 1.0, "bass")
    assert pucks(editor) == [(0.25, 0.75), (1.0, 1.0), (0.25, 0.75)]


# -- a track's own values ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "field", "value"),
    [
        (lambda e: e.tracks.set_sound(0, 35, "bass"), "sound", (0, 35)),
        (lambda e: e.document.set_track_parameter("channel", 5, "bass"), "channel", 5),
        (lambda e: e.document.set_track_parameter("octave", -9, "bass"), "octave", -3),
        (lambda e: e.document.set_track_parameter("mute", True, "bass"), "mute", True),
        (lambda e: e.document.set_track_parameter("solo", True, "bass"), "solo", True),
        (lambda e: e.document.set_track_parameter("volume", 7, "bass"), "volume", 1.0),
        (lambda e: e.document.set_track_parameter("volume", 0.5, "bass"), "volume", 0.5),
        (lambda e: e.document.set_track_parameter("pan", -7, "bass"), "pan", -1.0),
        (lambda e: e.document.set_track_parameter("reverb", 0.75, "bass"), "reverb", 0.75),
        (lambda e: e.document.set_track_parameter("gate", 0, "bass"), "gate", 0.1),
        (lambda e: e.document.set_track_parameter("legato", 2, "bass"), "legato", 1.0),
        (lambda e: e.document.set_track_parameter("scale_lock", False, "bass"), "scale_lock", False),
        (lambda e: e.place.set_grid(99, 4, "bass"), "rows", 33),
        (lambda e: e.tracks.open_port("Synth", "bass"), "port", "Synth"),
    ],
)
def test_each_value_belongs_to_one_track(
    editor, edit: Callable[[object], None], field: str, value: object
) -> None:
    editor.document.set_track_parameter("volume", 0.9, "bass")
    before = editor.document.session
    edit(editor)
    assert field_of(editor.document.session, f"bass.{field}") == value
    assert editor.document.session.track("drums") is before.track("drums")
    assert editor.document.session.track("melody") is before.track("melody")


def test_small_steps_of_two_tracks_do_not_merge(editor) -> None:
    for volume in (0.9, 0.8):
        editor.document.set_track_parameter("volume", volume, "bass")
    for volume in (0.7, 0.6):
        editor.document.set_track_parameter("volume", volume, "melody")
    assert editor.document.undo_stack.count() == 2
    editor.document.undo_stack.undo()
    assert editor.document.session.track("bass").volume == 0.8
    assert editor.document.session.track("melody").volume == Session().track("melody").volume


def test_ports_are_no_steps_and_stay_through_undo(editor) -> None:
    editor.document.set_track_parameter("channel", 3, "bass")
    editor.tracks.add(TrackKind.MELODY)
    editor.tracks.open_port("Synth", "bass")
    assert editor.document.undo_stack.count() == 2
    editor.document.undo_stack.undo()
    editor.document.undo_stack.undo()
    bass = editor.document.session.track("bass")
    assert (bass.channel, bass.port) == (Session().track("bass").channel, "Synth")


def test_only_drums_have_voices(editor) -> None:
    with pytest.raises(ValueError, match="only drums"):
        editor.tracks.set_voice_mix(0, VoiceMix(), "bass")
    with pytest.raises(ValueError, match="plays no drums"):
        editor.corners.paint_hit(0, 0, 0, 100, "melody")
    with pytest.raises(ValueError, match="only drums"):
        editor.tracks.set_note_map((1,) * 9, "bass")
    with pytest.raises(ValueError, match="no melody loop"):
        editor.corners.use_preset(0, PRESETS[0], "bass")
    assert editor.document.session == Session()


def test_names_that_do_not_exist_are_refused(editor) -> None:
    for name in ("bass 2.puck", "bass.wings", "wings", "tracks.puck"):
        with pytest.raises(ValueError, match=r"no track|has no"):
            editor.document.edit_values("x", {name: 1})
    assert editor.document.undo_stack.count() == 0


# -- corners ----------------------------------------------------------------------------------------


def test_what_was_drawn_by_hand_is_marked(editor) -> None:
    editor.tracks.set_front("melody")
    loop = transposed(editor.document.session.front_track.corners[1], 1)
    editor.corners.set_notes(1, loop)
    assert editor.document.session.front_track.user_edited == (False, True, False, False)
    assert editor.document.session.front_track.corner_names == Session().track("melody").corner_names
    editor.corners.copy(1)
    editor.corners.paste(3)
    assert editor.document.session.front_track.user_edited == (False, True, False, True)
    editor.corners.use_preset(1, MELODY_PRESETS[0])
    assert editor.document.session.front_track.user_edited == (False, False, False, True)
    editor.corners.clear(0)
    assert editor.document.session.front_track.corners[0] == MelodyLoop.empty()
    assert editor.document.session.front_track.user_edited == (True, False, False, True)
    editor.corners.set_user_edited(3, False)
    assert editor.document.session.front_track.user_edited == (True, False, False, False)
    editor.document.undo_stack.undo()
    assert editor.document.session.front_track.user_edited == (True, False, False, True)


def test_notes_drawn_in_one_go_are_one_step(editor) -> None:
    corner = editor.document.session.track("bass").corners[0]
    for semitones in (1, 2, 3):
        editor.corners.set_notes(0, transposed(corner, semitones), "Move notes", "move 0 4", "bass")
    assert editor.document.undo_stack.count() == 1
    editor.document.undo_stack.undo()
    assert editor.document.session == Session()


def test_melodies_are_pasted_among_melodies_only(editor, qtbot: QtBot) -> None:
    editor.corners.copy(0, "bass")
    assert not editor.corners.can_paste
    assert editor.corners.can_paste_into("melody")
    editor.corners.paste(2, "melody")
    assert (
        editor.document.session.track("melody").corners[2] == editor.document.session.track("bass").corners[0]
    )
    before = editor.document.session
    with qtbot.waitSignal(editor.messages.messageShown) as shown:
        editor.corners.paste(2, "drums")
    assert shown.args[0] == "warning"
    assert editor.document.session == before


# -- morph, scale, clips ----------------------------------------------------------------------------


def test_a_morph_is_made_of_corners_when_it_is_first_played(editor) -> None:
    editor.morph.set_source(Source.MORPH, "melody")
    melody = editor.document.session.track("melody")
    assert melody.morph is not None
    assert melody.morph.ends == melody.corners[:2]
    morph = replace(melody.morph, steps=5)
    editor.morph.put(morph, "Steps", track="melody")
    editor.morph.set_source(Source.PALETTE, "melody")
    editor.morph.set_source(Source.MORPH, "melody")
    assert editor.document.session.track("melody").morph == morph
    editor.morph.put(None, "Remove morph", track="melody")
    assert editor.document.session.track("melody").source is Source.PALETTE
    editor.document.undo_stack.undo()
    assert editor.document.session.track("melody").source is Source.MORPH
    assert editor.document.session.track("melody").morph == morph


def test_slider_moves_merge(editor) -> None:
    editor.morph.set_source(Source.MORPH, "bass")
    for position in (0.1, 0.2, 0.3):
        morph = editor.document.session.track("bass").morph
        assert isinstance(morph, Morph)
        editor.morph.put(replace(morph, position=position), "Glide", "slider", "bass")
    assert editor.document.undo_stack.count() == 2


def test_scale_link_and_clips_are_steps(editor) -> None:
    key = Key(9, Mode.MINOR)
    clip = Clip("Mine", TrackKind.BASS, editor.document.session.track("bass").corners[0])
    editor.band.set_key(key)
    editor.place.set_coupling(PuckCoupling.MIRRORED)
    editor.clips.put_all((clip,), "Keep clip")
    assert (
        editor.document.session.scale,
        editor.document.session.coupling,
        editor.document.session.clips,
    ) == (
        key,
        PuckCoupling.MIRRORED,
        (clip,),
    )
    assert editor.document.session.key_of(editor.document.session.track("bass")) == key
    assert editor.document.session.key_of(editor.document.session.track("drums")) is None
    editor.document.set_track_parameter("scale_lock", False, "bass")
    assert editor.document.session.key_of(editor.document.session.track("bass")) is None
    for _ in range(4):
        editor.document.undo_stack.undo()
    assert editor.document.session == Session()


# -- names of changes -------------------------------------------------------------------------------


def test_changes_have_the_names_that_set_them() -> None:
    before = Session()
    values = {"tempo_bpm": 90.0, "bass.puck": (0.0, 1.0), "melody.mute": True}
    after = with_fields(before, values)
    assert changed_fields(before, after) == frozenset(values)
    assert {name: field_of(after, name) for name in values} == values
    assert with_fields(after, {name: field_of(before, name) for name in values}) == before


def test_values_of_a_track_that_has_gone_are_let_go() -> None:
    before = Session()
    tracks = before.tracks[:1]
    after = with_fields(before, {"tracks": tracks, "bass.puck": (0.0, 1.0)})
    assert after.tracks == tracks
    with pytest.raises(ValueError, match="bass 2"):
        with_fields(before, {"bass 2.puck": (0.0, 1.0)})
