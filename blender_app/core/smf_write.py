"""Lay patterns out on ticks and make the tracks of a MIDI file of them, by way of mido.

`blender_app.core.smf` is the way in; it imports this module, and with it mido, on the first write.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mido

from blender_app.core.drums import VOICE_PITCHES
from blender_app.core.feel import heard_step, heard_velocity
from blender_app.core.smf_read import EARLY_TEXT, NOTE_MAP_TEXT, SWING_TEXT
from blender_app.core.time import STRAIGHT_SWING, TICKS_PER_BEAT, TICKS_PER_STEP, steps_to_ticks

if TYPE_CHECKING:
    from blender_app.core.smf import MidiStyle, Section

_MAX_TEMPO_US = 0xFFFFFF
_CLOCKS_PER_CLICK, _THIRTY_SECONDS_PER_BEAT = 24, 8
_EARLIEST_TICKS = 1 - TICKS_PER_STEP // 2
"""A hit half a step early is the same tick as one half a step late: the late one keeps it."""


def file_bytes(sections: Sequence[Section], style: MidiStyle) -> bytes:
    """Return a MIDI file of type 1 with the sections one after the other."""
    end_tick = steps_to_ticks(sum(section.length_steps for section in sections))
    notes, early = _placed_notes(sections, end_tick, style)
    texts = [SWING_TEXT.format(style.heard_swing)] if style.heard_swing != STRAIGHT_SWING else []
    if tuple(style.note_map) != VOICE_PITCHES:
        texts.append(NOTE_MAP_TEXT.format(" ".join(map(str, style.note_map))))
    texts += [EARLY_TEXT.format(pitch, tick) for pitch, tick in early.items()]
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    file.tracks.append(_conductor_track(sections, style, end_tick))
    file.tracks.append(_note_track(notes, texts, style, end_tick))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _PlacedNote:
    """A note at its tick in the file."""

    tick: int
    length_ticks: int
    pitch: int
    velocity: int


def _placed_notes(
    sections: Sequence[Section], end_tick: int, style: MidiStyle
) -> tuple[list[_PlacedNote], dict[int, int]]:
    """Return the notes at their ticks, and on which ticks the early ones of the first downbeat belong."""
    placed: dict[tuple[int, int], _PlacedNote] = {}
    early: dict[int, int] = {}
    first_step = 0
    for section in sections:
        for note in section.notes:
            pitch = note.pitch if note.voice is None else style.note_map[note.voice]
            position = heard_step(note, style.heard_swing, style.heard_microtiming)
            earliest = steps_to_ticks(heard_step(note, style.heard_swing, 0.0)) + _EARLIEST_TICKS
            tick = steps_to_ticks(first_step) + max(steps_to_ticks(position), earliest)
            if tick < 0:
                early[pitch] = tick
            tick = min(max(tick, 0), end_tick - 1)
            length = max(1, min(steps_to_ticks(note.length_steps), end_tick - tick))
            velocity = heard_velocity(note.velocity, style.feel)
            rival = placed.get((tick, pitch))
            if rival is None or rival.velocity < velocity:
                placed[tick, pitch] = _PlacedNote(tick, length, pitch, velocity)
        first_step += section.length_steps
    return [placed[key] for key in sorted(placed)], early


def _conductor_track(sections: Sequence[Section], style: MidiStyle, end_tick: int) -> mido.MidiTrack:
    """Return the track with tempo, time signature and a marker for each named section."""
    timed: list[tuple[int, mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=style.track_name)),
        (0, mido.MetaMessage("set_tempo", tempo=min(_MAX_TEMPO_US, max(1, round(60e6 / style.tempo_bpm))))),
        (
            0,
            mido.MetaMessage(
                "time_signature",
                numerator=4,
                denominator=4,
                clocks_per_click=_CLOCKS_PER_CLICK,
                notated_32nd_notes_per_beat=_THIRTY_SECONDS_PER_BEAT,
            ),
        ),
    ]
    first_step = 0
    for section in sections:
        if section.name:
            timed.append((steps_to_ticks(first_step), mido.MetaMessage("marker", text=section.name)))
        first_step += section.length_steps
    return _track(timed, end_tick)


def _note_track(
    notes: Sequence[_PlacedNote], texts: Iterable[str], style: MidiStyle, end_tick: int
) -> mido.MidiTrack:
    """Return the track of notes; a note ends where the next one of its pitch begins."""
    timed: list[tuple[int, mido.Message | mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=style.track_name)),
        *((0, mido.MetaMessage("text", text=text)) for text in texts),
    ]
    if style.program is not None:
        timed.append((0, mido.Message("program_change", channel=style.channel, program=style.program)))
    ons, offs = [], []
    next_tick: dict[int, int] = {}
    for note in reversed(notes):
        off_tick = min(note.tick + note.length_ticks, next_tick.get(note.pitch, end_tick))
        next_tick[note.pitch] = note.tick
        on = mido.Message("note_on", channel=style.channel, note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", channel=style.channel, note=note.pitch, velocity=0)
        ons.append((note.tick, on))
        offs.append((off_tick, off))
    # Stable: at one tick the note-offs come first, so no note cuts the one that follows it.
    timed += sorted([*reversed(offs), *reversed(ons)], key=lambda event: event[0])
    return _track(timed, end_tick)


def _track(timed: Sequence[tuple[int, mido.Message | mido.MetaMessage]], end_tick: int) -> mido.MidiTrack:
    """Return a track of messages at absolute ticks, in order, that ends at `end_tick`."""
    track = mido.MidiTrack()
    now = 0
    for tick, message in [*timed, (end_tick, mido.MetaMessage("end_of_track"))]:
        track.append(message.copy(time=tick - now))
        now = tick
    return track
