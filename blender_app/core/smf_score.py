"""Bars and steps of a MIDI file: where its notes stand, and which bars make a loop."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from blender_app.core.errors import MidiFileError
from blender_app.core.notes import Note
from blender_app.core.smf_parse import Meter, MidiContents, MidiMessage
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
"""Pitch, and the tick (below 0, 480 a quarter) on which its note at the file's beginning belongs."""

_SWING = re.compile(r"loopweave swing (0\.\d+)")
_EARLY = re.compile(r"loopweave early (\d{1,3}) (-\d{1,2})")
_COMMON_TIME = Meter(0, 4, 4)
_PARTS_OF_COMMON_TIME = ({1.0}, {2.0})


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: `bar` and `step` counted from 0, `microtiming` in steps."""

    bar: int
    step: int
    microtiming: float

    @property
    def steps(self) -> int:
        """Sixteenths from the file's beginning, if all of its bars are in 4/4."""
        return self.bar * STEPS_PER_BAR + self.step


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


class Score:
    """Bars and steps of a file's `contents`.

    Notes that sound on make bars if they are `sustained`: in melodies, not in drums, whose lengths mean
    nothing.
    """

    def __init__(self, contents: MidiContents, *, sustained: bool = False) -> None:
        self._ticks_per_beat = contents.ticks_per_beat
        self._step_ticks = contents.ticks_per_beat / STEPS_PER_BEAT
        self._spans = _spans(contents)
        self._swing = _marked_swing(contents.texts)
        self._early = _marked_early(contents.texts)
        self.bar_count = self._count_bars(contents, sustained)

    def place_note(self, message: MidiMessage) -> Place:
        """Return where the note-on `message` stands; in other times than 4/4 only its bar is right."""
        place = self.place(message.tick)
        early = self._early.get((message.track, message.data1))
        return replace(place, microtiming=early) if message.tick == 0 and early is not None else place

    def place(self, tick: int) -> Place:
        """Return where `tick` falls; in other times than 4/4 only its bar is right."""
        span = self._span_at(tick + self._step_ticks / 2 - 1e-6)
        if not span.is_common_time:
            return Place(span.first_bar + max(0, int((tick - span.tick) / span.bar_ticks)), 0, 0.0)
        step, microtiming = _nearest_step(tick - span.tick, self._ticks_per_beat, self._swing)
        bar, step = divmod(step, STEPS_PER_BAR)
        return Place(span.first_bar + bar, step, microtiming)

    def bars_from(self, bar: int, most: int) -> int:
        """Return how many bars in 4/4 there are from `bar` on, that one included, at most `most`."""
        count = 1
        while count < most and bar + count < self.bar_count and self.is_common_time(bar + count):
            count += 1
        return count

    def is_common_time(self, bar: int) -> bool:
        """Return whether `bar`, counted from 0, is in 4/4."""
        return self._span_of_bar(bar).is_common_time

    def meter_of(self, bar: int) -> str:
        """Return the time signature of `bar`, counted from 0, as "3/4"."""
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

    def _count_bars(self, contents: MidiContents, sustained: bool) -> int:
        """Return how many bars the music has.

        An end that was put behind the last note-off on purpose counts; else the bar of the last
        onset is the last one, however long its sound, unless that is `sustained`.
        """
        notes = [message for message in contents.messages if message.status >> 4 in (0x8, 0x9)]
        onsets = [message for message in notes if message.is_note_on]
        if not onsets:
            return 0
        last_bar = self.place(onsets[-1].tick).bar + 1
        if sustained or contents.end_tick - notes[-1].tick > self._step_ticks:
            return max(last_bar, self._bars_until(contents.end_tick - self._step_ticks))
        return last_bar


def first_bar(places: Sequence[Place], score: Score, bar: int, name: str, bars: int) -> int:
    """Return the number, counted from 0, of the bar with which a loop begins.

    Parameters
    ----------
    places
        Where the notes stand.
    score
        The file's bars.
    bar
        The bar that was asked for, counted from 1; 0 is the first one with notes.
    name
        What messages call the file.
    bars
        How many bars the loop is to have.

    Raises
    ------
    MidiFileError
        There is no such bar, or none in 4/4.
    """
    if bar < 0:
        raise MidiFileError(f"Bars are counted from 1, so there is no bar {bar}.")
    if bar > score.bar_count:
        unit = "bar" if score.bar_count == 1 else "bars"
        raise MidiFileError(f"{name} has {score.bar_count} {unit}, so there is no bar {bar}.")
    if bar:
        if not score.is_common_time(bar - 1):
            raise MidiFileError(
                f"Bar {bar} of {name} is in {score.meter_of(bar - 1)}; Loopweave's loops are in 4/4."
            )
        return bar - 1
    if score.bar_count <= bars and all(score.is_common_time(each) for each in range(score.bar_count)):
        return 0  # it is a loop already, and may begin with silence
    common = [place.bar for place in places if score.is_common_time(place.bar)]
    if not common:
        meter = score.meter_of(min(place.bar for place in places))
        raise MidiFileError(f"{name} is in {meter}; Loopweave's loops are in 4/4.")
    return min(common)


def fitted(notes: Sequence[Note], bars: int, wanted_bars: int) -> list[Note]:
    """Return the notes of a few bars, said again where those go into the loop a whole number of times.

    Parameters
    ----------
    notes
        The notes, with steps counted from the first bar.
    bars
        How many bars there are.
    wanted_bars
        How many bars the loop has.
    """
    rounds = wanted_bars // bars if wanted_bars % bars == 0 else 1
    length = bars * STEPS_PER_BAR
    return [
        replace(note, step=note.step + start)
        for start in range(0, rounds * length, length)
        for note in notes
        if note.step < length
    ]


def _spans(contents: MidiContents) -> list[_Span]:
    """Return the stretches of one time signature each; a change begins a new bar.

    A file that is in 2/4 or 1/4 throughout is read in bars of four beats.
    """
    spans: list[_Span] = []
    beats = {4 * meter.numerator / meter.denominator for meter in contents.meters}
    meters = () if beats in _PARTS_OF_COMMON_TIME else contents.meters
    for meter in (_COMMON_TIME, *meters):
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


def _marked_swing(texts: Sequence[tuple[int, str]]) -> float:
    """Return the swing that our own writer noted, or none."""
    found = [float(match[1]) for _, text in texts if (match := _SWING.fullmatch(text))]
    return min(MAX_SWING, max(STRAIGHT_SWING, found[0])) if found else STRAIGHT_SWING


def _marked_early(texts: Sequence[tuple[int, str]]) -> dict[tuple[int, int], float]:
    """Return the microtiming that our own writer noted for the first downbeat, by track and pitch."""
    found = [(track, match) for track, text in texts if (match := _EARLY.fullmatch(text))]
    return {(track, int(match[1])): max(-0.5, int(match[2]) / TICKS_PER_STEP) for track, match in found}
