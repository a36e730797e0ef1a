"""A drawn path: smoothing, places along its length, and the pattern that it plays.

Notes
-----
Simplifying is Ramer-Douglas-Peucker; the line through the nodes is a centripetal Catmull-Rom
spline (Yuksel, Schaefer and Keyser 2011), which makes no loops or cusps between nodes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from blender_app.core.checks import Point
from blender_app.core.drums import DrumLoop
from blender_app.core.kit import DRUM_NOTE_STEPS, VOICE_PITCHES
from blender_app.core.lengths import Loop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note, Pattern
from blender_app.engine.track import ChangeAt, change_step
from blender_app.session.splicing import spliced
from blender_app.session.track import DrawnPath, PathMode

Points = NDArray[np.float64]

SIMPLIFY_TOLERANCE = 0.015
MAX_DRAWN_NODES = 48
_SAMPLES_PER_SPAN = 24
_SAME_PLACE = 1e-6


def simplify(points: Sequence[Point], tolerance: float = SIMPLIFY_TOLERANCE) -> tuple[Point, ...]:
    """Return the few points that describe a line drawn by hand.

    Parameters
    ----------
    points
        The line as it was drawn.
    tolerance
        Farthest that a left-out point may lie from the simplified line, in palette widths.
    """
    kept = _without_repeats(np.asarray(points, np.float64).reshape(-1, 2))
    simplified = kept[_rdp_mask(kept, tolerance)]
    while len(simplified) > MAX_DRAWN_NODES:
        tolerance *= 1.5
        simplified = kept[_rdp_mask(kept, tolerance)]
    return tuple((float(x), float(y)) for x, y in simplified)


@lru_cache(maxsize=16)
def curve(path: DrawnPath) -> Points:
    """Return the smoothed line through the nodes of `path`, float64, shape (N, 2), read-only."""
    nodes = _without_repeats(np.asarray(path.nodes, np.float64))
    closed = path.closed and len(nodes) > 1
    if closed and np.hypot(*(nodes[0] - nodes[-1])) <= _SAME_PLACE:
        nodes = nodes[:-1]
    if len(nodes) == 1:
        controls = np.repeat(nodes, 4, axis=0)
    elif closed:
        controls = np.vstack([nodes[-1], nodes, nodes[:2]])
    else:
        controls = np.vstack([2 * nodes[0] - nodes[1], nodes, 2 * nodes[-1] - nodes[-2]])
    spans = [_span(controls[i : i + 4]) for i in range(len(controls) - 3)]
    line: Points = np.clip(np.vstack([*spans, controls[-2][None]]), 0.0, 1.0)
    line.setflags(write=False)
    return line


def positions(path: DrawnPath, fractions: NDArray[np.float64]) -> Points:
    """Return the places at `fractions` 0-1 of the length of `path`, smoothed, float64, shape (N, 2)."""
    line = curve(path)
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    if lengths[-1] <= 0.0:
        return np.repeat(line[:1], len(fractions), axis=0)
    wanted = np.asarray(fractions, np.float64) * lengths[-1]
    return np.stack([np.interp(wanted, lengths, line[:, axis]) for axis in (0, 1)], axis=-1)


def lap_fractions(path: DrawnPath, steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far along the line (0-1) `path` is at `steps` sixteenths after its start."""
    laps = np.asarray(steps, np.float64) / path.lap_steps
    if path.mode is PathMode.ONCE:
        return np.clip(laps, 0.0, 1.0)
    phase = laps % 1.0
    return phase if path.mode is PathMode.LOOP else 1.0 - np.abs(2.0 * phase - 1.0)


def path_points(path: DrawnPath) -> Points:
    """Return where `path` is at each step of one lap, float64, shape (bars * 16, 2)."""
    return positions(path, lap_fractions(path, np.arange(path.lap_steps, dtype=np.float64)))


def position_at(path: DrawnPath, step: float) -> Point:
    """Return where `path` is `step` sixteenths after its start."""
    x, y = positions(path, lap_fractions(path, np.array([step], np.float64)))[0]
    return float(x), float(y)


@dataclass(frozen=True, slots=True)
class PathPlan:
    """How a path becomes a pattern.

    Parameters
    ----------
    path
        The path.
    anchor_step
        Transport step at which its lap begins.
    """

    path: DrawnPath
    anchor_step: int = 0

    @property
    def plays_once(self) -> bool:
        """Whether it stays on its last loop after one lap."""
        return self.path.mode is PathMode.ONCE

    def length_steps(self, loop_steps: int) -> int:
        """Return the pattern's length: whole laps and whole loops, or one lap and the last loop.

        Parameters
        ----------
        loop_steps
            Length of the longest loop on the way, in sixteenths.
        """
        lap = self.path.lap_steps
        return lap + loop_steps if self.plays_once else math.lcm(lap, loop_steps)

    @property
    def loop_from_step(self) -> int:
        """Where the pattern's second and later rounds begin."""
        return self.path.lap_steps if self.plays_once else 0

    def rounds(self, loop_steps: int) -> Pattern:
        """Return the pattern without its notes: how long its rounds are, where loops have `loop_steps`."""
        return Pattern(0, (), self.length_steps(loop_steps), self.loop_from_step, self.anchor_step)

    def points(self) -> Points:
        """Return the places whose loops the pattern needs: a lap's, and the end's if it stays."""
        points = path_points(self.path)
        if self.plays_once:
            points = np.vstack([points, positions(self.path, np.ones(1))])
        return points

    def loop_index(self, step: int) -> int:
        """Return which of the loops at `points` is played at a `step` of the pattern."""
        lap = self.path.lap_steps
        return min(step, lap) if self.plays_once else step % lap

    def pattern(self, serial: int, loops: Sequence[Loop]) -> Pattern:
        """Return the pattern made of the loops at `points`, one a step.

        Each step plays the row that the transport's position asks for, so that a path may begin
        anywhere without breaking the bar. Melodies never overlap; see `splicing`. What sounds at the
        end goes on into the next round as far as that sounds the same.

        Parameters
        ----------
        serial
            Number of the pattern.
        loops
            The loop at each of `points`; shorter ones repeat beside longer ones.
        """
        longest = max(loop.steps for loop in loops)
        rounds = self.rounds(longest)
        length = rounds.length_steps
        steps = [loops[self.loop_index(step)] for step in range(length)]
        notes: list[Note] = []
        for step, loop in enumerate(steps):
            if isinstance(loop, DrumLoop):
                notes.extend(_row_notes(loop, (self.anchor_step + step) % loop.steps, step))
        seam = steps[self.loop_from_step :][:longest]
        melodies = [loop for loop in steps + seam if isinstance(loop, MelodyLoop)]
        melody = spliced(melodies, self.anchor_step % longest)
        notes.extend(note for note in melody if note.step < length)
        return replace(rounds, serial=serial, notes=tuple(notes))


def loop_pattern(serial: int, loop: Loop) -> Pattern:
    """Return the pattern, numbered `serial`, that repeats `loop` from step 0 of the transport."""
    return Pattern(serial, loop.to_notes(), loop.steps)


def next_boundary(step: float, change_at: ChangeAt, sounding: Pattern | None = None) -> int:
    """Return the first step after `step` on which a change that waits for `change_at` happens.

    Parameters
    ----------
    step
        Step of the transport.
    change_at
        What the change waits for.
    sounding
        The pattern that sounds until then, whose rounds count for `ChangeAt.LOOP`; None is a loop of two
        bars.
    """
    if change_at is ChangeAt.STEP:
        return math.floor(step) + 1
    return change_step(step, change_at, sounding or Pattern(0, ()))


def continued_anchor(plan: PathPlan, path: DrawnPath, step: float) -> int:
    """Return where the lap of `path` must begin so that at `step` it is as far along as `plan` is."""
    if plan.path.lap_steps == path.lap_steps:
        return plan.anchor_step
    return round(step - (step - plan.anchor_step) / plan.path.lap_steps * path.lap_steps)


def begins_anew(plan: PathPlan, path: DrawnPath, step: float) -> bool:
    """Say whether `path` was drawn anew after `plan`, which plays once, had come to its end at `step`."""
    ended = plan.plays_once and step - plan.anchor_step >= plan.path.lap_steps
    return ended and (len(plan.path.nodes) != len(path.nodes) or len(moved_nodes(plan.path, path)) > 1)


def moved_nodes(before: DrawnPath, after: DrawnPath) -> list[int]:
    """Return which nodes of `after` lie elsewhere than in `before`, as far as both paths have them."""
    pairs = zip(before.nodes, after.nodes, strict=False)
    return [index for index, (old, new) in enumerate(pairs) if old != new]


def _row_notes(loop: DrumLoop, row: int, step: int) -> list[Note]:
    return [
        Note(
            step=step,
            pitch=VOICE_PITCHES[voice],
            velocity=int(loop.velocity[row, voice]),
            length_steps=DRUM_NOTE_STEPS,
            microtiming=float(loop.microtiming[row, voice]),
            voice=int(voice),
        )
        for voice in np.flatnonzero(loop.hits[row])
    ]


def _without_repeats(points: Points) -> Points:
    if len(points) < 2:
        return points
    moved = np.hypot(*np.diff(points, axis=0).T) > _SAME_PLACE
    kept: Points = points[np.concatenate([[True], moved])]
    return kept


def _rdp_mask(points: Points, tolerance: float) -> NDArray[np.bool_]:
    """Return which points Ramer-Douglas-Peucker keeps."""
    keep = np.zeros(len(points), np.bool_)
    if not len(points):
        return keep
    keep[[0, -1]] = True
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        distances = _distances(points[first + 1 : last], points[first], points[last])
        farthest = int(np.argmax(distances))
        if distances[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return keep


def _distances(points: Points, start: Points, end: Points) -> NDArray[np.float64]:
    """Return the distance of each point from the straight piece between `start` and `end`."""
    direction = end - start
    length = float(direction @ direction)
    along = np.clip((points - start) @ direction / (length or 1.0), 0.0, 1.0)
    away: NDArray[np.float64] = np.hypot(*(points - start - along[:, None] * direction).T)
    return away


def _span(controls: Points) -> Points:
    """Return the spline between the second and third of four points, the third left out."""
    gaps = np.sqrt(np.hypot(*np.diff(controls, axis=0).T)) + 1e-9
    t1, t2, t3 = np.cumsum(gaps)  # the first point is at 0
    t = np.linspace(t1, t2, _SAMPLES_PER_SPAN, endpoint=False)[:, None]
    p0, p1, p2, p3 = controls
    a1 = (t1 - t) / t1 * p0 + t / t1 * p1
    a2 = (t2 - t) / (t2 - t1) * p1 + (t - t1) / (t2 - t1) * p2
    a3 = (t3 - t) / (t3 - t2) * p2 + (t - t2) / (t3 - t2) * p3
    b1 = (t2 - t) / t2 * a1 + t / t2 * a2
    b2 = (t3 - t) / (t3 - t1) * a2 + (t - t1) / (t3 - t1) * a3
    spline: Points = (t2 - t) / (t2 - t1) * b1 + (t - t1) / (t2 - t1) * b2
    return spline
