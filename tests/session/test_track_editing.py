"""Edits of tracks: the band, linked pucks, sounds, mixers, and what undo does to them."""

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
from blender_app.session.corner_editing import CornerEditor
from blender_app.session.document import Clip, DrawnPath, Link, Mixer, Session, Source, TrackKind
from blender_app.session.undo import TRACK_FIELDS, changed_fields, field_of, with_fields


@pytest.fixture
def editor(qtbot: QtBot, clock) -> CornerEditor:
    return CornerEditor(clock=clock)


@pytest.fixture
def told(editor: CornerEditor) -> list[frozenset[str]]:
    """Return the list of what is told of changes."""
    names: list[frozenset[str]] = []
    editor.sessionChanged.connect(names.append)
    return names


def pucks(editor: CornerEditor) -> list[tuple[float, float]]:
    return [track.puck for track in editor.session.tracks]


# -- the band ---------------------------------------------------------------------------------------


def test_a_track_is_added_beside_its_kind_and_comes_to_the_front(editor: CornerEditor, told) -> None:
    begin = editor.session
    assert editor.add_track(TrackKind.BASS) == "bass 2"
    assert editor.session.track_names == ("drums", "bass", "bass 2", "melody")
    assert editor.session.front == "bass 2"
    assert told == [frozenset({"tracks", "front", *(f"bass 2.{field}" for field in TRACK_FIELDS)})]
    editor.undo_stack.undo()
    assert editor.session == begin
    editor.undo_stack.redo()
    assert editor.session.front == "bass 2"


def test_a_third_of_a_kind_is_not_added(editor: CornerEditor, qtbot: QtBot) -> None:
    editor.add_track(TrackKind.DRUMS)
    before = editor.session
    with qtbot.waitSignal(editor.messageShown) as shown:
        assert editor.add_track(TrackKind.DRUMS) is None
    assert "2 drums tracks" in shown.args[1]
    assert editor.session == before


def test_a_track_is_removed_and_comes_back_as_it_was(editor: CornerEditor, told) -> None:
    editor.set_octave(-2, "bass")
    editor.set_front("bass")
    before = editor.session
    assert editor.remove_track("bass")
    assert editor.session.track_names == ("drums", "melody")
    assert editor.session.front == "melody"
    editor.undo_stack.undo()
    assert editor.session == before


def test_the_last_track_stays(editor: CornerEditor, qtbot: QtBot) -> None:
    assert editor.remove_track("bass")
    assert editor.remove_track("melody")
    with qtbot.waitSignal(editor.messageShown) as shown:
        assert not editor.remove_track("drums")
    assert shown.args[0] == "warning"
    assert editor.session.track_names == ("drums",)


def test_a_freed_name_is_taken_again(editor: CornerEditor) -> None:
    editor.add_track(TrackKind.BASS)
    editor.remove_track("bass")
    assert editor.add_track(TrackKind.BASS) == "bass"
    assert editor.session.track_names == ("drums", "bass 2", "bass", "melody")


def test_what_is_in_front_is_no_step_and_survives_undo(editor: CornerEditor) -> None:
    editor.add_track(TrackKind.MELODY)
    editor.set_front("bass")
    editor.set_front("melody 2")
    assert editor.undo_stack.count() == 1
    editor.undo_stack.undo()
    assert editor.session.front == "drums"
    with pytest.raises(ValueError, match="melody 2"):
        editor.set_front("melody 2")


def test_undo_of_an_added_track_looks_at_another_one(editor: CornerEditor) -> None:
    editor.set_tempo(90)
    editor.add_track(TrackKind.MELODY)
    editor.remove_track("drums")
    editor.undo_stack.undo()
    editor.set_front("drums")
    editor.undo_stack.redo()
    assert editor.session.front in editor.session.track_names


# -- linked pucks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "others"), [(Link.FREE, (0.5, 0.5)), (Link.SAME, (0.125, 0.25)), (Link.MIRRORED, (0.875, 0.75))]
)
def test_linked_pucks_move_as_one_step(editor: CornerEditor, clock, link: Link, others) -> None:
    editor.set_link(link)
    editor.begin_gesture("Drag puck")
    for step in range(1, 20):
        clock.now_s += 1
        editor.move_puck(step / 40, 0.9)
    editor.move_puck(0.125, 0.25)
    editor.end_gesture()
    assert pucks(editor) == [(0.125, 0.25), others, others]
    assert editor.undo_stack.count() == (1 if link is Link.FREE else 2)
    editor.undo_stack.undo()
    assert pucks(editor) == [(0.5, 0.5)] * 3
    editor.undo_stack.redo()
    assert pucks(editor) == [(0.125, 0.25), others, others]


def test_any_track_leads_the_linked_pucks(editor: CornerEditor, told) -> None:
    editor.set_link(Link.SAME)
    told.clear()
    editor.move_puck(0.25, 0.75, "melody")
    assert pucks(editor) == [(0.25, 0.75)] * 3
    assert told == [frozenset({"drums.puck", "bass.puck", "melody.puck"})]
    assert editor.session.front == "drums"


def test_a_linked_path_goes_on_and_a_touched_one_lets_go(editor: CornerEditor) -> None:
    for name in ("drums", "bass"):
        editor.set_path(DrawnPath(((0.0, 0.0), (1.0, 1.0)), playing=True), track=name)
    editor.set_link(Link.SAME)
    editor.move_puck(0.25, 0.75, "drums")
    assert not editor.session.track("drums").path_plays
    assert editor.session.track("bass").path_plays
    assert editor.session.track("bass").puck == (0.25, 0.75)


def test_a_track_that_plays_its_mixer_is_not_linked(editor: CornerEditor) -> None:
    editor.set_source(Source.MIXER, "bass")
    editor.set_link(Link.SAME)
    editor.move_puck(0.25, 0.75, "drums")
    assert pucks(editor) == [(0.25, 0.75), (0.5, 0.5), (0.25, 0.75)]
    editor.move_puck(1.0, 1.0, "bass")
    assert pucks(editor) == [(0.25, 0.75), (1.0, 1.0), (0.25, 0.75)]


# -- a track's own values ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "field", "value"),
    [
        (lambda e: e.set_sound(0, 35, "bass"), "sound", (0, 35)),
        (lambda e: e.set_channel(5, "bass"), "channel", 5),
        (lambda e: e.set_octave(-9, "bass"), "octave", -3),
        (lambda e: e.set_track_mute(True, "bass"), "mute", True),
        (lambda e: e.set_track_solo(True, "bass"), "solo", True),
        (lambda e: e.set_track_volume(7, "bass"), "volume", 1.0),
        (lambda e: e.set_track_volume(0.5, "bass"), "volume", 0.5),
        (lambda e: e.set_track_pan(-7, "bass"), "pan", -1.0),
        (lambda e: e.set_track_reverb(0.75, "bass"), "reverb", 0.75),
        (lambda e: e.set_gate(0, "bass"), "gate", 0.1),
        (lambda e: e.set_legato(2, "bass"), "legato", 1.0),
        (lambda e: e.set_scale_lock(False, "bass"), "scale_lock", False),
        (lambda e: e.set_grid(99, 4, "bass"), "rows", 33),
        (lambda e: e.open_track_port("Synth", "bass"), "port", "Synth"),
    ],
)
def test_each_value_belongs_to_one_track(
    editor: CornerEditor, edit: Callable[[CornerEditor], None], field: str, value: object
) -> None:
    editor.set_track_volume(0.9, "bass")
    before = editor.session
    edit(editor)
    assert field_of(editor.session, f"bass.{field}") == value
    assert editor.session.track("drums") is before.track("drums")
    assert editor.session.track("melody") is before.track("melody")


def test_small_steps_of_two_tracks_do_not_merge(editor: CornerEditor) -> None:
    for volume in (0.9, 0.8):
        editor.set_track_volume(volume, "bass")
    for volume in (0.7, 0.6):
        editor.set_track_volume(volume, "melody")
    assert editor.undo_stack.count() == 2
    editor.undo_stack.undo()
    assert editor.session.track("bass").volume == 0.8
    assert editor.session.track("melody").volume == Session().track("melody").volume


def test_ports_are_no_steps_and_stay_through_undo(editor: CornerEditor) -> None:
    editor.set_channel(3, "bass")
    editor.add_track(TrackKind.MELODY)
    editor.open_track_port("Synth", "bass")
    assert editor.undo_stack.count() == 2
    editor.undo_stack.undo()
    editor.undo_stack.undo()
    bass = editor.session.track("bass")
    assert (bass.channel, bass.port) == (Session().track("bass").channel, "Synth")


def test_only_drums_have_voices(editor: CornerEditor) -> None:
    with pytest.raises(ValueError, match="only drums"):
        editor.set_voice_mix(0, VoiceMix(), "bass")
    with pytest.raises(ValueError, match="plays no drums"):
        editor.paint_hit(0, 0, 0, 100, "melody")
    with pytest.raises(ValueError, match="only drums"):
        editor.set_note_map((1,) * 9, "bass")
    with pytest.raises(ValueError, match="no melody loop"):
        editor.use_preset(0, PRESETS[0], "bass")
    assert editor.session == Session()


def test_names_that_do_not_exist_are_refused(editor: CornerEditor) -> None:
    for name in ("bass 2.puck", "bass.wings", "wings", "tracks.puck"):
        with pytest.raises(ValueError, match=r"no track|has no"):
            editor.edit_values("x", {name: 1})
    assert editor.undo_stack.count() == 0


# -- corners ----------------------------------------------------------------------------------------


def test_what_was_drawn_by_hand_is_marked(editor: CornerEditor) -> None:
    editor.set_front("melody")
    loop = editor.session.front_track.corners[1].transposed(1)
    editor.set_notes(1, loop)
    assert editor.session.front_track.drawn == (False, True, False, False)
    assert editor.session.front_track.corner_names == Session().track("melody").corner_names
    editor.copy_corner(1)
    editor.paste_corner(3)
    assert editor.session.front_track.drawn == (False, True, False, True)
    editor.use_preset(1, MELODY_PRESETS[0])
    assert editor.session.front_track.drawn == (False, False, False, True)
    editor.clear_corner(0)
    assert editor.session.front_track.corners[0] == MelodyLoop.empty()
    assert editor.session.front_track.drawn == (True, False, False, True)
    editor.set_drawn(3, False)
    assert editor.session.front_track.drawn == (True, False, False, False)
    editor.undo_stack.undo()
    assert editor.session.front_track.drawn == (True, False, False, True)


def test_notes_drawn_in_one_go_are_one_step(editor: CornerEditor) -> None:
    corner = editor.session.track("bass").corners[0]
    for semitones in (1, 2, 3):
        editor.set_notes(0, corner.transposed(semitones), "Move notes", "move 0 4", "bass")
    assert editor.undo_stack.count() == 1
    editor.undo_stack.undo()
    assert editor.session == Session()


def test_melodies_are_pasted_among_melodies_only(editor: CornerEditor, qtbot: QtBot) -> None:
    editor.copy_corner(0, "bass")
    assert not editor.can_paste
    assert editor.can_paste_into("melody")
    editor.paste_corner(2, "melody")
    assert editor.session.track("melody").corners[2] == editor.session.track("bass").corners[0]
    before = editor.session
    with qtbot.waitSignal(editor.messageShown) as shown:
        editor.paste_corner(2, "drums")
    assert shown.args[0] == "warning"
    assert editor.session == before


# -- mixer, scale, clips ----------------------------------------------------------------------------


def test_a_mixer_is_made_of_corners_when_it_is_first_played(editor: CornerEditor) -> None:
    editor.set_source(Source.MIXER, "melody")
    melody = editor.session.track("melody")
    assert melody.mixer is not None
    assert melody.mixer.ends == melody.corners[:2]
    mixer = replace(melody.mixer, steps=5)
    editor.set_mixer(mixer, "Steps", track="melody")
    editor.set_source(Source.PALETTE, "melody")
    editor.set_source(Source.MIXER, "melody")
    assert editor.session.track("melody").mixer == mixer
    editor.set_mixer(None, "Remove mixer", track="melody")
    assert editor.session.track("melody").source is Source.PALETTE
    editor.undo_stack.undo()
    assert editor.session.track("melody").source is Source.MIXER
    assert editor.session.track("melody").mixer == mixer


def test_slider_moves_merge(editor: CornerEditor) -> None:
    editor.set_source(Source.MIXER, "bass")
    for position in (0.1, 0.2, 0.3):
        mixer = editor.session.track("bass").mixer
        assert isinstance(mixer, Mixer)
        editor.set_mixer(replace(mixer, position=position), "Glide", "slider", "bass")
    assert editor.undo_stack.count() == 2


def test_scale_link_and_clips_are_steps(editor: CornerEditor) -> None:
    key = Key(9, Mode.MINOR)
    clip = Clip("Mine", TrackKind.BASS, editor.session.track("bass").corners[0])
    editor.set_scale(key)
    editor.set_link(Link.MIRRORED)
    editor.set_clips((clip,), "Keep clip")
    assert (editor.session.scale, editor.session.link, editor.session.clips) == (key, Link.MIRRORED, (clip,))
    assert editor.session.key_of(editor.session.track("bass")) == key
    assert editor.session.key_of(editor.session.track("drums")) is None
    editor.set_scale_lock(False, "bass")
    assert editor.session.key_of(editor.session.track("bass")) is None
    for _ in range(4):
        editor.undo_stack.undo()
    assert editor.session == Session()


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
