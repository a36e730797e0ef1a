"""Lay patterns out on ticks and make the tracks of a MIDI file of them, by way of mido.

`blender_app.core.smf` is the way in; it imports this module, and with it mido, on the first write.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import mido

from blender_app.core.articulation import Articulation, heard_pitch
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.core.kit import VOICE_PITCHES
from blender_app.core.notes import Note
from blender_app.core.smf_parts import MidiStyle, Part, Section
from blender_app.core.smf_read import NOTE_MAP_TEXT
from blender_app.core.smf_score import EARLY_TEXT, SWING_TEXT
from blender_app.core.time import STRAIGHT_SWING, TICKS_PER_BEAT, TICKS_PER_STEP, steps_to_ticks

_BAND_NAME, _DRUMS_NAME, _MELODY_NAME = "Loopweave", "Loopweave drums", "Loopweave melody"
_MELODY_CHANNEL = 0
_BANK_CONTROL = 0
_MAX_TEMPO_US = 0xFFFFFF
_CLOCKS_PER_CLICK, _THIRTY_SECONDS_PER_BEAT = 24, 8
_EARLIEST_TICKS = 1 - TICKS_PER_STEP // 2
"""A hit half a step early is the same tick as one half a step late: the late one keeps it."""


def file_bytes(parts: Sequence[Part]) -> bytes:
    """Return a MIDI file of type 1 with the `parts`, each of sections one after the other."""
    end_tick = max(steps_to_ticks(sum(section.length_steps for section in part.sections)) for part in parts)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    file.tracks.append(_conductor_track(parts, end_tick))
    file.tracks.extend(_part_track(part, end_tick) for part in parts)
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


def _timed_notes(sections: Sequence[Section]) -> Iterator[tuple[int, Note]]:
    """Yield the notes, and with each the step at which its section begins."""
    first_step = 0
    for section in sections:
        for note in section.notes:
            yield first_step, note
        first_step += section.length_steps


def _onset(first_step: int, note: Note, heard: Articulation) -> int:
    """Return the tick of a note's onset, below 0 if it comes before the file's beginning."""
    position = heard.onset(note.step, note)
    earliest = steps_to_ticks(heard.onset(note.step, replace(note, microtiming=0.0))) + _EARLIEST_TICKS
    return steps_to_ticks(first_step) + max(steps_to_ticks(position), earliest)


def _placed_hits(
    timed: Iterable[tuple[int, Note]], end_tick: int, style: MidiStyle
) -> tuple[list[_PlacedNote], dict[int, int]]:
    """Return drum hits at their ticks, and on which ticks the early ones of the first downbeat belong."""
    heard, loud = style.articulation, Articulation(style)
    placed: dict[tuple[int, int], _PlacedNote] = {}
    early: dict[int, int] = {}
    for first_step, note in timed:
        pitch = note.pitch if note.voice is None else style.note_map[note.voice]
        volume = 1.0 if note.voice is None else style.voice_volumes[note.voice]
        if volume == 0.0:
            continue
        tick = _onset(first_step, note, heard)
        if tick < 0:
            early[pitch] = tick
        tick = min(max(tick, 0), end_tick - 1)
        length = max(1, min(steps_to_ticks(note.length_steps), end_tick - tick))
        velocity = max(1, round(volume * loud.velocity(note.velocity)))
        rival = placed.get((tick, pitch))
        if rival is None or rival.velocity < velocity:
            placed[tick, pitch] = _PlacedNote(tick, length, pitch, velocity)
    return [placed[key] for key in sorted(placed)], early


def _placed_tones(
    timed: Iterable[tuple[int, Note]], end_tick: int, style: MidiStyle
) -> tuple[list[_PlacedNote], dict[int, int]]:
    """Return melodic notes as `_placed_hits` does, no two at the same time."""
    chosen = {first_step + note.step: (first_step, note) for first_step, note in timed}  # the last of a step
    heard, loud = style.articulation, Articulation(style)
    placed: list[_PlacedNote] = []
    early: dict[int, int] = {}
    next_tick = end_tick
    for step in sorted(chosen, reverse=True):
        first_step, note = chosen[step]
        pitch = heard_pitch(note.pitch, style.semitones)
        tick = _onset(first_step, note, heard)
        if tick < 0:
            early[pitch] = tick
        tick = min(max(tick, 0), next_tick - 1)
        off_tick = _off_tick(note, first_step, tick, heard, next_tick if placed else None)
        length = max(1, min(off_tick, next_tick) - tick)
        placed.append(_PlacedNote(tick, length, pitch, loud.velocity(note.velocity)))
        next_tick = tick
    return placed[::-1], early


def _off_tick(note: Note, first_step: int, tick: int, heard: Articulation, next_tick: int | None) -> int:
    """Return the tick at which a melodic note that starts at `tick` falls silent."""
    first_tick = steps_to_ticks(first_step)
    end = heard.end(
        note.step,
        note.length_steps,
        (tick - first_tick) / TICKS_PER_STEP,
        math.inf if next_tick is None else (next_tick - first_tick) / TICKS_PER_STEP,
    )
    return first_tick + steps_to_ticks(end)


def _conductor_track(parts: Sequence[Part], end_tick: int) -> mido.MidiTrack:
    """Return the track with tempo, time signature and a marker for each named section."""
    style = parts[0].style
    name = _track_name(parts[0]) if len(parts) == 1 else _BAND_NAME
    timed: list[tuple[int, mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=name)),
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
    markers: dict[tuple[int, str], None] = {}  # an ordered set: parts may share their sections
    for part in parts:
        first_step = 0
        for section in part.sections:
            if section.name:
                markers[steps_to_ticks(first_step), section.name] = None
            first_step += section.length_steps
    timed += [(tick, mido.MetaMessage("marker", text=text)) for tick, text in sorted(markers)]
    return _track(timed, end_tick)


def _is_melodic(part: Part) -> bool:
    return any(note.voice is None for section in part.sections for note in section.notes)


def _track_name(part: Part) -> str:
    return part.style.track_name or (_MELODY_NAME if _is_melodic(part) else _DRUMS_NAME)


def _part_track(part: Part, end_tick: int) -> mido.MidiTrack:
    """Return the track of a part's notes."""
    style = part.style
    place = _placed_tones if _is_melodic(part) else _placed_hits
    notes, early = place(_timed_notes(part.sections), end_tick, style)
    swing = style.articulation.groove.swing
    texts = [SWING_TEXT.format(swing)] if swing != STRAIGHT_SWING else []
    if tuple(style.note_map) != VOICE_PITCHES:
        texts.append(NOTE_MAP_TEXT.format(" ".join(map(str, style.note_map))))
    texts += [EARLY_TEXT.format(pitch, tick) for pitch, tick in early.items()]
    channel = style.channel
    if channel is None:
        channel = _MELODY_CHANNEL if _is_melodic(part) else DRUM_CHANNEL
    timed: list[tuple[int, mido.Message | mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=_track_name(part))),
        *((0, mido.MetaMessage("text", text=text)) for text in texts),
        *((0, message) for message in _sound_messages(style, channel)),
        *_note_messages(notes, channel, end_tick),
    ]
    return _track(timed, end_tick)


def _sound_messages(style: MidiStyle, channel: int) -> Iterator[mido.Message]:
    """Yield what chooses a part's sound; a bank waits for its program."""
    if style.bank is not None:
        yield mido.Message("control_change", channel=channel, control=_BANK_CONTROL, value=style.bank)
    if style.program is not None:
        yield mido.Message("program_change", channel=channel, program=style.program)
    for control, value in style.controls:
        yield mido.Message("control_change", channel=channel, control=control, value=value)


def _note_messages(
    notes: Sequence[_PlacedNote], channel: int, end_tick: int
) -> list[tuple[int, mido.Message]]:
    """Return note-ons and note-offs in order; a note ends where the next one of its pitch begins."""
    ons, offs = [], []
    next_tick: dict[int, int] = {}
    for note in reversed(notes):
        off_tick = min(note.tick + note.length_ticks, next_tick.get(note.pitch, end_tick))
        next_tick[note.pitch] = note.tick
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)
        ons.append((note.tick, on))
        offs.append((off_tick, off))
    # Stable: at one tick the note-offs come first, so no note cuts the one that follows it.
    return sorted([*reversed(offs), *reversed(ons)], key=lambda event: event[0])


def _track(timed: Sequence[tuple[int, mido.Message | mido.MetaMessage]], end_tick: int) -> mido.MidiTrack:
    """Return a track of messages at absolute ticks, in order, that ends at `end_tick`."""
    track = mido.MidiTrack()
    now = 0
    for tick, message in [*timed, (end_tick, mido.MetaMessage("end_of_track"))]:
        track.append(message.copy(time=tick - now))
        now = tick
    return track
