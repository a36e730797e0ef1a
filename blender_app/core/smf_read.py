"""Make a drum loop of a MIDI file, whoever wrote it."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from blender_app.core.drums import LOOP_STEPS, PITCH_TO_VOICE, DrumLoop
from blender_app.core.errors import MidiFileError
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.core.notes import Note
from blender_app.core.smf_parse import Meter, MidiContents, MidiMessage, read_midi
from blender_app.core.time import (
    MAX_SWING,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STRAIGHT_SWING,
    TICKS_PER_STEP,
    swing_delay_steps,
)

SWING_TEXT = "loopweave swing {:.4f}"
EARLY_TEXT = "loopweave early {} {}"
"""Pitch, and the tick (below 0, 480 a quarter) on which its hit at the file's beginning belongs."""
NOTE_MAP_TEXT = "loopweave notes {}"
"""The notes of the nine voices, where they are not those of General MIDI."""

LOOP_BARS = LOOP_STEPS // STEPS_PER_BAR
_SWING = re.compile(r"loopweave swing (0\.\d+)")
_EARLY = re.compile(r"loopweave early (\d{1,3}) (-\d{1,2})")
_NOTE_MAP = re.compile(r"loopweave notes ((?:\d{1,3} ){8}\d{1,3})")
_COMMON_TIME = Meter(0, 4, 4)


def read_drum_loop(
    path: str | os.PathLike[str], bar: int = 0, note_map: Sequence[int] | None = None
) -> DrumLoop:
    """Read two bars of drums from the MIDI file at `path`.

    Parameters
    ----------
    path
        A MIDI file of type 0 or 1. Channel 10 is read or, where nothing is on it, the only part.
    bar
        Number of the first bar, counted from 1; 0 is the first bar with drums in it, or the beginning of a
        file that is no longer than a loop.
    note_map
        MIDI note of each of the nine voices; None is what our own writer noted in the file, or
        else General MIDI, where many notes share a voice.

    Returns
    -------
    DrumLoop
        Onsets on the nearest sixteenths, with velocity and microtiming. Where the file has only
        one bar left it is repeated.

    Raises
    ------
    MidiFileError
        If the file is missing or damaged, or holds no 4/4 bar of drums there.
    """
    return drum_loop_from(read_midi(path), bar, note_map, name=os.fspath(path))


def drum_loop_from(
    contents: MidiContents,
    bar: int = 0,
    note_map: Sequence[int] | None = None,
    name: str = "This file",
) -> DrumLoop:
    """Make a drum loop of a file's contents; `name` is what messages call the file.

    Parameters and errors are those of `read_drum_loop`.
    """
    chosen = _marked_note_map(contents.texts) if note_map is None else note_map
    voices = PITCH_TO_VOICE if chosen is None else {pitch: voice for voice, pitch in enumerate(chosen)}
    score = _Score(contents)
    hits = [score.place(message) for message in _drum_messages(contents, voices, name)]
    first = _first_bar(hits, score, bar, name)
    alone = first + 1 >= score.bar_count or not score.is_common_time(first + 1)
    notes = []
    for hit in hits:
        for round_ in range(LOOP_BARS if alone else 1):
            step = (hit.bar - first + round_) * STEPS_PER_BAR + hit.step
            if hit.bar >= first and (hit.bar == first or not alone) and step < LOOP_STEPS:
                notes.append(
                    Note(step, hit.pitch, hit.velocity, microtiming=hit.microtiming, voice=voices[hit.pitch])
                )
    return DrumLoop.from_notes(notes)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A drum hit on its place: bar and step counted from 0, microtiming in steps."""

    bar: int
    step: int
    microtiming: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch in one time signature: where it begins, its bars, and the first one's number."""

    tick: int
    meter: Meter
    bar_ticks: float
    first_bar: int

    @property
    def is_common_time(self) -> bool:
        """True for 4/4, and for 2/2 and 8/8, which are as long."""
        return self.meter.numerator == self.meter.denominator


class _Score:
    """Bars and steps of a file."""

    def __init__(self, contents: MidiContents) -> None:
        self._ticks_per_beat = contents.ticks_per_beat
        self._step_ticks = contents.ticks_per_beat / STEPS_PER_BEAT
        self._spans = _spans(contents)
        self._swing = _marked_swing(contents.texts)
        self._early = _marked_early(contents.texts)
        self.bar_count = self._count_bars(contents)

    def place(self, message: MidiMessage) -> _Hit:
        """Return where a note-on stands; in other times than 4/4 only its bar is right."""
        span = self._span_at(message.tick + self._step_ticks / 2 - 1e-6)
        if not span.is_common_time:
            bar = span.first_bar + max(0, int((message.tick - span.tick) / span.bar_ticks))
            return _Hit(bar, 0, 0.0, message.data1, message.data2)
        step, microtiming = _nearest_step(message.tick - span.tick, self._ticks_per_beat, self._swing)
        if message.tick == 0:
            microtiming = self._early.get(message.data1, microtiming)
        bar, step = divmod(step, STEPS_PER_BAR)
        return _Hit(span.first_bar + bar, step, microtiming, message.data1, message.data2)

    def is_common_time(self, bar: int) -> bool:
        """Return whether the bar with this number, counted from 0, is in 4/4."""
        return self._span_of_bar(bar).is_common_time

    def meter_of(self, bar: int) -> str:
        """Return the time signature of a bar, as "3/4"."""
        meter = self._span_of_bar(bar).meter
        return f"{meter.numerator}/{meter.denominator}"

    def _span_at(self, tick: float) -> _Span:
        return next(span for span in reversed(self._spans) if span.tick <= tick or span is self._spans[0])

    def _span_of_bar(self, bar: int) -> _Span:
        return next(span for span in reversed(self._spans) if span.first_bar <= bar or span is self._spans[0])

    def _bars_until(self, tick: float) -> int:
        """Return how many bars have begun before `tick`."""
        span = self._span_at(tick)
        return span.first_bar + max(1, math.ceil((tick - span.tick) / span.bar_ticks))

    def _count_bars(self, contents: MidiContents) -> int:
        """Return how many bars the music has.

        An end that was put behind the last note-off on purpose counts; else the bar of the last
        onset is the last one, however long its sound.
        """
        notes = [message for message in contents.messages if message.status >> 4 in (0x8, 0x9)]
        onsets = [message for message in notes if message.is_note_on]
        if not onsets:
            return 0
        last_bar = self.place(onsets[-1]).bar + 1
        if contents.end_tick - notes[-1].tick > self._step_ticks:
            return max(last_bar, self._bars_until(contents.end_tick - self._step_ticks))
        return last_bar


def _spans(contents: MidiContents) -> list[_Span]:
    """Return the stretches of one time signature each; a change begins a new bar."""
    spans: list[_Span] = []
    for meter in (_COMMON_TIME, *contents.meters):
        bar_ticks = contents.ticks_per_beat * 4 * meter.numerator / meter.denominator
        while spans and spans[-1].tick >= meter.tick:
            spans.pop()
        first_bar = 0
        if spans:
            last = spans[-1]
            if (meter.numerator, meter.denominator) == (last.meter.numerator, last.meter.denominator):
                continue  # the same again
            first_bar = last.first_bar + math.ceil((meter.tick - last.tick) / last.bar_ticks - 1e-9)
        spans.append(_Span(meter.tick, meter, bar_ticks, first_bar))
    return spans


def _nearest_step(ticks: int, ticks_per_beat: int, swing: float) -> tuple[int, float]:
    """Return the step nearest to a position in ticks, and the deviation from it in steps.

    Half-way the lower step wins, which makes the hit late. Step 0 has nothing before it.
    """
    near = max(0, ticks * STEPS_PER_BEAT // ticks_per_beat)
    candidates = []
    for step in range(max(0, near - 1), near + 2):
        # One division of whole numbers: the same deviation in every bar, to the last bit.
        deviation = (ticks * STEPS_PER_BEAT - step * ticks_per_beat) / ticks_per_beat
        deviation -= swing_delay_steps(step, swing)
        candidates.append((round(abs(deviation), 9), step, deviation))
    _, step, deviation = min(candidates)
    return step, max(-0.5, min(0.5, deviation))


def _drum_messages(contents: MidiContents, voices: dict[int, int], name: str) -> list[MidiMessage]:
    """Return the note-ons of the drums that have a voice."""
    onsets = [message for message in contents.messages if message.is_note_on]
    if not onsets:
        raise MidiFileError(f"{name} has no notes.")
    drums = [message for message in onsets if message.channel == DRUM_CHANNEL]
    if not drums:
        parts = {(message.track, message.channel) for message in onsets}
        if len(parts) > 1:
            raise MidiFileError(
                f"{name} has no drums on channel 10, and {len(parts)} other parts: "
                "put the drums on channel 10 or into a file of their own."
            )
        drums = onsets
    known = [message for message in drums if message.data1 in voices]
    if not known:
        pitches = ", ".join(str(pitch) for pitch in sorted({message.data1 for message in drums})[:5])
        raise MidiFileError(f"{name} has no drum notes that Loopweave knows (its notes: {pitches}).")
    return known


def _first_bar(hits: Sequence[_Hit], score: _Score, bar: int, name: str) -> int:
    """Return the number, counted from 0, of the bar with which the loop begins."""
    if bar < 0:
        raise MidiFileError(f"Bars are counted from 1, so there is no bar {bar}.")
    if bar > score.bar_count:
        bars = "bar" if score.bar_count == 1 else "bars"
        raise MidiFileError(f"{name} has {score.bar_count} {bars}, so there is no bar {bar}.")
    if bar:
        if not score.is_common_time(bar - 1):
            raise MidiFileError(
                f"Bar {bar} of {name} is in {score.meter_of(bar - 1)}; Loopweave's loops are in 4/4."
            )
        return bar - 1
    if score.bar_count <= LOOP_BARS and all(score.is_common_time(each) for each in range(score.bar_count)):
        return 0  # it is a loop already, and may begin with silence
    common = [hit.bar for hit in hits if score.is_common_time(hit.bar)]
    if not common:
        raise MidiFileError(
            f"{name} is in {score.meter_of(min(hit.bar for hit in hits))}; Loopweave's loops are in 4/4."
        )
    return min(common)


def _marked_swing(texts: Sequence[str]) -> float:
    """Return the swing that our own writer noted, or none."""
    found = [float(match[1]) for text in texts if (match := _SWING.fullmatch(text))]
    return min(MAX_SWING, max(STRAIGHT_SWING, found[0])) if found else STRAIGHT_SWING


def _marked_early(texts: Sequence[str]) -> dict[int, float]:
    """Return the microtiming that our own writer noted for the first downbeat, by pitch."""
    found = [match for text in texts if (match := _EARLY.fullmatch(text))]
    return {int(match[1]): max(-0.5, int(match[2]) / TICKS_PER_STEP) for match in found}


def _marked_note_map(texts: Sequence[str]) -> list[int] | None:
    """Return the notes of the voices that our own writer noted, if it did."""
    found = [match for text in texts if (match := _NOTE_MAP.fullmatch(text))]
    return [int(pitch) for pitch in found[0][1].split()] if found else None
