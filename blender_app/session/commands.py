"""What the engine and the decode worker must be told, as values of sessions before and after a change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blender_app.core.kit import DRUM_NOTE_STEPS, VOICE_PITCHES
from blender_app.core.melody import MAX_PITCH, OCTAVE
from blender_app.core.notes import Note
from blender_app.core.parameters import SoundParameters, band_parameters, values_of
from blender_app.engine import messages as m
from blender_app.engine.midi_port import find_port
from blender_app.session.requests import DecodeTarget, PaletteRequest, Space
from blender_app.session.session import MidiSettings, Session, Source, Track

PREVIEW_STEPS = 2.0
"""How long a note is heard by itself."""


def engine_commands(before: Session | None, session: Session) -> list[m.Command]:
    """Return what the engine must be told after `before` became `session`; None tells all.

    MIDI ports are left out, for that depends on which there are, and tracks that have gone.
    """
    font = None if session.font is None else Path(session.font)
    table: list[tuple[object, object, m.Command]] = [
        *(
            (before and getattr(before, name), value, m.SetParameter(name, value))
            for name, value in ((name, getattr(session, name)) for name in band_parameters())
        ),
        (before and before.font, session.font, m.LoadFont(font)),
        (before and before.audio_enabled, session.audio_enabled, m.SetAudio(session.audio_enabled)),
        (before and before.midi.latency_s, session.midi.latency_s, m.SetLatency(session.midi.latency_s)),
    ]
    commands = [command for old, new, command in table if old != new]
    earlier = {track.name: track for track in before.tracks} if before else {}
    for track in session.tracks:
        commands.extend(track_commands(earlier.get(track.name), track))
    return commands


def port_commands(midi: MidiSettings, ports: Sequence[str], opened: str | None) -> list[m.Command]:
    """Return what opens the session's port; one that is not there is opened when it appears.

    Parameters
    ----------
    midi
        The session's port, and whether it is one of our own.
    ports
        Names of those that there are.
    opened
        Name of the port that is open, if any.
    """
    if midi.port is not None and midi.virtual:
        return [m.OpenVirtualPort(midi.port)]
    if midi.port is None or find_port(midi.port, list(ports)) is not None:
        return [m.OpenPort(midi.port)]
    return [m.OpenPort(None)] if opened is not None else []


def track_commands(before: Track | None, track: Track) -> list[m.Command]:
    """Return what the engine must be told after `before` became `track`; None tells all."""
    if before is track:
        return []
    commands: list[m.Command] = []
    settings = settings_of(track)
    if before is None or settings_of(before) != settings:
        commands.append(m.SetTrack(settings))
    if track.mix and (before is None or before.mix != track.mix):
        commands.append(m.SetMix(track.name, track.mix))
    return commands


def settings_of(track: Track) -> m.TrackSettings:
    """Return how `track` sounds, as the engine is told."""
    bank, program = track.sound
    return m.TrackSettings(
        track=track.name,
        drums=bool(track.kind.spec.voices),
        bank=bank,
        program=program,
        channel=track.channel,
        port=track.port,
        note_map=track.note_map,
        semitones=0 if track.kind.spec.voices else OCTAVE * track.octave,
        **values_of(track, SoundParameters),
    )


def hit(voice: int, velocity: int) -> Note:
    """Return a drum `voice` (0-8) as a note, its `velocity` brought into 1-127."""
    return Note(0, VOICE_PITCHES[voice], min(max(velocity, 1), 127), DRUM_NOTE_STEPS, voice=voice)


def note(pitch: int, velocity: int, length_steps: float) -> Note:
    """Return a note to be heard by itself, `length_steps` long.

    `pitch` and `velocity` are brought into MIDI's range.
    """
    return Note(0, min(max(pitch, 0), MAX_PITCH), min(max(velocity, 1), 127), length_steps)


def palette_request(session: Session, track: Track, source: Source) -> PaletteRequest | None:
    """Return the request for the palette or the morph of a track; None without a morph.

    Parameters
    ----------
    session
        Gives the key.
    track
        Whose loops are between.
    source
        Palette or morph.
    """
    key = session.key_of(track)
    target, model = DecodeTarget(track.name, source), track.model
    if source is Source.PALETTE:
        space = Space(track.kind, model, track.corners, key, track.user_edited if key else (), track.wander)
        return PaletteRequest(target, space, track.rows, track.cols)
    morph = track.morph
    if morph is None:
        return None
    space = Space(track.kind, model, morph.ends, key, morph.user_edited if key else (), track.wander)
    return PaletteRequest(target, space, 1, morph.steps)
