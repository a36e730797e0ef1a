"""The heart of the engine: transport, sequencer and outputs, turned by whoever owns the clock."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from blender_app.core.errors import DeviceError
from blender_app.core.notes import Note
from blender_app.engine import messages as m
from blender_app.engine.output import NoteQueue, Output, Routing
from blender_app.engine.sequencer import Sequencer
from blender_app.engine.transport import Transport

SOUND, MIDI = "sound", "midi"
_PREVIEW_S = 0.15
_PREVIEW_NOTE = Note(0, 0, 1)


class Player:
    """Carries out commands and tells the outputs of notes in time.

    Parameters
    ----------
    now
        Returns the moment in seconds.
    emit
        Is given the events; must not block.
    voice_pitches
        Key of each drum voice, for hits that are sounded by hand.
    failed
        Is told the name of an output that failed and was let go, and the output; must not block.
    """

    def __init__(
        self,
        now: Callable[[], float],
        emit: Callable[[m.Event], None],
        voice_pitches: tuple[int, ...],
        failed: Callable[[str, Output], None] = lambda _name, _output: None,
    ) -> None:
        self._now = now
        self._emit = emit
        self._failed = failed
        self._voice_pitches = voice_pitches
        self._transport = Transport(now())
        self._sequencer = Sequencer()
        self._queues: dict[str, NoteQueue] = {}
        self._routings = {SOUND: Routing(), MIDI: Routing(note_map=voice_pitches)}
        self._midi_latency_s = 0.0
        self._lost_late_events = 0
        self._handlers: dict[type, Callable[..., None]] = {
            m.Play: self._play,
            m.Stop: self._stop,
            m.Locate: self._locate,
            m.SetTempo: self._set_tempo,
            m.SetSwing: self._set_swing,
            m.SetFeel: self._set_feel,
            m.SetPattern: self._set_pattern,
            m.SetMix: self._set_mix,
            m.SetRouting: self._set_routing,
            m.SetLatency: self._set_latency,
            m.Preview: self._preview,
            m.Panic: self._panic,
        }

    def handles(self, command: m.Command) -> bool:
        """Return whether the command is about playing, not about devices."""
        return type(command) in self._handlers

    def handle(self, command: m.Command) -> None:
        """Carry out a command; call `advance` afterwards."""
        self._handlers[type(command)](command)

    def advance(self) -> float:
        """Decide and send what is due; return the moment to be called again (or infinity)."""
        now_s = self._now()
        due = self._sequencer.advance(now_s)
        for hit in due.notes:
            for queue in self._queues.values():
                queue.add(hit.note, hit.velocity, hit.time_s, hit.off_s)
        for name in list(self._queues):
            self._queues[name].output.follow(now_s)
            self._guard(name, lambda queue: queue.dispatch(self._now()))
        for started in due.started:
            self._emit(started)
        return min([due.next_s, *(queue.next_s for queue in self._queues.values())], default=math.inf)

    # -- outputs

    @property
    def follows(self) -> bool:
        """Whether there is an output with a clock of its own, so that `advance` is needed often."""
        return SOUND in self._queues

    def attach(self, name: str, output: Output | None) -> Output | None:
        """Send notes to `output` from now on (None: nowhere); return the silenced one before it."""
        before = self._queues.get(name)
        if before is not None:
            self._guard(name, lambda queue: queue.silence(self._now()))
            self._queues.pop(name, None)
            self._lost_late_events += before.late_events
        if output is not None:
            if name == MIDI:
                output.latency_s = self._midi_latency_s
            self._queues[name] = NoteQueue(output, self._routings[name])
        return before.output if before is not None else None

    def close(self) -> None:
        """Stop, and end every note that sounds."""
        self._sequencer.stop()
        self._silence()

    def take_lateness(self) -> tuple[int, float]:
        """Return the late events since the start, and the worst lateness in s since the last call."""
        queues = self._queues.values()
        worst_s = max((queue.take_worst_lateness_s() for queue in queues), default=0.0)
        return self._lost_late_events + sum(queue.late_events for queue in queues), worst_s

    def _guard(self, name: str, action: Callable[[NoteQueue], None]) -> None:
        """Do something with an output; one that fails is let go, and the music goes on."""
        try:
            action(self._queues[name])
        except DeviceError as error:
            lost = self._queues.pop(name)
            self._lost_late_events += lost.late_events
            self._emit(m.EngineError(str(error)))
            self._failed(name, lost.output)

    def _silence(self) -> None:
        for name in list(self._queues):
            self._guard(name, lambda queue: queue.silence(self._now()))

    # -- commands

    def _tell_transport(self) -> None:
        self._emit(m.TransportChanged(self._transport.playing, self._transport.timeline))

    def _play(self, _command: m.Play) -> None:
        if not self._transport.playing:
            self._transport.play(self._now())
            self._sequencer.start(self._transport.timeline)
            self._tell_transport()

    def _stop(self, _command: m.Stop) -> None:
        self._transport.stop(self._now())
        self._sequencer.stop()
        self._silence()
        self._tell_transport()

    def _locate(self, command: m.Locate) -> None:
        self._transport.locate(self._now(), command.step)
        if self._transport.playing:
            self._silence()
            self._sequencer.start(self._transport.timeline)
        self._tell_transport()

    def _set_tempo(self, command: m.SetTempo) -> None:
        self._transport.set_tempo(self._now(), command.tempo_bpm)
        self._sequencer.retime(self._transport.timeline)
        self._tell_transport()

    def _set_swing(self, command: m.SetSwing) -> None:
        self._transport.set_swing(self._now(), command.swing)
        self._sequencer.retime(self._transport.timeline)
        self._tell_transport()

    def _set_feel(self, command: m.SetFeel) -> None:
        self._sequencer.feel = command.amount

    def _set_pattern(self, command: m.SetPattern) -> None:
        self._sequencer.set_pattern(command.track, command.pattern, command.change_at, self._now())

    def _set_mix(self, command: m.SetMix) -> None:
        self._sequencer.set_mix(command.track, command.voices)

    def _set_routing(self, command: m.SetRouting) -> None:
        self._routings[MIDI] = Routing(command.channel, command.note_map)
        if MIDI in self._queues:
            self._queues[MIDI].routing = self._routings[MIDI]

    def _set_latency(self, command: m.SetLatency) -> None:
        self._midi_latency_s = command.offset_s
        if MIDI in self._queues:
            self._queues[MIDI].output.latency_s = self._midi_latency_s

    def _preview(self, command: m.Preview) -> None:
        note = replace(_PREVIEW_NOTE, pitch=self._voice_pitches[command.voice], voice=command.voice)
        now_s = self._now()
        for queue in self._queues.values():
            start_s = now_s + queue.output.lead_s - queue.output.latency_s
            queue.add(note, command.velocity, start_s, start_s + _PREVIEW_S)

    def _panic(self, _command: m.Panic) -> None:
        for name in list(self._queues):
            self._guard(name, lambda queue: queue.panic(self._now()))
