"""Clips, loops that were kept for later: what can be done to the tuple of them."""

from __future__ import annotations

import re
from dataclasses import replace

from blender_app.core.checks import MAX_NAME_LENGTH, replace_at
from blender_app.session.session import MAX_CLIPS, Clip
from blender_app.session.track import TrackKind

Clips = tuple[Clip, ...]

_NUMBERED = re.compile(r"^(.*?) (\d+)$")
_NAMELESS = "Clip"


def added(clips: Clips, clip: Clip) -> Clips:
    """Return `clips` and `clip` at the end; a name that is taken gets a number.

    A full shelf stays as it is.
    """
    if len(clips) >= MAX_CLIPS:
        return clips
    return (*clips, replace(clip, name=free_name(clips, clip.name)))


def renamed(clips: Clips, index: int, name: str) -> Clips:
    """Return `clips` with another `name` for the one at `index`; an empty name changes nothing."""
    others = (*clips[:index], *clips[index + 1 :])
    if not name.strip():
        return clips
    return replace_at(clips, index, replace(clips[index], name=free_name(others, name)))


def removed(clips: Clips, index: int) -> Clips:
    """Return `clips` without the one at `index`."""
    return (*clips[:index], *clips[index + 1 :])


def moved(clips: Clips, index: int, to: int) -> Clips:
    """Return `clips` with the one at `index` moved `to` another place, brought onto the shelf."""
    others = removed(clips, index)
    to = min(max(to, 0), len(others))
    return (*others[:to], clips[index], *others[to:])


def free_name(clips: Clips, name: str) -> str:
    """Return `name`, shortened and with a number behind it where another of `clips` has it already."""
    name = " ".join(name.split())[:MAX_NAME_LENGTH] or _NAMELESS
    taken = {clip.name for clip in clips}
    if name not in taken:
        return name
    numbered = _NUMBERED.match(name)
    stem = numbered[1] if numbered else name
    number = int(numbered[2]) + 1 if numbered else 2
    while (free := f"{stem[: MAX_NAME_LENGTH - len(str(number)) - 1]} {number}") in taken:
        number += 1
    return free


def fits(clip: Clip, kind: TrackKind) -> bool:
    """Say whether a track of this `kind` can play `clip`: drums play drums, bass and melody share."""
    return clip.kind.shares_loops(kind)
