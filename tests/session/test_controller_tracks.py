"""The band: three tracks and more, with an engine that records and models that cross-fade."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.drums import VOICE_PITCHES
from blender_app.core.errors import ModelError
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Chord, Key, Mode
from blender_app.core.smf import read_midi
from blender_app.engine import messages as m
from blender_app.session.controller import Controller
from blender_app.session.morphing import swapped
from blender_app.session.session import DrawnPath, Morph, PathMode, PuckCoupling, Session, Source, TrackKind
from blender_app.session.status import ModelState

from .conftest import transposed  # noqa: TID252

LINE = DrawnPath(((0.0, 0.0), (1.0, 1.0)), bars=2, closed=False, playing=True)
A_MINOR = Key(9, Mode.MINOR, (Chord.parse("Am"), Chord.parse("F")))


def patterns(engine, track: str) -> list[m.SetPattern]:
    return [command for command in engine.sent(m.SetPattern) if command.track == track]


def last_notes(engine, track: str) -> tuple[Note, ...]:
    return patterns(engine, track)[-1].pattern.notes


def settings_of(engine, track: str) -> m.TrackSettings:
    return [each.settings for each in engine.sent(m.SetTrack) if each.settings.track == track][-1]


def play_morph(controller: Controller, qtbot: QtBot, track: str = "bass") -> Morph:
    """Let a track play its morph, and return it once its steps are there."""
    controller.morph.set_source(Source.MORPH, track)
    qtbot.waitUntil(lambda: len(controller.palettes.morph_loops_of(track)) == 9)
    morph = controller.document.session.track(track).morph
    assert morph is not None
    return morph


# -- tracks -----------------------------------------------------------------------------------------


def test_start_tells_the_engine_each_track(controller: Controller, engine) -> None:
    told = {command.settings.track: command.settings for command in engine.sent(m.SetTrack)}
    assert list(told) == ["drums", "bass", "melody"]
    assert (told["drums"].drums, told["drums"].note_map) == (True, VOICE_PITCHES)
    assert (told["bass"].drums, told["bass"].note_map) == (False, None)
    assert [command.track for command in engine.sent(m.SetMix)] == ["drums"]
    for name in told:
        assert last_notes(engine, name) == controller.playback.sounding_of(name).to_notes()


def test_each_palette_comes_from_the_model_of_its_kind(controller: Controller, model, melody_model) -> None:
    drums, bass, melody = controller.document.session.tracks
    assert {corners for corners, _ in model.asked} == {drums.corners}
    assert {corners for corners, _ in melody_model.asked} == {bass.corners, melody.corners}
    for track in controller.document.session.tracks:
        cells = controller.palettes.cells_of(track.name)
        assert (cells[0][0], cells[0][-1], cells[-1][0], cells[-1][-1]) == track.corners


def test_an_edit_of_one_track_makes_its_palette_only(
    controller: Controller, model, melody_model, qtbot: QtBot
) -> None:
    drums, melodies = len(model.asked), len(melody_model.asked)
    with qtbot.waitSignal(controller.palettes.cellsChanged, check_params_cb=lambda name: name == "bass"):
        controller.corners.clear(0, "bass")
    qtbot.waitUntil(lambda: len(melody_model.asked) == melodies + 2)
    controller.place.move_puck(0.0, 0.0, "bass")
    qtbot.waitUntil(lambda: controller.playback.sounding_of("bass") == MelodyLoop.empty())
    assert len(model.asked) == drums


def test_linked_pucks_are_all_heard(controller: Controller, engine, qtbot: QtBot) -> None:
    controller.place.set_coupling(PuckCoupling.MIRRORED)
    controller.place.move_puck(0.0, 0.0)
    drums, bass, melody = controller.document.session.tracks
    for track, corner in ((drums, 0), (bass, 3), (melody, 3)):
        qtbot.waitUntil(
            lambda track=track, corner=corner: (
                controller.playback.sounding_of(track.name) == track.corners[corner]
            )
        )
    assert last_notes(engine, "bass") == bass.corners[3].to_notes()


def test_what_is_in_front_is_what_is_shown(controller: Controller) -> None:
    controller.tracks.set_front("melody")
    assert controller.palettes.cells is controller.palettes.cells_of("melody")
    assert controller.playback.sounding == controller.playback.sounding_of("melody")
    assert controller.palettes.accuracy == (1.0,) * 4


def test_an_added_track_plays_and_a_removed_one_ends(controller: Controller, engine, qtbot: QtBot) -> None:
    assert controller.tracks.add(TrackKind.MELODY) == "melody 2"
    qtbot.waitUntil(lambda: bool(patterns(engine, "melody 2")) and controller.palettes.accuracy == (1.0,) * 4)
    assert settings_of(engine, "melody 2").channel == 2
    first = next(i for i, each in enumerate(engine.commands) if isinstance(each, m.SetTrack))
    assert first < engine.commands.index(patterns(engine, "melody 2")[0])
    engine.commands.clear()
    controller.tracks.remove("melody 2")
    assert engine.sent(m.RemoveTrack) == [m.RemoveTrack("melody 2")]
    assert controller.palettes.cells_of("melody 2") == []
    controller.document.undo_stack.undo()
    qtbot.waitUntil(lambda: bool(patterns(engine, "melody 2")))
    assert settings_of(engine, "melody 2").channel == 2


def test_answers_for_a_track_that_has_gone_are_let_go(
    controller: Controller, engine, melody_model, qtbot: QtBot
) -> None:
    melody_model.gate.clear()
    melody_model.entered.clear()
    controller.dice.roll(0, "bass")
    controller.corners.clear(0, "bass")
    assert melody_model.entered.wait(60)
    controller.tracks.remove("bass")
    engine.commands.clear()
    melody_model.gate.set()
    with qtbot.waitSignal(controller.playback.soundingChanged, check_params_cb=lambda name: name == "melody"):
        controller.place.move_puck(1.0, 1.0, "melody")
    assert patterns(engine, "bass") == []
    assert controller.palettes.cells_of("bass") == []


@pytest.mark.parametrize(
    ("edit", "changes"),
    [
        (lambda c: c.document.set_track_parameter("mute", True, "bass"), {"mute": True}),
        (lambda c: c.document.set_track_parameter("solo", True, "bass"), {"solo": True}),
        (lambda c: c.document.set_track_parameter("octave", -1, "bass"), {"semitones": -12}),
        (lambda c: c.tracks.set_sound(8, 39, "bass"), {"bank": 8, "program": 39}),
        (lambda c: c.document.set_track_parameter("pan", -0.5, "bass"), {"pan": -0.5}),
        (lambda c: c.document.set_track_parameter("gate", 0.5, "bass"), {"gate": 0.5}),
        (lambda c: c.document.set_track_parameter("legato", 0.5, "bass"), {"legato": 0.5}),
        (lambda c: c.tracks.open_port("Synth", "bass"), {"port": "Synth"}),
    ],
)
def test_a_track_s_values_reach_the_engine(controller: Controller, engine, edit, changes) -> None:
    before = settings_of(engine, "bass")
    engine.commands.clear()
    edit(controller)
    assert engine.commands == [m.SetTrack(replace(before, **changes))]


def test_an_opened_session_brings_its_own_band(
    controller: Controller, engine, tmp_path: Path, qtbot: QtBot
) -> None:
    controller.tracks.remove("melody")
    controller.place.set_coupling(PuckCoupling.SAME)
    controller.tracks.open_port("Synth", "bass")
    controller.files.save(tmp_path / "duo")
    controller.files.new()
    assert controller.document.session.track_names == ("drums", "bass", "melody")
    assert controller.document.session.track("bass").port == "Synth"
    engine.commands.clear()
    assert controller.files.open(tmp_path / "duo.blend.json")
    assert engine.sent(m.RemoveTrack) == [m.RemoveTrack("melody")]
    assert controller.document.session.coupling is PuckCoupling.SAME


def test_a_restarted_engine_is_told_of_each_track_again(controller: Controller, engine, qtbot: QtBot) -> None:
    controller.devices.open_input("Keys")
    controller.devices.set_thru("bass")
    controller.playback.set_metronome(True)
    engine.commands.clear()
    controller.devices.restart_engine()
    qtbot.waitUntil(lambda: {each.track for each in engine.sent(m.SetPattern)} == {"drums", "bass", "melody"})
    assert [command.settings.track for command in engine.sent(m.SetTrack)] == ["drums", "bass", "melody"]
    assert {m.OpenInput("Keys"), m.SetThru("bass"), m.SetMetronome(True)} <= {
        command for command in engine.commands if not isinstance(command, m.SetPattern | m.SetMix)
    }


# -- models -----------------------------------------------------------------------------------------


def test_one_model_that_fails_leaves_the_others_playing(make_controller, model, qtbot: QtBot) -> None:
    def load(name: str) -> object:
        if name == "melody-2bar":
            raise ModelError("The model melody-2bar is missing.")
        return model

    controller = make_controller(load_model=load)
    texts: list[str] = []
    controller.messages.messageShown.connect(lambda _level, text: texts.append(text))
    controller.start()
    qtbot.waitUntil(
        lambda: (
            controller.palettes.accuracy_of("drums") == (1.0,) * 4
            and bool(controller.palettes.cells_of("bass"))
        )
    )
    qtbot.waitUntil(lambda: bool(texts))
    assert controller.palettes.accuracy_of("bass") is None
    assert (controller.devices.status.model_state, controller.devices.status.model) == (
        ModelState.FAILED,
        "melody-2bar",
    )
    assert len(texts) == 1
    assert "melody-2bar is missing" in texts[0]
    controller.dice.roll(0, "bass")
    assert "could not be loaded" in texts[-1]
    controller.dice.roll(0, "drums")
    qtbot.waitUntil(lambda: controller.document.session.track("drums").corner_names[0].startswith("Dice"))


def test_only_the_models_that_tracks_need_are_loaded_and_shown(
    make_controller, load_model, qtbot: QtBot
) -> None:
    loaded: list[str] = []

    def load(name: str) -> object:
        loaded.append(name)
        return load_model(name)

    controller = make_controller(load_model=load, session=Session(tracks=(Session().track("drums"),)))
    controller.start()
    qtbot.waitUntil(lambda: controller.palettes.accuracy_of("drums") == (1.0,) * 4)
    assert (controller.devices.status.model_state, controller.devices.status.model) == (
        ModelState.READY,
        "drums-2bar",
    )
    assert loaded == ["drums-2bar"]
    name = controller.tracks.add(TrackKind.BASS)
    assert (controller.devices.status.model_state, controller.devices.status.model) == (
        ModelState.LOADING,
        "melody-2bar",
    )
    qtbot.waitUntil(lambda: controller.palettes.accuracy_of(name) == (1.0,) * 4)
    assert loaded == ["drums-2bar", "melody-2bar"]
    assert controller.devices.status.model == "drums-2bar, melody-2bar"
    controller.tracks.remove("drums")
    assert controller.devices.status.model == "melody-2bar"


def test_a_model_that_failed_is_tried_again_for_another_session(make_controller, model, qtbot: QtBot) -> None:
    tried: list[str] = []

    def load(name: str) -> object:
        tried.append(name)
        if len(tried) == 1:
            raise ModelError(f"The model {name} is missing.")
        return model

    controller = make_controller(load_model=load, session=Session(tracks=(Session().track("drums"),)))
    with qtbot.waitSignal(controller.messages.messageShown):
        controller.start()
    controller.corners.clear(0)
    qtbot.waitUntil(lambda: controller.palettes.cells_of("drums")[0][0].hit_count == 0)
    assert controller.devices.status.model_state is ModelState.FAILED
    assert tried == ["drums-2bar"]
    controller.files.new()
    assert controller.devices.status.model_state is ModelState.LOADING
    qtbot.waitUntil(
        lambda: all(controller.palettes.accuracy_of(name) for name in controller.document.session.track_names)
    )
    assert sorted(tried[1:]) == ["drums-2bar", "melody-2bar"]


def test_each_kind_has_its_stored_palette(make_controller, qtbot: QtBot) -> None:
    gate, asked = threading.Event(), []

    def load(_name: str) -> object:
        assert gate.wait(60)
        raise ModelError("none")

    controller = make_controller(load_model=load, load_stored=asked.append)
    controller.start()
    qtbot.waitUntil(
        lambda: all(controller.palettes.cells_of(name) for name in controller.document.session.track_names)
    )
    assert sorted(asked) == ["bass", "drums", "melody"]
    gate.set()


def test_dice_stay_in_the_register_of_the_track_and_in_the_key(
    controller: Controller, melody_model, qtbot: QtBot
) -> None:
    controller.band.set_key(A_MINOR)
    for name, register in (("bass", (28, 52)), ("melody", (53, 96))):
        controller.dice.roll(1, name)
        qtbot.waitUntil(
            lambda name=name: controller.document.session.track(name).corner_names[1].startswith("Dice")
        )
        wishes = [lock for lock in melody_model.locks if "register" in lock][-1]
        assert wishes["register"] == register
        assert np.array_equal(wishes["allowed"], A_MINOR.allowed())
        assert controller.document.session.track(name).user_edited == (False,) * 4
    controller.document.set_track_parameter("scale_lock", False, "bass")
    controller.dice.roll(2, "bass")
    qtbot.waitUntil(lambda: controller.document.session.track("bass").corner_names[2].startswith("Dice"))
    assert "allowed" not in [lock for lock in melody_model.locks if "register" in lock][-1]


def test_the_key_reaches_the_melodic_palettes_but_not_what_was_drawn(
    controller: Controller, model, melody_model, qtbot: QtBot
) -> None:
    controller.corners.set_notes(
        2, transposed(controller.document.session.track("bass").corners[2], 1), track="bass"
    )
    corners = controller.document.session.track("bass").corners
    qtbot.waitUntil(lambda: melody_model.asked[-1] == (corners, True))
    drums, melodies = len(model.asked), len(melody_model.asked)
    controller.band.set_key(A_MINOR)
    qtbot.waitUntil(lambda: len(melody_model.asked) == melodies + 4)
    locks = dict(zip((loops for loops, _ in melody_model.asked), melody_model.locks, strict=True))
    _, bass, melody = controller.document.session.tracks
    assert locks[bass.corners]["user_edited"] == (False, False, True, False)
    assert locks[melody.corners]["user_edited"] == (False,) * 4
    assert np.array_equal(locks[melody.corners]["allowed"], A_MINOR.allowed())
    assert len(model.asked) == drums
    with qtbot.waitSignal(controller.palettes.cellsChanged, check_params_cb=lambda name: name == "melody"):
        controller.document.set_track_parameter("scale_lock", False, "melody")
    assert len(melody_model.asked) == melodies + 4  # it was made before, and kept


def test_vary_goes_by_the_key(controller: Controller, melody_model, qtbot: QtBot) -> None:
    controller.band.set_key(A_MINOR)
    before = controller.document.session.track("melody").corners[0]
    controller.dice.vary(0, track="melody")
    qtbot.waitUntil(lambda: controller.document.session.track("melody").corners[0] != before)
    assert any(set(lock) == {"allowed"} for lock in melody_model.locks)


# -- paths ------------------------------------------------------------------------------------------


def test_a_melodic_path_keeps_lengths_and_never_overlaps(
    controller: Controller, engine, qtbot: QtBot
) -> None:
    controller.place.set_path(LINE, track="melody")
    qtbot.waitUntil(lambda: controller._link.sounding_path("melody") is not None)
    notes = last_notes(engine, "melody")
    assert notes
    for note, following in itertools.pairwise(notes):
        assert note.step + note.length_steps <= following.step
    assert any(note.length_steps > 1 for note in notes)
    first = controller.document.session.track("melody").corners[0].to_notes()[0]
    assert notes[0] == first
    assert controller.playback.path_position(0.0, "melody") == (0.0, 0.0)
    assert controller.playback.path_position(0.0, "drums") is None


# -- the morph --------------------------------------------------------------------------------------


def test_the_morph_plays_where_its_slider_is(controller: Controller, engine, qtbot: QtBot) -> None:
    morph = play_morph(controller, qtbot)
    loops = controller.palettes.morph_loops_of("bass")
    assert (loops[0], loops[-1]) == morph.ends
    qtbot.waitUntil(lambda: controller.playback.sounding_of("bass") == morph.ends[0])
    controller.morph.put(replace(morph, position=1.0), "Glide", "slider", "bass")
    qtbot.waitUntil(lambda: controller.playback.sounding_of("bass") == morph.ends[1])
    assert last_notes(engine, "bass") == morph.ends[1].to_notes()
    controller.morph.set_source(Source.PALETTE, "bass")
    cells = controller.palettes.cells_of("bass")
    qtbot.waitUntil(lambda: controller.playback.sounding_of("bass") == cells[5][5])


def test_other_ends_and_steps_make_other_rows(controller: Controller, qtbot: QtBot) -> None:
    morph = play_morph(controller, qtbot)
    with qtbot.waitSignal(controller.palettes.morphChanged) as shown:
        controller.morph.put(replace(morph, steps=17), "Steps", track="bass")
    assert shown.args == ["bass"]
    assert len(controller.palettes.morph_loops_of("bass")) == 17
    controller.dice.roll_end(1, "bass")
    qtbot.waitUntil(lambda: controller.document.session.track("bass").morph.names[1].startswith("Dice"))
    qtbot.waitUntil(
        lambda: (
            controller.palettes.morph_loops_of("bass")[-1]
            == controller.document.session.track("bass").morph.ends[1]
        )
    )
    before = controller.document.session.track("bass").morph.ends[0]
    controller.dice.vary_end(0, track="bass")
    qtbot.waitUntil(lambda: controller.document.session.track("bass").morph.ends[0] != before)
    assert controller.document.session.track("bass").morph.names[0].endswith("(varied)")
    assert controller.document.session.track("bass").corners == Session().track("bass").corners


def test_the_key_holds_in_the_morph_too(controller: Controller, melody_model, qtbot: QtBot) -> None:
    morph = play_morph(controller, qtbot)
    controller.morph.put(replace(morph, user_edited=(True, False)), "Mark", track="bass")
    controller.band.set_key(A_MINOR)
    qtbot.waitUntil(
        lambda: {"user_edited": (True, False)}.items() <= _last_lock(melody_model, morph.ends).items()
    )


def _last_lock(melody_model, loops: object) -> dict[str, object]:
    asked = list(zip(melody_model.asked, melody_model.locks, strict=False))
    return next((lock for (anchors, _), lock in reversed(asked) if anchors == loops), {})


def test_a_sweep_goes_there_and_back_from_where_the_slider_is(
    controller: Controller, engine, clock, qtbot: QtBot
) -> None:
    morph = replace(play_morph(controller, qtbot), sweep_bars=2, position=0.5)
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    controller.morph.put(replace(morph, sweeping=True), "Sweep", track="bass")
    qtbot.waitUntil(lambda: controller._link.sounding_path("bass") is not None)
    plan = controller._link.sounding_path("bass").plan
    assert (plan.path.mode, plan.path.bars) == (PathMode.PING_PONG, 4)
    clock.now_s += 1 * 0.125  # the sweep begins on step 1 where the slider was
    assert controller.playback.path_position(clock.now_s, "bass") == pytest.approx((0.5, 0.0))
    clock.now_s += 16 * 0.125
    assert controller.playback.path_position(clock.now_s, "bass") == pytest.approx((1.0, 0.0))
    clock.now_s += 24 * 0.125
    assert controller.playback.path_position(clock.now_s, "bass") == pytest.approx((0.25, 0.0))
    sweeping = controller.document.session.track("bass").morph
    controller.morph.put(replace(sweeping, sweeping=False), "Stop sweep", track="bass")
    assert controller.document.session.track("bass").morph.position == pytest.approx(0.25)
    qtbot.waitUntil(lambda: controller._link.sounding_path("bass") is None)


def test_a_sweep_sounds_on_where_its_ends_change_places(controller: Controller, clock, qtbot: QtBot) -> None:
    morph = replace(play_morph(controller, qtbot), sweep_bars=2, sweeping=True)
    controller.morph.put(morph, "Sweep", track="bass")
    qtbot.waitUntil(lambda: controller._link.sounding_path("bass") is not None)
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    clock.now_s += 8 * 0.125
    assert controller.playback.path_position(clock.now_s, "bass") == pytest.approx((0.25, 0.0))
    for expected in (0.75, 0.25):  # swapped, and back by undo
        with qtbot.waitSignal(
            controller.playback.soundingChanged, check_params_cb=lambda name: name == "bass"
        ):
            if expected == 0.75:
                controller.morph.put(swapped(morph), "Swap", track="bass")
            else:
                controller.document.undo_stack.undo()
        qtbot.waitUntil(
            lambda expected=expected: (
                controller.playback.path_position(clock.now_s, "bass") == pytest.approx((expected, 0.0))
            )
        )
    later = controller.playback.path_position(clock.now_s + 4 * 0.125, "bass")
    assert later == pytest.approx((0.375, 0.0))


def test_a_slider_that_is_taken_from_its_sweep_goes_where_the_hand_is(
    controller: Controller, clock, qtbot: QtBot
) -> None:
    morph = play_morph(controller, qtbot)
    controller.morph.put(replace(morph, sweeping=True), "Sweep", track="bass")
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    clock.now_s += 3
    controller.morph.put(replace(morph, sweeping=False, position=0.75), "Glide", track="bass")
    assert controller.document.session.track("bass").morph.position == 0.75


def test_a_sweep_of_drums_is_a_row_of_drums(controller: Controller, qtbot: QtBot) -> None:
    morph = play_morph(controller, qtbot, "drums")
    assert (
        controller.palettes.morph_loops_of("drums")[0]
        == morph.ends[0]
        == controller.document.session.tracks[0].corners[0]
    )


# -- input, clicks, notes ---------------------------------------------------------------------------


def test_the_input_is_passed_on(controller: Controller, engine, qtbot: QtBot) -> None:
    controller.devices.open_input("Keys")
    controller.devices.set_thru("melody")
    assert engine.commands[-2:] == [m.OpenInput("Keys"), m.SetThru("melody")]
    with qtbot.waitSignal(controller.devices.inputsChanged):
        engine.events.extend([m.InputsChanged(("Keys", "Pads")), m.InputOpened("Keys")])
    assert (controller.devices.inputs, controller.devices.input) == (("Keys", "Pads"), "Keys")
    with qtbot.waitSignal(controller.devices.noteReceived) as shown:
        engine.events.append(m.NoteReceived(60, 99, 123.5))
    assert shown.args == [60, 99, 123.5]
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        engine.events.append(m.InputLost("Keys"))
    assert "Keys has vanished" in shown.args[1]
    assert controller.devices.input is None


def test_notes_and_clicks_go_to_the_engine(controller: Controller, engine) -> None:
    engine.commands.clear()
    controller.playback.preview_note(200, 0, "bass")
    controller.playback.preview_note(60, 90, "bass", 8.0)
    controller.playback.set_metronome(True)
    controller.playback.play(2)
    assert engine.commands == [
        m.Preview("bass", Note(0, 127, 1, 2.0)),
        m.Preview("bass", Note(0, 60, 90, 8.0)),
        m.SetMetronome(True),
        m.Play(2),
    ]


def test_a_track_s_own_port_is_not_the_session_s(controller: Controller, engine, qtbot: QtBot) -> None:
    engine.events.append(m.PortOpened("Bass amp", track="bass"))
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        engine.events.append(m.PortLost("Bass amp", track="bass"))
    assert "Bass amp" in shown.args[1]
    assert controller.devices.status.midi == "no port"


# -- files ------------------------------------------------------------------------------------------


def test_the_band_is_written_as_it_plays(controller: Controller, tmp_path: Path, qtbot: QtBot) -> None:
    controller.place.set_path(replace(LINE, bars=4), track="melody")
    qtbot.waitUntil(lambda: controller._link.sounding_path("melody") is not None)
    controller.document.set_track_parameter("mute", True, "bass")
    assert controller.exchange.export_band(tmp_path / "band")
    content = read_midi(tmp_path / "band.mid")
    channels = {message.channel for message in content.messages if message.is_note_on}
    assert channels == {9, controller.document.session.track("melody").channel}
    assert content.end_tick == 4 * 4 * 480


def test_a_band_that_is_not_ready_is_not_written(make_controller, tmp_path: Path, qtbot: QtBot) -> None:
    controller = make_controller()
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        assert not controller.exchange.export_band(tmp_path / "band.mid")
    assert shown.args[0] == "warning"
    assert list(tmp_path.glob("*.mid")) == []


def test_any_loop_is_written_with_the_sound_of_its_kind(controller: Controller, tmp_path: Path) -> None:
    loop = controller.document.session.track("bass").corners[0]
    assert controller.exchange.export_loop(tmp_path / "clip.mid", loop, TrackKind.BASS)
    messages = read_midi(tmp_path / "clip.mid").messages
    assert {message.channel for message in messages} == {controller.document.session.track("bass").channel}
    controller.tracks.remove("bass")
    assert controller.exchange.export_loop(tmp_path / "again.mid", loop, TrackKind.BASS)


def test_a_loop_for_another_program_is_written_without_a_word(
    controller: Controller, tmp_path: Path, qtbot: QtBot
) -> None:
    loop = controller.document.session.track("melody").corners[0]
    with qtbot.assertNotEmitted(controller.messages.messageShown):
        assert controller.exchange.write_loop(tmp_path / "drag", loop, TrackKind.MELODY)
    assert (tmp_path / "drag.mid").exists()
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        assert not controller.exchange.write_loop(tmp_path / "none" / "drag.mid", loop, TrackKind.MELODY)
    assert shown.args[0] == "error"


def test_loops_are_read_and_written_by_kind(controller: Controller, tmp_path: Path, qtbot: QtBot) -> None:
    loop = controller.document.session.track("bass").corners[0]
    controller.exchange.export_loop(tmp_path / "bass.mid", loop, TrackKind.BASS)
    assert controller.exchange.import_corner(2, tmp_path / "bass.mid", "bass")
    bass = controller.document.session.track("bass")
    assert list(bass.corners[2].events) == list(loop.events)
    assert (bass.corner_names[2], bass.user_edited) == ("bass", (False, False, True, False))
    (tmp_path / "empty.mid").write_bytes(b"MThd")
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        assert controller.exchange.read_loop(tmp_path / "empty.mid", "bass") is None
    assert shown.args[0] == "error"
