"""Musical time: steps, beats, ticks and seconds at one tempo, and swing.

A step is a sixteenth; four steps make a beat (quarter), sixteen a 4/4 bar. Inside files and
between rooms a quarter has 480 ticks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TICKS_PER_BEAT = 480
STEPS_PER_BEAT = 4
STEPS_PER_BAR = 16
TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT
LOOP_LENGTHS = tuple(bars * STEPS_PER_BAR for bars in (1, 2, 4, 8, 16))
"""Steps that a loop may have. Each goes into every longer one, so that loops of all lengths fit together."""
DEFAULT_STEPS = 2 * STEPS_PER_BAR
"""Steps of a loop of which nothing else is said."""
_LENGTHS_TEXT = f"{', '.join(map(str, LOOP_LENGTHS[:-1]))} or {LOOP_LENGTHS[-1]}"
MIN_TEMPO_BPM, MAX_TEMPO_BPM = 20.0, 300.0
STRAIGHT_SWING, MAX_SWING = 0.5, 0.75
MIN_LATENCY_S, MAX_LATENCY_S = -0.02, 0.5
"""By how much notes may leave earlier or later for a MIDI port."""


def steps_to_seconds(steps: float, tempo_bpm: float) -> float:
    """Return the length in seconds of `steps` sixteenths at `tempo_bpm` quarters a minute."""
    return steps * 60.0 / (tempo_bpm * STEPS_PER_BEAT)


def seconds_to_steps(seconds: float, tempo_bpm: float) -> float:
    """Return how many sixteenths pass in `seconds` at `tempo_bpm` quarters a minute."""
    return seconds * tempo_bpm * STEPS_PER_BEAT / 60.0


def steps_to_ticks(steps: float) -> int:
    """Return the tick (480 a quarter) nearest to a position of `steps` sixteenths."""
    return round(steps * TICKS_PER_STEP)


def check_steps(steps: int) -> int:
    """Return `steps` if a loop may be so long: 16, 32, 64, 128 or 256.

    Raises
    ------
    ValueError
        It may not.
    """
    if isinstance(steps, bool) or steps not in LOOP_LENGTHS:
        raise ValueError(f"a loop has {_LENGTHS_TEXT} steps, not {steps!r}")
    return int(steps)


def bars_text(steps: int) -> str:
    """Return the length of a loop of `steps` in words: "1 bar", "4 bars"."""
    bars = steps / STEPS_PER_BAR
    return f"{bars:g} bar{'s' * (bars != 1)}"


def check_shapes(shapes: Mapping[str, tuple[int, ...]], row: tuple[int, ...] = ()) -> int:
    """Return how many steps a loop of arrays of these shapes has.

    Parameters
    ----------
    shapes
        Shape of each array, by its name.
    row
        Shape of what each step holds.

    Raises
    ------
    ValueError
        A shape is none of a loop's, or not that of the first array.
    """
    first = next(iter(shapes.values()))
    if first[1:] != row or first[:1] not in {(steps,) for steps in LOOP_LENGTHS}:
        first = (DEFAULT_STEPS, *row)
    for name, shape in shapes.items():
        if shape != first:
            others = ", ".join(str(steps) for steps in LOOP_LENGTHS if steps != first[0])
            raise ValueError(f"{name} must have shape {first}, or steps of {others}, not {shape}")
    return first[0]


def swing_delay_steps(step: int, swing: float) -> float:
    """Return by how many steps swing delays the onset on `step`.

    Parameters
    ----------
    step
        Index of the sixteenth; the odd ones are delayed.
    swing
        Share of an eighth note taken by its first sixteenth, 0.5 (straight) to 0.75.

    Notes
    -----
    The convention of drum machines since the Linn LM-1: 50 % is straight, 66 % is triplets.
    """
    return (swing - STRAIGHT_SWING) * 2.0 if step % 2 else 0.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """A constant tempo anchored to the monotonic clock: step `anchor_step` sounds at `anchor_s`.

    Parameters
    ----------
    anchor_s
        Moment in seconds of the monotonic clock.
    anchor_step
        Position, unswung, that sounds then.
    tempo_bpm
        Quarters a minute.
    swing
        Share of an eighth taken by its first sixteenth, 0.5 to 0.75.
    """

    anchor_s: float
    anchor_step: float
    tempo_bpm: float
    swing: float = STRAIGHT_SWING

    def seconds_at(self, step: float) -> float:
        """Return the moment in seconds at which the unswung position `step` sounds."""
        return self.anchor_s + steps_to_seconds(step - self.anchor_step, self.tempo_bpm)

    def step_at(self, seconds: float) -> float:
        """Return the unswung position in steps at the moment `seconds`."""
        return self.anchor_step + seconds_to_steps(seconds - self.anchor_s, self.tempo_bpm)

    def retimed(self, now_s: float, tempo_bpm: float, swing: float) -> Timeline:
        """Return a timeline that goes on from where this one is at `now_s`, without a jump.

        From there on `tempo_bpm` and `swing` hold.
        """
        return Timeline(now_s, self.step_at(now_s), tempo_bpm, swing)
