"""Devices by themselves: what is sent when something is chosen, appears, vanishes or ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session.devices import CLOSE_TIMEOUT_S, POLL_EVERY_MS, RESTART_ENGINE_AFTER_S, Devices
from blender_app.session.engine_link import EngineLink
from blender_app.session.palettes import Palettes
from blender_app.session.remembered import remembered_values, routing_of
from blender_app.session.session import MidiSettings, Session
from blender_app.session.settings import Settings
from blender_app.session.status import ModelState, Status, needed_models, status_of

PLAYING = m.TransportChanged(True, Timeline(100.0, 0.0, 120.0))
SIGNALS = ("statusChanged", "portsChanged", "inputsChanged", "kitsChanged", "noteReceived")
LIFE = ("engineStarted", "engineRestarted", "engineEnded")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def link(engine, clock) -> EngineLink:
    return EngineLink(lambda: engine, clock)


@pytest.fixture
def devices(editor, engine, worker, clock, settings: Settings, link: EngineLink, qtbot):
    palettes = Palettes(editor.document, worker, editor.messages)
    devices = Devices(editor.document, link, palettes, settings, editor.messages, clock)
    yield devices
    devices.close()


@pytest.fixture
def told(devices: Devices) -> list[tuple[object, ...]]:
    """Return the list of the signals of devices, with what they bring."""
    names: list[tuple[object, ...]] = []
    for name in (*SIGNALS, *LIFE):
        getattr(devices, name).connect(lambda *values, name=name: names.append((name, *values)))
    return names


def hear(devices: Devices, engine, *events: m.Event) -> None:
    """Let the engine say something, and devices look at it."""
    engine.events.extend(events)
    devices._on_poll_timer_timeout()


# -- life -------------------------------------------------------------------------------------------


def test_it_looks_at_the_engine_often_while_it_runs(devices: Devices, engine) -> None:
    assert POLL_EVERY_MS <= 10
    assert (devices._poll_timer.isActive(), devices.running) == (False, False)
    devices.start(opened=False)
    assert (devices._poll_timer.isActive(), devices.running) == (True, True)
    assert devices._poll_timer.interval() == POLL_EVERY_MS
    assert engine.alive
    devices.close()
    assert (devices._poll_timer.isActive(), devices.running, engine.alive) == (False, False, False)


def test_a_closed_engine_is_not_closed_again(devices: Devices, link: EngineLink, monkeypatch) -> None:
    closed: list[float] = []
    monkeypatch.setattr(link, "close", closed.append)
    devices.close()
    assert closed == []
    devices.start(opened=False)
    devices.close()
    devices.close()
    assert closed == [CLOSE_TIMEOUT_S]
    assert 1.0 <= CLOSE_TIMEOUT_S <= 10.0  # it may be in the middle of a sound, but who quits waits


def test_only_a_failed_engine_is_started_again(devices: Devices, engine, link, told) -> None:
    devices.start_failed_engine()
    assert not link.started
    devices.start(opened=False)
    told.clear()
    devices.start_failed_engine()
    assert told == []
    link.close(0.0)
    devices.start_failed_engine()
    assert link.started
    assert [name for name, *_ in told if name in LIFE] == ["engineStarted", "engineRestarted"]


@pytest.mark.parametrize(
    ("pause_s", "level"), [(RESTART_ENGINE_AFTER_S, "error"), (RESTART_ENGINE_AFTER_S + 0.5, "warning")]
)
def test_an_engine_that_dies_soon_after_its_restart_has_ended(
    devices: Devices, engine, said, told, clock, pause_s: float, level: str
) -> None:
    devices.start(opened=False)
    hear(devices, engine, PLAYING)
    told.clear()
    engine.alive = False
    hear(devices, engine)
    assert [each for each in told if each[0] in LIFE] == [("engineStarted",), ("engineRestarted", True)]
    assert said[-1] == ("warning", "The sound engine stopped by itself and was started again.")
    clock.now_s += pause_s
    told.clear()
    engine.alive = False
    hear(devices, engine)
    assert said[-1][0] == level
    lives = [each for each in told if each[0] in LIFE]
    restarted = [("engineStarted",), ("engineRestarted", False)]
    assert lives == ([("engineEnded",)] if level == "error" else restarted)
    assert devices.status.audio == ("stopped" if level == "error" else "starting")
    assert RESTART_ENGINE_AFTER_S == 30.0


# -- choosing ---------------------------------------------------------------------------------------


def test_ports_are_chosen_for_now_and_later(devices: Devices, editor, settings: Settings) -> None:
    devices.start(opened=False)
    devices.open_virtual_port()
    assert editor.document.session.midi == MidiSettings("Loopweave", virtual=True)
    assert (settings.last_port, settings.last_port_is_own) == ("Loopweave", True)
    devices.open_port("Synth")
    assert editor.document.session.midi == MidiSettings("Synth", virtual=False)
    assert (settings.last_port, settings.last_port_is_own) == ("Synth", False)
    devices.open_port(None)
    assert (editor.document.session.midi.port, settings.last_port) == (None, None)
    assert editor.document.undo_stack.count() == 0


def test_latency_is_brought_into_range_and_small_steps_merge(devices: Devices, editor) -> None:
    for latency_s, kept in ((1.0, 0.5), (-1.0, -0.02), (0.1, 0.1)):
        devices.set_latency(latency_s)
        assert editor.document.session.midi.latency_s == kept
    assert editor.document.undo_stack.count() == 1
    assert editor.document.undo_stack.undoText() == "MIDI latency"


def test_font_and_synthesizer_are_chosen(devices: Devices, editor, settings: Settings) -> None:
    devices.set_font("a.sf2")
    assert (editor.document.session.font, settings.font) == ("a.sf2", "a.sf2")
    assert editor.document.undo_stack.undoText() == "SoundFont"
    devices.set_audio(False)
    assert not editor.document.session.audio_enabled
    assert editor.document.undo_stack.count() == 1


def test_input_and_thru_are_sent_at_once_and_to_a_new_engine(devices: Devices, engine) -> None:
    devices.start(opened=False)
    devices.set_thru("bass")
    devices.restart_engine()
    assert m.SetThru("bass") not in engine.commands[1:][-3:]  # without an input there is nothing to pass on
    devices.open_input("Keys")
    assert engine.commands[-1] == m.OpenInput("Keys")
    engine.commands.clear()
    devices.restart_engine()
    assert engine.commands[-2:] == [m.OpenInput("Keys"), m.SetThru("bass")]
    devices.open_input(None)
    engine.commands.clear()
    devices.restart_engine()
    assert engine.sent(m.OpenInput) == []


def test_the_session_is_followed_where_it_is_another(devices: Devices, editor, engine) -> None:
    devices.start(opened=False)
    engine.commands.clear()
    before = editor.document.session
    devices.follow_session(before)
    assert engine.commands == []
    editor.document.apply_values({"swing": 0.6, "midi": MidiSettings("Loopweave", virtual=True)})
    devices.follow_session(before)
    assert engine.commands == [m.SetParameter("swing", 0.6), m.OpenVirtualPort("Loopweave")]
    before = editor.document.session
    editor.document.apply_values({"midi": MidiSettings("Loopweave", virtual=True, latency_s=0.25)})
    engine.commands.clear()
    devices.follow_session(before)
    assert engine.commands == [m.SetLatency(0.25)]


# -- what the engine says ---------------------------------------------------------------------------


def test_each_word_is_passed_on_to_who_wants_it(devices: Devices, engine, told, said) -> None:
    devices.start(opened=False)
    for event, signal in (
        (m.PortsChanged(("Synth",), None), "portsChanged"),
        (m.InputsChanged(("Keys",)), "inputsChanged"),
        (m.AudioChanged("alsa", None, ()), "kitsChanged"),
    ):
        told.clear()
        hear(devices, engine, event)
        assert [name for name, *_ in told if name != "statusChanged"] == [signal]
    told.clear()
    hear(devices, engine, m.NoteReceived(60, 100, 1.5))
    assert told == [("noteReceived", 60, 100, 1.5)]
    told.clear()
    hear(devices, engine)
    assert told == []
    hear(devices, engine, m.EngineError("Ouch."))
    assert said == [("error", "Ouch.")]
    assert (devices.ports, devices.inputs, devices.input) == (("Synth",), ("Keys",), None)
    kits, sounds = (m.Kit(128, 0, "Kit"),), (m.Kit(0, 33, "Bass"),)
    hear(devices, engine, m.AudioChanged("alsa", None, kits, sounds=sounds), m.InputOpened("Keys"))
    assert (devices.kits, devices.sounds, devices.input) == (kits, sounds, "Keys")


def test_a_font_is_told_of_if_it_was_chosen(devices: Devices, editor, engine, said) -> None:
    hear(devices, engine)
    devices.start(opened=False)
    hear(devices, engine, m.FontLoaded(Path("/usr/shipped.sf2")))
    editor.document.edit("SoundFont", font="/srv/mine.sf2")
    hear(devices, engine, m.FontLoaded(Path("/usr/shipped.sf2")))
    assert said == []
    hear(devices, engine, m.FontLoaded(Path("/srv/mine.sf2")))
    assert said == [("info", "mine.sf2 is loaded.")]
    hear(devices, engine, m.Stats(0, 0.0, 0.0))
    assert len(said) == 1


def test_the_port_is_opened_when_it_appears_and_not_twice(devices: Devices, editor, engine) -> None:
    devices.start(opened=False)
    hear(devices, engine, m.PortsChanged(("Synth",), None))
    assert engine.sent(m.OpenPort) == []  # none is wanted
    devices.open_port("Synth")
    hear(devices, engine, m.PortsChanged(("Other",), None))
    assert engine.sent(m.OpenPort) == []
    hear(devices, engine, m.PortsChanged(("Other", "Synth"), None))
    assert engine.sent(m.OpenPort) == [m.OpenPort("Synth")]
    hear(devices, engine)
    hear(devices, engine, m.PortsChanged(("Other", "Synth"), None))
    assert len(engine.sent(m.OpenPort)) == 1
    hear(devices, engine, m.PortLost("Synth"), m.Stats(0, 0.0, 0.0))
    assert len(engine.sent(m.OpenPort)) == 1
    hear(devices, engine, m.PortsChanged(("Synth",), None))
    assert len(engine.sent(m.OpenPort)) == 2


def test_our_own_port_is_made_again_when_midi_is_back(devices: Devices, engine) -> None:
    devices.start(opened=False)
    devices.open_virtual_port("Mine")
    hear(devices, engine, m.PortsChanged((), "No MIDI."))
    hear(devices, engine, m.PortsChanged((), "No MIDI."))
    assert engine.sent(m.OpenVirtualPort) == []
    hear(devices, engine, m.PortsChanged((), None))
    assert engine.sent(m.OpenVirtualPort) == [m.OpenVirtualPort("Mine")]
    hear(devices, engine, m.PortsChanged((), None))
    assert len(engine.sent(m.OpenVirtualPort)) == 1


# -- what was chosen last ---------------------------------------------------------------------------


def test_nothing_remembered_is_nothing_to_begin_with(settings: Settings) -> None:
    assert remembered_values(Session(), settings, opened=False) == {}


def test_what_was_chosen_last_begins_a_new_session(settings: Settings, tmp_path: Path) -> None:
    font = tmp_path / "mine.sf2"
    settings.remember_font(str(font))
    settings.remember_port("Synth", own=False)
    settings.remember_routing((2, *range(9)))
    values = remembered_values(Session(), settings, opened=False)
    assert values == {
        "midi": MidiSettings("Synth", virtual=False),
        "drums.channel": 2,
        "drums.note_map": tuple(range(9)),
    }  # the font has gone
    font.touch()
    assert remembered_values(Session(), settings, opened=False)["font"] == str(font)
    own = Session(font="a.sf2", midi=MidiSettings("Mine"))
    assert remembered_values(own, settings, opened=False).keys() == {"drums.channel", "drums.note_map"}
    assert remembered_values(own, settings, opened=True) == {}


def test_a_routing_that_is_set_or_is_none_stays(editor, settings: Settings) -> None:
    settings.remember_routing((2, *range(9)))
    editor.document.set_track_parameter("channel", 4, "drums")
    assert remembered_values(editor.document.session, settings, opened=False) == {}
    settings.remember_routing((16, *range(9)))
    assert remembered_values(Session(), settings, opened=False) == {}
    settings.remember_routing((2, 3))
    assert remembered_values(Session(), settings, opened=False) == {}
    settings.remember_routing((2, *range(9)))
    editor.tracks.remove("drums")
    assert remembered_values(editor.document.session, settings, opened=False) == {}


def test_only_the_routing_of_drums_is_to_be_remembered(editor) -> None:
    session = editor.document.session
    drums = session.track("drums")
    assert routing_of(session, ["drums.channel"]) == (9, *drums.note_map)
    assert routing_of(session, ["swing", "drums.note_map"]) == (9, *drums.note_map)
    assert routing_of(session, ["drums.puck", "channel"]) is None
    assert routing_of(session, []) is None
    editor.tracks.remove("drums")
    assert routing_of(editor.document.session, ["bass.channel"]) is None


# -- the status -------------------------------------------------------------------------------------


def test_the_status_begins_with_nothing() -> None:
    begin = Status()
    assert (begin.audio, begin.midi, begin.model, begin.model_state) == (
        "starting",
        "no port",
        "",
        ModelState.LOADING,
    )
    assert (begin.audio_ok, begin.late_events, begin.cpu) == (False, 0, 0.0)


def test_the_status_says_what_sounds_or_why_nothing_does(engine, link: EngineLink) -> None:
    def look(enabled: bool = True) -> tuple[str, bool, str | None]:
        link.poll()
        status = status_of(link, enabled, {})
        return status.audio, status.audio_ok, status.message

    assert look() == ("stopped", False, None)
    link.start()
    assert look() == ("starting", False, None)
    engine.events.append(m.AudioChanged("alsa", None, ()))
    assert look() == ("alsa", True, None)
    assert look(enabled=False) == ("off", False, None)
    engine.events.append(m.AudioChanged(None, None, (), message="No card."))
    assert look() == ("no sound", False, "No card.")
    assert look(enabled=False) == ("off", False, None)
    engine.events.append(m.AudioChanged("alsa", None, ()))
    look()
    link.close(0.0)
    assert look() == ("stopped", False, None)


def test_the_status_says_which_port_is_open_and_how_the_engine_does(engine, link: EngineLink) -> None:
    link.start()
    engine.events.extend([m.PortOpened("Synth"), m.Stats(3, 0.001, 0.3333), m.PortsChanged((), "No MIDI.")])
    link.poll()
    status = status_of(link, True, {})
    assert (status.midi, status.late_events, status.cpu) == ("Synth", 3, 0.33)
    assert status.midi_message == "No MIDI."
    engine.events.append(m.PortOpened("Mine", virtual=True))
    link.poll()
    assert status_of(link, True, {}).midi == "Mine (own port)"


def test_the_status_names_the_models_in_the_worst_state(link: EngineLink) -> None:
    ready, loading, failed = ModelState.READY, ModelState.LOADING, ModelState.FAILED
    for models, names, state in (
        ({}, "", ready),
        ({"a": ready, "b": ready}, "a, b", ready),
        ({"a": ready, "b": loading}, "b", loading),
        ({"a": failed, "b": loading, "c": failed}, "a, c", failed),
    ):
        status = status_of(link, True, models)
        assert (status.model, status.model_state) == (names, state)
    known = {"drums-2bar": ready, "another": failed}
    assert needed_models(Session(), known) == {"drums-2bar": ready, "melody-2bar": loading}
