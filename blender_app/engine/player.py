"""The heart of the engine: transport, sequencer and outputs, turned by whoever owns the clock."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from blender_app.core.articulation import heard_pitch
from blender_app.core.errors import DeviceError
from blender_app.core.notes import Note
from blender_app.core.parameters import GrooveParameters, parameters_of
from blender_app.core.time import steps_to_seconds
from blender_app.engine import messages as m
from blender_app.engine.clicks import click_of
from blender_app.engine.output import (
    CLICK_CHANNEL,
    MIN_NOTE_S,
    SOUND,
    NoteQueue,
    Output,
    Sound,
    SynthChannels,
    port_of,
)
from blender_app.engine.sequencer import Due, Sequencer
from blender_app.engine.transport import Transport

CLICK_S = 0.1
THRU_DRUM_S = 0.15
"""Length of a drum that is played on the input."""
_CLICK_TRACK = ""


class Player:
    """Carries out commands and tells the outputs of notes in time.

    Parameters
    ----------
    now
        Returns the moment in seconds.
    emit
        Is given the events; must not block.
    drum_keys
        Voice and own key of the MIDI notes that are drums, for what is played on the input.
    failed
        Is told the name of an output that failed and was let go, and the output; must not block.
    """

    def __init__(
        self,
        now: Callable[[], float],
        emit: Callable[[m.Event], None],
        drum_keys: Mapping[int, tuple[int, int]],
        failed: Callable[[str, Output], None] = lambda _name, _output: None,
    ) -> None:
        self._now = now
        self._emit = emit
        self._failed = failed
        self._drum_keys = drum_keys
        self._transport = Transport(now())
        self._sequencer = Sequencer()
        self._groove = GrooveParameters()
        self._queues: dict[str, NoteQueue] = {}  # one port may have several names, and then has one queue
        self._tracks: dict[str, m.TrackSettings] = {}
        self._channels = SynthChannels()
        self._serials = itertools.count(-1, -1)  # of what the sequencer does not play
        self._thru: str | None = None
        self._thru_serials: dict[int, int] = {}  # pitch on the input -> what sounds for it
        self._midi_latency_s = 0.0
        self._lost_late_events = 0
        self._handlers: dict[type, Callable[..., None]] = {
            m.Play: self._play,
            m.Stop: self._stop,
            m.Locate: self._locate,
            m.SetParameter: self._set_parameter,
            m.SetPattern: self._set_pattern,
            m.SetMix: self._set_mix,
            m.SetTrack: self._set_track,
            m.RemoveTrack: self._remove_track,
            m.SetLatency: self._set_latency,
            m.SetMetronome: self._set_metronome,
            m.SetThru: self._set_thru,
            m.Preview: self._preview,
            m.Panic: self._panic,
        }

    def handles(self, command: m.Command) -> bool:
        """Return whether `command` is about playing, not about devices alone."""
        return type(command) in self._handlers

    def handle(self, command: m.Command) -> None:
        """Carry out `command`; call `advance` afterwards."""
        self._handlers[type(command)](command)

    def advance(self) -> float:
        """Decide and send what is due; return the moment to be called again (or infinity)."""
        now_s = self._now()
        due = self._sequencer.advance(now_s)
        self._queue(due)
        for name, queue in list(self._queues.items()):
            queue.output.follow(now_s)
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
        """Use `output` as `name` from now on (None: none); return the silenced one before it."""
        before = self._queues.get(name)
        if before is not None:
            self._guard(name, lambda queue: queue.silence(self._now()))
            self._queues.pop(name, None)
            self._lost_late_events += 0 if before in self._queues.values() else before.late_events
        if output is not None:
            if name != SOUND:
                output.latency_s = self._midi_latency_s
            shared = (queue for queue in self._queues.values() if queue.output is output)
            self._queues[name] = next(shared, None) or NoteQueue(output)
        return before.output if before is not None else None

    def close(self) -> None:
        """Stop, and end every note that sounds."""
        self._sequencer.stop()
        self._silence()

    def take_lateness(self) -> tuple[int, float]:
        """Return the late events since the start, and the worst lateness in s since the last call."""
        queues = set(self._queues.values())
        worst_s = max((queue.take_worst_lateness_s() for queue in queues), default=0.0)
        return self._lost_late_events + sum(queue.late_events for queue in queues), worst_s

    def _guard(self, name: str, action: Callable[[NoteQueue], None]) -> None:
        """Do something with an output; one that fails is let go, and the music goes on."""
        queue = self._queues.get(name)
        if queue is None:
            return
        try:
            action(queue)
        except DeviceError as error:
            for other in [key for key, value in self._queues.items() if value is queue]:
                del self._queues[other]
            self._lost_late_events += queue.late_events
            self._emit(m.EngineError(str(error)))
            self._failed(name, queue.output)

    def _everywhere(self, action: Callable[[NoteQueue], None]) -> None:
        for name in list(self._queues):
            self._guard(name, action)

    def _silence(self) -> None:
        self._thru_serials.clear()
        self._everywhere(lambda queue: queue.silence(self._now()))

    def _end_track(self, track: str) -> None:
        self._everywhere(lambda queue: queue.end_track(track, self._now()))

    # -- notes

    def _queue(self, due: Due) -> None:
        """Put what is due into the queues of its track."""
        for hit in due.notes:
            settings = self._tracks[hit.track]
            for queue, sound in self._sounds(settings, hit.note, hit.velocity, hit.serial):
                queue.add(sound, hit.time_s, hit.off_s)
        for end in due.ends:
            for queue in set(self._queues.values()):
                queue.end(end.serial, end.time_s)
        for click in due.clicks if SOUND in self._queues else ():
            key, velocity = click_of(click.step)
            sound = Sound(next(self._serials), _CLICK_TRACK, False, CLICK_CHANNEL, key, velocity)
            self._queues[SOUND].add(sound, click.time_s, click.time_s + CLICK_S)

    def _sounds(
        self, settings: m.TrackSettings, note: Note, velocity: int, serial: int
    ) -> Iterator[tuple[NoteQueue, Sound]]:
        """Yield the queues that a note of a track goes to, and how it sounds there."""
        monophonic = not settings.drums
        key = heard_pitch(note.pitch, settings.semitones) if monophonic else note.pitch
        if SOUND in self._queues:
            channel = self._channels.take(settings.track)
            yield self._queues[SOUND], Sound(serial, settings.track, monophonic, channel, key, velocity)
        port = port_of(settings.track if settings.port is not None else None)
        if port in self._queues:
            if settings.note_map and note.voice is not None and note.voice < len(settings.note_map):
                key = settings.note_map[note.voice]
            scaled = max(1, round(velocity * settings.volume))
            yield self._queues[port], Sound(serial, settings.track, monophonic, settings.channel, key, scaled)

    def _sound_now(self, settings: m.TrackSettings, note: Note, length_s: float) -> int:
        """Sound a note at once and return its serial."""
        serial, now_s = next(self._serials), self._now()
        for queue, sound in self._sounds(settings, note, note.velocity, serial):
            start_s = now_s - queue.output.latency_s
            queue.add(sound, start_s, start_s + length_s)
        return serial

    def receive(self, pitch: int, velocity: int, time_s: float) -> None:
        """Take a note from the MIDI input; call `advance` afterwards.

        Parameters
        ----------
        pitch
            0-127.
        velocity
            1-127; 0 ends the note.
        time_s
            When it was played, on the monotonic clock.
        """
        self._emit(m.NoteReceived(pitch, velocity, time_s))
        self._end_thru(pitch)
        settings = self._tracks.get(self._thru) if self._thru is not None else None
        if velocity == 0 or settings is None:
            return
        if settings.drums:
            voice, key = self._drum_keys.get(pitch, (None, pitch))
            self._sound_now(settings, Note(0, key, velocity, voice=voice), THRU_DRUM_S)
        else:
            self._thru_serials[pitch] = self._sound_now(settings, Note(0, pitch, velocity), math.inf)

    def end_thru(self) -> None:
        """End what is played on the MIDI input: it has gone, or goes elsewhere."""
        for pitch in list(self._thru_serials):
            self._end_thru(pitch)

    def _end_thru(self, pitch: int) -> None:
        serial = self._thru_serials.pop(pitch, None)
        if serial is not None:
            for queue in set(self._queues.values()):
                queue.end(serial, self._now() - queue.output.latency_s)

    # -- commands

    def _tell_transport(self) -> None:
        self._emit(m.TransportChanged(self._transport.playing, self._transport.timeline))

    def _play(self, command: m.Play) -> None:
        if not self._transport.playing:
            self._transport.play(self._now(), command.count_in_bars)
            self._sequencer.start(self._transport.timeline, command.count_in_bars)
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

    def _set_parameter(self, command: m.SetParameter) -> None:
        name, value = command.name, command.value
        if name not in parameters_of(GrooveParameters):
            return  # the sound manager's
        self._groove = replace(self._groove, **{name: value})
        self._sequencer.set_groove(self._groove)
        if name in ("tempo_bpm", "swing"):
            self._transport.retime(self._now(), **{name: value})
            self._sequencer.retime(self._transport.timeline)
            self._tell_transport()

    def _set_pattern(self, command: m.SetPattern) -> None:
        self._sequencer.set_pattern(command.track, command.pattern, command.change_at, self._now())

    def _set_mix(self, command: m.SetMix) -> None:
        self._sequencer.set_mix(command.track, command.voices)

    def _set_track(self, command: m.SetTrack) -> None:
        settings = command.settings
        before = self._tracks.get(settings.track)
        heard = self._sequencer.silent_tracks
        self._tracks[settings.track] = settings
        self._channels.take(settings.track)
        self._sequencer.set_track(settings)
        silenced = set(self._sequencer.silent_tracks - heard)
        if before is not None and (before.port, before.drums) != (settings.port, settings.drums):
            silenced.add(settings.track)
        for track in silenced:
            self._end_track(track)

    def _remove_track(self, command: m.RemoveTrack) -> None:
        self._sequencer.remove_track(command.track)
        self._end_track(command.track)
        self._tracks.pop(command.track, None)
        self._channels.free(command.track)

    def _set_latency(self, command: m.SetLatency) -> None:
        self._midi_latency_s = command.offset_s
        for name, queue in self._queues.items():
            if name != SOUND:
                queue.output.latency_s = self._midi_latency_s

    def _set_metronome(self, command: m.SetMetronome) -> None:
        self._sequencer.clicks.enabled = command.enabled

    def _set_thru(self, command: m.SetThru) -> None:
        if command.track != self._thru:
            self.end_thru()
            self._thru = command.track

    def _preview(self, command: m.Preview) -> None:
        settings = self._tracks.get(command.track)
        if settings is not None:
            length_s = steps_to_seconds(command.note.length_steps, self._transport.timeline.tempo_bpm)
            self._sound_now(settings, command.note, max(length_s, MIN_NOTE_S))

    def _panic(self, _command: m.Panic) -> None:
        self._thru_serials.clear()
        self._sequencer.release()
        self._everywhere(lambda queue: queue.panic(self._now()))
