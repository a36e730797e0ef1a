"""Undo: commands that hold what an edit changed in the session, before and after.

What is changed is told by names: those of the session's fields, and for what belongs to a track the
track's name, a dot and the field's name ("bass.puck"). "tracks" stands for which tracks there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtGui import QUndoCommand

from blender_app.session.session import SESSION_FIELDS, TRACK_FIELDS, Session

MERGE_WITHIN_S = 0.8
"""Longest pause between two small steps of one kind (wheel, arrow key) that undo takes as one."""

_COMMAND_ID = 1


def track_field(track: str, field: str) -> str:
    """Return the name of the `field` of a `track` among all that can change."""
    return f"{track}.{field}"


def changed_fields(before: Session, after: Session) -> frozenset[str]:
    """Return the names of what differs from `before` in `after`; all of a track that is new."""
    changed = {
        name for name in SESSION_FIELDS if name != "tracks" and getattr(before, name) != getattr(after, name)
    }
    if before.track_names != after.track_names:
        changed.add("tracks")
    earlier = {track.name: track for track in before.tracks}
    for track in after.tracks:
        old = earlier.get(track.name)
        if track is not old:
            changed |= {
                track_field(track.name, field)
                for field in TRACK_FIELDS
                if old is None or getattr(old, field) != getattr(track, field)
            }
    return frozenset(changed)


def field_of(session: Session, name: str) -> object:
    """Return what `session` has under a `name`.

    Raises
    ------
    ValueError
        There is no such field or track.
    """
    track, dot, field = name.partition(".")
    if field in TRACK_FIELDS if dot else track in SESSION_FIELDS:
        return getattr(session.track(track), field) if dot else getattr(session, track)
    raise ValueError(f"a session has no {name!r}")


def with_fields(session: Session, values: Mapping[str, object]) -> Session:
    """Return `session` with what is named replaced, other tracks first, then their fields.

    Of tracks that are gone nothing is set, and if the one in front is gone, the first one is in front.

    Parameters
    ----------
    session
        What is changed.
    values
        New values by name.

    Raises
    ------
    ValueError
        A value is not allowed, or there is no such track or field.
    """
    whole: dict[str, object] = {name: value for name, value in values.items() if "." not in name}
    if "tracks" in whole:
        tracks = whole["tracks"]
        names = [track.name for track in tracks]  # type: ignore[attr-defined]
        if whole.get("front", session.front) not in names and names:
            whole["front"] = names[0]
    of_tracks: dict[str, dict[str, object]] = {}
    for name, value in values.items():
        track, dot, field = name.partition(".")
        if dot:
            of_tracks.setdefault(track, {})[field] = value
    for name in of_tracks:
        if "tracks" not in whole:
            session.track(name)  # raises where there is none
    if of_tracks:  # all at once: a session checks itself each time it is made
        whole["tracks"] = tuple(
            replace(track, **of_tracks[track.name]) if track.name in of_tracks else track
            for track in whole.get("tracks", session.tracks)  # type: ignore[attr-defined]
        )
    return replace(session, **whole) if whole else session  # type: ignore[arg-type]


class EditCommand(QUndoCommand):
    """One edit of the session, which later edits of the same gesture join.

    Parameters
    ----------
    text
        What was done, for the undo menu.
    before, after
        Values of what the edit changes, by name.
    merge_key
        Edits of one gesture have the same key and become one step; None joins nothing.
    made_s
        Moment of the edit, monotonic seconds.
    apply
        Takes values by name and makes them the session's.
    """

    def __init__(
        self,
        text: str,
        before: Mapping[str, object],
        after: Mapping[str, object],
        merge_key: str | None,
        made_s: float,
        apply: Callable[[Mapping[str, object]], None],
    ) -> None:
        super().__init__(text)
        self.before = dict(before)
        self.after = dict(after)
        self.merge_key = merge_key
        self.made_s = made_s
        self._apply = apply

    def id(self) -> int:
        """Return the one identity of all our commands, so that Qt offers them to `mergeWith`."""
        return _COMMAND_ID

    def redo(self) -> None:
        """Make the edit."""
        self._apply(self.after)

    def undo(self) -> None:
        """Take the edit back."""
        self._apply(self.before)

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in `other` if it belongs to the same gesture or the same run of small steps."""
        if not isinstance(other, EditCommand) or self.merge_key is None or other.merge_key != self.merge_key:
            return False
        is_gesture = self.merge_key.startswith("gesture")
        if not is_gesture and other.made_s - self.made_s > MERGE_WITHIN_S:
            return False
        self.before = {**other.before, **self.before}
        self.after = {**self.after, **other.after}
        self.made_s = other.made_s
        self.setObsolete(all(self.before[name] == value for name, value in self.after.items()))
        return True
