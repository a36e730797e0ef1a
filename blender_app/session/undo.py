"""Undo: commands that hold what an edit changed in the session, before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace

from PySide6.QtGui import QUndoCommand

from blender_app.session.document import Session

MERGE_WITHIN_S = 0.8
"""Longest pause between two small steps of one kind (wheel, arrow key) that undo takes as one."""

_COMMAND_ID = 1
_FIELDS = tuple(item.name for item in fields(Session))


def changed_fields(before: Session, after: Session) -> frozenset[str]:
    """Return the names of the fields in which two sessions differ."""
    return frozenset(name for name in _FIELDS if getattr(before, name) != getattr(after, name))


class EditCommand(QUndoCommand):
    """One edit of the session, which later edits of the same gesture join.

    Parameters
    ----------
    text
        What was done, for the undo menu.
    before, after
        Values of the fields that the edit changes.
    merge_key
        Edits of one gesture have the same key and become one step; None joins nothing.
    made_s
        Moment of the edit, monotonic seconds.
    apply
        Takes the values of fields and makes them the session's.
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


def with_fields(session: Session, values: Mapping[str, object]) -> Session:
    """Return `session` with some fields replaced."""
    return replace(session, **values)  # type: ignore[arg-type]
