"""The link to the engine by itself: what each of the engine's words changes."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import DeviceError
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session.engine_link import Changes, EngineLink
from blender_app.session.path import PathPlan
from blender_app.session.played import PlayedLoop, PlayedPath
from blender_app.session.session import DrawnPath

ONE, TWO, THREE = (PlayedLoop(DrumLoop.empty().with_hit(0, 0, mark)) for mark in (1, 2, 3))
LINE = PlayedPath(
    PathPlan(DrawnPath(((0.0, 0.0),), bars=1)),
    tuple(DrumLoop.empty().with_hit(0, 0, 1 + mark) for mark in range(16)),
)


class Says:
    """An engine that says what a test wants, and takes everything unless it is told to fail."""

    def __init__(self) -> None:
        self.commands: list[m.Command] = []
        self.events: deque[m.Event] = deque()
        self.alive = False
        self.fails: Exception | None = None
        self.closed: list[float] = []

    def start(self) -> None:
        self.alive = True

    def send(self, command: m.Command) -> None:
        if self.fails is not None:
            raise self.fails
        self.commands.append(command)

    def poll(self) -> list[m.Event]:
        events = list(self.events)
        self.events.clear()
        return events

    def close(self, timeout_s: float) -> None:
        self.closed.append(timeout_s)
        self.alive = False


@pytest.fixture
def said() -> Says:
    return Says()


@pytest.fixture
def link(said: Says, clock) -> EngineLink:
    link = EngineLink(lambda: said, clock)
    link.start()
    return link


def hear(link: EngineLink, said: Says, *events: m.Event) -> Changes:
    """Let the engine say something, and return what is changed by it."""
    said.events.extend(events)
    return link.poll()


PLAYING = m.TransportChanged(True, Timeline(100.0, 0.0, 120.0))


# -- life -------------------------------------------------------------------------------------------


def test_nothing_is_known_before_the_start(said: Says, clock) -> None:
    link = EngineLink(lambda: said, clock)
    assert (link.started, link.died, link.playing, link.timeline) == (False, False, False, None)
    assert (link.ports, link.inputs, link.open_port, link.open_input, link.font) == ((), (), None, None, None)
    assert (link.audio_known, link.port_is_virtual, link.ports_message) == (False, False, None)
    assert (link.audio.driver, link.audio.message) == (None, None)
    assert (link.stats.late_events, link.stats.cpu_share) == (0, 0.0)
    link.send(m.Play())
    assert said.commands == []
    assert link.poll() == Changes()
    link.close(1.0)
    assert said.closed == []


def test_an_engine_is_started_has_died_or_was_closed(link: EngineLink, said: Says) -> None:
    assert (link.started, link.died) == (True, False)
    said.alive = False
    assert (link.started, link.died) == (True, True)
    hear(link, said, PLAYING, m.PortOpened("Synth"), m.InputOpened("Keys"))
    link.close(2.5)
    assert said.closed == [2.5]
    assert (link.started, link.died, link.playing) == (False, False, False)
    assert (link.open_port, link.open_input) == (None, None)


@pytest.mark.parametrize("error", [OSError("gone"), DeviceError("gone")])
def test_what_a_dead_engine_does_not_take_is_no_failure(link: EngineLink, said: Says, error) -> None:
    said.fails = error
    link.send(m.Play())
    assert link.play("drums", ONE, m.ChangeAt.STEP)
    assert link.current("drums") == ONE


def test_a_new_engine_is_sent_what_the_old_one_had(link: EngineLink, said: Says) -> None:
    hear(link, said, m.AudioChanged("alsa", None, ()))
    assert link.play("drums", ONE, m.ChangeAt.STEP)
    assert not link.play("drums", ONE, m.ChangeAt.STEP)
    link.close(1.0)
    link.start()
    assert not link.audio_known
    assert link.current("drums") is None
    assert link.play("drums", ONE, m.ChangeAt.STEP)


# -- what plays -------------------------------------------------------------------------------------


def test_patterns_are_numbered_and_sent_once(link: EngineLink, said: Says) -> None:
    for played, change_at in ((ONE, m.ChangeAt.STEP), (ONE, m.ChangeAt.BAR), (TWO, m.ChangeAt.BAR)):
        link.play("drums", played, change_at)
    link.play("bass", ONE, m.ChangeAt.LOOP)
    assert said.commands == [
        m.SetPattern("drums", ONE.pattern(1), m.ChangeAt.STEP),
        m.SetPattern("drums", TWO.pattern(2), m.ChangeAt.BAR),
        m.SetPattern("bass", ONE.pattern(3), m.ChangeAt.LOOP),
    ]


def test_while_the_transport_stands_all_sounds_at_once(link: EngineLink, said: Says) -> None:
    assert (link.current("drums"), link.sounding_rounds("drums"), link.waiting("drums")) == (None, None, None)
    link.play("drums", ONE, m.ChangeAt.BAR)
    assert link.sounding("drums") is None  # nobody has looked
    assert link.poll().sounding == {"drums"}
    assert link.sounding("drums") == ONE.loop
    assert link.waiting("drums") is None
    assert link.current("drums") == ONE
    assert link.sounding_rounds("drums") == ONE.rounds()
    assert link.poll() == Changes()


def test_while_it_plays_a_pattern_waits_for_its_start(link: EngineLink, said: Says) -> None:
    link.play("drums", ONE, m.ChangeAt.STEP)
    hear(link, said, PLAYING, m.PatternStarted("drums", 1, 0.0, 100.0))
    link.play("drums", TWO, m.ChangeAt.BAR)
    assert (link.current("drums"), link.waiting("drums")) == (TWO, TWO.loop)
    assert link.sounding("drums") == ONE.loop
    assert link.poll().sounding == set()
    assert hear(link, said, m.PatternStarted("drums", 2, 16.0, 102.0)).sounding == {"drums"}
    assert (link.sounding("drums"), link.waiting("drums")) == (TWO.loop, None)
    assert hear(link, said, m.PatternStarted("drums", 99, 0.0, 0.0)).sounding == set()
    assert hear(link, said, m.PatternStarted("gong", 2, 0.0, 0.0)).sounding == set()


def test_a_path_is_known_from_a_loop(link: EngineLink, said: Says, clock) -> None:
    link.play("drums", ONE, m.ChangeAt.STEP)
    assert link.sounding_path("drums") is None
    assert link.current_path("drums") is None
    hear(link, said, PLAYING)
    link.play("drums", LINE, m.ChangeAt.STEP)
    assert link.current_path("drums") == LINE
    assert link.sounding_path("drums") is None
    clock.now_s = 100.25  # two steps on
    assert link.waiting("drums") == LINE.loops[2]
    hear(link, said, m.TransportChanged(False, PLAYING.timeline))
    assert link.waiting("drums") == LINE.loops[0]
    hear(link, said, PLAYING)
    hear(link, said, m.PatternStarted("drums", 2, 0.0, 100.0))
    assert link.sounding_path("drums") == LINE
    assert link.sounding("drums") == LINE.loops[2]
    clock.now_s += 0.125
    assert link.poll().sounding == {"drums"}
    assert link.sounding("drums") == LINE.loops[3]


def test_while_the_transport_stands_a_path_is_at_its_beginning(link: EngineLink, said: Says) -> None:
    link.play("drums", LINE, m.ChangeAt.STEP)
    link.poll()
    assert link.sounding("drums") == LINE.loops[0]


def test_a_removed_track_is_no_more(link: EngineLink, said: Says) -> None:
    link.play("drums", ONE, m.ChangeAt.STEP)
    link.remove("drums")
    link.remove("gong")
    assert said.commands[1:] == [m.RemoveTrack("drums"), m.RemoveTrack("gong")]
    assert link.current("drums") is None
    assert link.play("drums", ONE, m.ChangeAt.STEP)


def test_steps_and_rows_are_of_the_transport_while_it_plays(link: EngineLink, said: Says, clock) -> None:
    assert (link.step_now(), link.step_at(101.0), link.playhead_at(101.0)) == (None, None, None)
    hear(link, said, PLAYING)
    clock.now_s = 101.0
    assert link.step_now() == 8.0
    assert [link.playhead_at(100.0 + seconds) for seconds in (-1.0, 0.0, 1.0, 4.0, 5.0)] == [0, 0, 8, 32, 40]
    hear(link, said, m.TransportChanged(True, Timeline(101.0, 6.0, 120.0)))
    assert link.playhead_at(100.0) == 6  # it has not begun
    hear(link, said, m.TransportChanged(False, Timeline(101.0, 6.0, 120.0)))
    assert (link.step_now(), link.playhead_at(101.0)) == (None, None)


# -- what the engine says ---------------------------------------------------------------------------


def test_each_word_changes_what_it_is_about(link: EngineLink, said: Says) -> None:
    changes = hear(link, said, PLAYING)
    assert (link.playing, link.timeline) == (True, PLAYING.timeline)
    assert changes.names == {"transport"}
    stopped = m.TransportChanged(False, PLAYING.timeline)
    assert hear(link, said, stopped).names == {"transport", "stopped"}
    assert hear(link, said, m.FontLoaded(Path("a.sf2"))).names == {"font"}
    assert link.font == Path("a.sf2")
    assert hear(link, said, m.Stats(3, 0.001, 0.5)) == Changes({"status"})
    assert link.stats == m.Stats(3, 0.001, 0.5)
    for event in (m.FontFailed(Path("b.sf2"), "No font."), m.EngineError("No font.")):
        changes = hear(link, said, event)
        assert (changes.names, changes.messages) == (set(), [("error", "No font.")])
    note = m.NoteReceived(60, 100, 1.0)
    assert hear(link, said, note) == Changes(notes=[note])


def test_why_nothing_sounds_is_told_once(link: EngineLink, said: Says) -> None:
    silent = m.AudioChanged(None, None, (), message="No sound card.")
    changes = hear(link, said, silent)
    assert (changes.names, changes.messages) == ({"kits", "status"}, [("warning", "No sound card.")])
    assert (link.audio, link.audio_known) == (silent, True)
    assert hear(link, said, silent).messages == []
    assert hear(link, said, m.AudioChanged("alsa", None, ())).messages == []
    assert hear(link, said, silent).messages == [("warning", "No sound card.")]


def test_midi_that_was_lost_is_back_once(link: EngineLink, said: Says) -> None:
    changes = hear(link, said, m.PortsChanged(("Synth",), None))
    assert (changes.names, changes.messages) == ({"ports", "status"}, [])
    assert link.ports == ("Synth",)
    gone = m.PortsChanged((), "No MIDI.")
    changes = hear(link, said, gone)
    assert (changes.names, changes.messages) == ({"ports", "status"}, [("warning", "No MIDI.")])
    assert link.ports_message == "No MIDI."
    assert hear(link, said, gone).messages == []
    assert "midi is back" in hear(link, said, m.PortsChanged(("Synth",), None)).names
    assert "midi is back" not in hear(link, said, m.PortsChanged(("Synth",), None)).names


def test_a_port_that_vanishes_is_told_and_waited_for(link: EngineLink, said: Says) -> None:
    assert hear(link, said, m.PortOpened("Synth", virtual=True)).names == {"port", "status"}
    assert (link.open_port, link.port_is_virtual) == ("Synth", True)
    hear(link, said, m.PortOpened("Pads", track="bass"), m.PortLost("Pads", "bass"))
    assert (link.open_port, link.port_is_virtual) == ("Synth", True)
    assert "midi is back" not in hear(link, said, m.PortsChanged(("Synth",), None)).names
    changes = hear(link, said, m.PortLost("Synth"))
    assert (changes.names, link.open_port) == ({"status"}, None)
    assert changes.messages == [
        ("warning", "The MIDI port Synth has vanished. It is opened again when it returns.")
    ]
    assert "midi is back" in hear(link, said, m.PortsChanged(("Synth",), None)).names


def test_inputs_come_and_go(link: EngineLink, said: Says) -> None:
    assert hear(link, said, m.InputsChanged(("Keys",))).names == {"inputs"}
    assert hear(link, said, m.InputOpened("Keys")).names == {"inputs"}
    assert (link.inputs, link.open_input) == (("Keys",), "Keys")
    changes = hear(link, said, m.InputLost("Keys"))
    assert (changes.names, link.open_input) == ({"inputs"}, None)
    assert changes.messages == [
        ("warning", "The MIDI input Keys has vanished. It is opened again when it returns.")
    ]
