"""The controller and its engine: restart, ports, devices, and what is remembered of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session.controller import Controller
from blender_app.session.session import MidiSettings, Session


def poll(controller: Controller) -> None:
    """Take in what the engine said, without waiting for the timer."""
    controller.devices._on_poll_timer_timeout()


def last_pattern(engine) -> m.SetPattern:
    return [command for command in engine.sent(m.SetPattern) if command.track == "drums"][-1]


def test_a_dead_engine_is_started_again_once(controller: Controller, engine, clock, qtbot: QtBot) -> None:
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    controller.document.set_parameter("tempo_bpm", 77)
    engine.commands.clear()
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        engine.alive = False
    assert shown.args[0] == "warning"
    qtbot.waitUntil(lambda: "drums" in {command.track for command in engine.sent(m.SetPattern)})
    assert engine.alive
    assert m.SetParameter("tempo_bpm", 77.0) in engine.commands
    assert m.Play() in engine.commands
    assert last_pattern(engine).pattern.notes == controller.playback.sounding.to_notes()
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        engine.alive = False
    assert shown.args[0] == "error"
    assert not engine.alive
    assert not controller.playback.playing
    engine.commands.clear()
    controller.playback.play()
    assert engine.alive
    assert engine.commands[-1] == m.Play()
    assert m.SetParameter("tempo_bpm", 77.0) in engine.commands


def test_port_is_opened_when_it_appears_and_again_when_it_returns(
    controller: Controller, engine, qtbot: QtBot
) -> None:
    controller.devices.open_port("Synth")
    assert m.OpenPort("Synth") not in engine.commands
    engine.events.append(m.PortsChanged(("Other", "Synth")))
    qtbot.waitUntil(lambda: controller.devices.status.midi == "Synth")
    assert controller.devices.ports == ("Other", "Synth")
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        engine.events.extend([m.PortLost("Synth"), m.PortsChanged(("Other",))])
    assert "Synth" in shown.args[1]
    qtbot.waitUntil(lambda: controller.devices.status.midi == "no port")
    engine.commands.clear()
    engine.events.append(m.PortsChanged(("Synth",)))
    qtbot.waitUntil(lambda: controller.devices.status.midi == "Synth")
    assert engine.commands == [m.OpenPort("Synth")]


def test_port_comes_back_under_another_number(controller: Controller, engine, qtbot: QtBot) -> None:
    controller.devices.open_port("Pads:Pads MIDI 1 28:0")
    engine.events.append(m.PortsChanged(("Pads:Pads MIDI 1 32:0",)))
    qtbot.waitUntil(lambda: m.OpenPort("Pads:Pads MIDI 1 28:0") in engine.commands)
    engine.events.append(m.PortOpened("Pads:Pads MIDI 1 32:0"))  # the engine says what it found
    qtbot.waitUntil(lambda: controller.document.session.midi.port == "Pads:Pads MIDI 1 32:0")
    engine.commands.clear()
    engine.events.append(m.PortsChanged(("Other", "Pads:Pads MIDI 1 32:0")))
    qtbot.waitUntil(lambda: "Other" in controller.devices.ports)
    assert not engine.commands


def test_own_port_comes_back_with_the_midi_system(controller: Controller, engine, qtbot: QtBot) -> None:
    controller.devices.open_virtual_port("Mine")
    engine.events.extend([m.PortsChanged(("Other",)), m.PortOpened("Mine", virtual=True)])
    qtbot.waitUntil(lambda: controller.devices.status.midi == "Mine (own port)")
    assert engine.sent(m.OpenVirtualPort) == [m.OpenVirtualPort("Mine")]
    engine.events.extend([m.PortLost("Mine"), m.PortsChanged((), "no server"), m.PortsChanged(("Other",))])
    qtbot.waitUntil(lambda: engine.sent(m.OpenVirtualPort) == [m.OpenVirtualPort("Mine")] * 2)


@pytest.mark.parametrize("virtual", [False, True])
def test_last_port_is_remembered(make_controller, engine, virtual: bool) -> None:
    first = make_controller()
    first.start()
    if virtual:
        first.devices.open_virtual_port("Synth")
    else:
        first.devices.open_port("Synth")
    first.close()
    engine.commands.clear()
    second = make_controller()
    second.start()
    assert (second.document.session.midi.port, second.document.session.midi.virtual) == ("Synth", virtual)
    assert engine.sent(m.OpenVirtualPort) == [m.OpenVirtualPort("Synth")] * virtual


def test_routing_is_remembered(make_controller, engine, tmp_path: Path) -> None:
    first = make_controller()
    first.start()
    first.document.set_track_parameter("channel", 2)
    first.tracks.set_note_map((1, 2, 3, 4, 5, 6, 7, 8, 9))
    first.close()
    second = make_controller()
    second.start()
    drums = [command.settings for command in engine.sent(m.SetTrack) if command.settings.drums][-1]
    assert (drums.channel, drums.note_map) == (2, (1, 2, 3, 4, 5, 6, 7, 8, 9))
    assert not second.files.modified
    second.settings.remember_routing((99, 1))
    second.close()
    third = make_controller()
    third.start()
    assert third.document.session == Session()


def test_font_is_remembered_while_it_is_there(make_controller, engine, tmp_path: Path) -> None:
    first = make_controller()
    first.start()
    (tmp_path / "mine.sf2").touch()
    first.devices.set_font(str(tmp_path / "mine.sf2"))
    first.close()
    second = make_controller()
    second.start()
    assert m.LoadFont(tmp_path / "mine.sf2") in engine.commands
    assert second.document.session.font == str(tmp_path / "mine.sf2")
    assert not second.files.modified
    second.close()
    (tmp_path / "mine.sf2").unlink()
    third = make_controller()
    third.start()
    assert third.document.session.font is None


def test_an_opened_session_keeps_its_own_sound_and_the_port_in_use(
    make_controller, engine, tmp_path: Path, qtbot: QtBot
) -> None:
    first = make_controller()
    assert first.files.save(tmp_path / "theirs")
    first.start()
    font = tmp_path / "mine.sf2"
    font.touch()
    first.devices.set_font(str(font))
    first.document.set_track_parameter("channel", 3)
    first.devices.open_port("Synth")
    assert first.files.open(tmp_path / "theirs.blend.json")
    assert first.document.session.midi == MidiSettings(port="Synth")
    assert first.document.session.font is None
    first.close()
    second = make_controller()
    assert second.files.open(tmp_path / "theirs.blend.json")
    second.start()
    assert second.document.session.midi == MidiSettings(port="Synth")
    assert second.document.session.font is None


def test_undo_of_the_channel_leaves_the_port_alone(controller: Controller, engine) -> None:
    controller.document.set_track_parameter("channel", 4)
    controller.devices.open_virtual_port("Mine")
    controller.document.undo_stack.undo()
    assert controller.document.session.front_track.channel == 9
    assert (controller.document.session.midi.port, controller.document.session.midi.virtual) == ("Mine", True)


def test_missing_audio_is_told_once_and_shown(controller: Controller, engine, qtbot: QtBot) -> None:
    texts: list[str] = []
    controller.messages.messageShown.connect(lambda _level, text: texts.append(text))
    event = m.AudioChanged(None, None, (m.Kit(128, 0, "Standard"),), "No audio device: plug one in.")
    with qtbot.waitSignal(controller.devices.kitsChanged):
        engine.events.extend([event, event])
    assert texts == ["No audio device: plug one in."]
    assert not controller.devices.status.audio_ok
    assert controller.devices.status.message == "No audio device: plug one in."
    assert controller.devices.kits[0].name == "Standard"


def test_missing_midi_is_told_once_and_shown(controller: Controller, engine, qtbot: QtBot) -> None:
    texts: list[str] = []
    controller.messages.messageShown.connect(lambda _level, text: texts.append(text))
    missing = m.PortsChanged((), "No MIDI system: start one.")
    engine.events.extend([missing, missing])
    qtbot.waitUntil(lambda: controller.devices.status.midi_message == "No MIDI system: start one.")
    assert texts == ["No MIDI system: start one."]
    assert controller.devices.status.message is None
    engine.events.append(m.PortsChanged(("Synth",)))
    qtbot.waitUntil(lambda: controller.devices.status.midi_message is None)
    assert texts == ["No MIDI system: start one."]


def test_only_a_font_that_was_chosen_is_told_of(controller: Controller, engine, qtbot: QtBot) -> None:
    texts: list[str] = []
    controller.messages.messageShown.connect(lambda _level, text: texts.append(text))
    controller.devices.set_font("/fonts/mine.sf2")
    shipped, mine = Path("/shipped.sf2"), Path("/fonts/mine.sf2")
    engine.events.extend([m.FontLoaded(shipped), m.FontLoaded(mine), m.FontFailed(mine, "It is damaged.")])
    poll(controller)
    engine.events.append(m.FontLoaded(shipped))
    poll(controller)
    assert texts == ["mine.sf2 is loaded.", "It is damaged."]


def test_stats_reach_the_status(controller: Controller, engine, qtbot: QtBot) -> None:
    with qtbot.waitSignal(controller.devices.statusChanged):
        engine.events.append(m.Stats(3, 0.004, 0.07))
    assert (controller.devices.status.late_events, controller.devices.status.cpu) == (3, 0.07)


def test_playhead_stands_while_stopped(controller: Controller, engine, qtbot: QtBot) -> None:
    assert controller.playback.playhead_step(123.0) is None
    engine.events.append(m.TransportChanged(True, Timeline(50.0, 0.0, 120.0)))
    qtbot.waitUntil(lambda: controller.playback.playing)
    assert controller.playback.playhead_step(50.0 + 40 * 0.125) == pytest.approx(40.0)
