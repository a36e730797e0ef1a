"""Where a track plays, and on which step of the transport the lap of its path begins."""

from __future__ import annotations

from dataclasses import replace

from blender_app.core.checks import Point
from blender_app.core.notes import Pattern
from blender_app.engine.messages import ChangeAt
from blender_app.session.morphing import sweep_anchor
from blender_app.session.path import PathPlan, begins_anew, continued_anchor, next_boundary
from blender_app.session.played import Played, PlayedLoop
from blender_app.session.session import DrawnPath, Morph, Source, Track

Place = tuple[Source, Point | DrawnPath]


def place_of(track: Track) -> Place:
    """Return where `track` plays: its path if it moves, else its point, on palette or morph."""
    return track.source, track.playing_path or track.place


def are_swapped(before: Morph | None, after: Morph | None) -> bool:
    """Say whether the ends of a sweep have changed places, of a morph `before` and `after` an edit."""
    if before is None or after is None or not (before.sweeping and after.sweeping):
        return False
    return before.ends != after.ends and before.ends == after.ends[::-1]


def first_anchor(track: Track, step: int) -> int:
    """Return where a lap of `track` begins that starts at `step`: there, or by the slider of a sweep."""
    if track.source is Source.MORPH and track.morph is not None:
        return sweep_anchor(track.morph, step)
    return step


def lap_anchor(
    track: Track,
    before: PathPlan | None,
    path: DrawnPath,
    step: float | None,
    change_at: ChangeAt,
    sounding: Pattern | None,
    turned: bool,
) -> int:
    """Return the transport step on which a path's lap begins: it goes on where it is.

    Parameters
    ----------
    track
        Whose path it is.
    before
        The path that plays until then on the same target, or None.
    path
        The path to be played.
    step
        Where the transport is; None while it stands.
    change_at
        The boundary on which a path takes over that begins anew.
    sounding
        The pattern that sounds until then, or None.
    turned
        Whether the ends of the sweep have changed places: then it goes on from the other side, so that it
        sounds on.
    """
    if step is None:
        return first_anchor(track, 0)
    if before is None or begins_anew(before, path, step):
        return first_anchor(track, next_boundary(step, change_at, sounding))
    anchor = continued_anchor(before, path, step)
    return anchor - path.lap_steps // 2 if turned else anchor


def from_start(track: Track, played: Played) -> Played:
    """Return `played` as `track` plays it when the transport begins."""
    if isinstance(played, PlayedLoop):
        return played
    return replace(played, plan=replace(played.plan, anchor_step=first_anchor(track, 0)))
