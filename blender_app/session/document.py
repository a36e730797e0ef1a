"""The document: the session and its history, the one place where a session is replaced by the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from blender_app.core.parameters import Parameter, Value, parameters_of
from blender_app.session.session import MidiSettings, Session, Track
from blender_app.session.undo import (
    EditCommand,
    changed_fields,
    field_of,
    track_field,
    with_fields,
)

MAX_UNDO_STEPS = 500


class Document(QObject):
    """Holds the session and its history; every write goes through here.

    Parameters
    ----------
    session
        What to begin with; None is a new one.
    clock
        Gives monotonic seconds; tests bring their own.
    parent
        Qt parent.

    Notes
    -----
    `sessionChanged` carries a frozenset of the names of what changed: fields of `Session` ("tracks"
    stands for which tracks there are), and "bass.puck" and the like for fields of tracks; a track
    that was added brings all of its own. `sessionReplaced` carries the session before and these names;
    it comes first, for those who bring engine and models up to date.
    `edited` carries the names that an edit was about: it comes when one is made, not when it is undone,
    and not when a file is opened.
    """

    sessionReplaced = Signal(object, object)
    sessionChanged = Signal(object)
    edited = Signal(object)

    def __init__(
        self,
        session: Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session or Session()
        self._clock = clock
        self._undo_stack = QUndoStack(self)
        self._undo_stack.setUndoLimit(MAX_UNDO_STEPS)
        self._gesture_text: str | None = None
        self._gesture_count = 0
        self._made: Session | None = None

    # -- reading --------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session as it is now."""
        return self._session

    @property
    def undo_stack(self) -> QUndoStack:
        """The history; its actions and its clean state can be used by a window."""
        return self._undo_stack

    def track(self, name: str | None = None) -> Track:
        """Return the track called `name`, the one in front for None.

        Raises
        ------
        ValueError
            There is none of that name.
        """
        return self._session.front_track if name is None else self._session.track(name)

    # -- gestures -------------------------------------------------------------------------------

    def begin_gesture(self, text: str) -> None:
        """Begin a drag called `text` in the history: all edits until its end are one step.

        A drag whose end was lost (a window that closed under the hand) ends here.
        """
        self._gesture_text = text
        self._gesture_count += 1

    def end_gesture(self) -> None:
        """End the drag; without one nothing happens."""
        self._gesture_text = None

    @contextmanager
    def outside_gesture(self) -> Iterator[None]:
        """Make edits that come by themselves while a drag goes on: they are no part of it."""
        text, self._gesture_text = self._gesture_text, None
        try:
            yield
        finally:
            self._gesture_text = text

    # -- parameters -----------------------------------------------------------------------------

    def set_parameter(self, name: str, value: Value) -> None:
        """Set a parameter of the session, brought into its range.

        Parameters
        ----------
        name
            One of `parameters_of(Session)`.
        value
            What it is to be.
        """
        parameter = parameters_of(Session)[name]
        value = parameter.clamped(value)
        self.edit(parameter.edit_label(value), _merge_key(parameter), **{name: value})

    def set_track_parameter(self, name: str, value: Value, track: str | None = None) -> None:
        """Set a parameter of a track, brought into its range.

        Parameters
        ----------
        name
            One of `parameters_of(Track)`.
        value
            What it is to be.
        track
            Name of the track; None is the one in front.
        """
        parameter = parameters_of(Track)[name]
        value = parameter.clamped(value)
        self.edit_track(parameter.edit_label(value), track, _merge_key(parameter), **{name: value})

    # -- the one way in -------------------------------------------------------------------------

    def edit(self, text: str, merge_key: str | None = None, **values: object) -> None:
        """Set fields of the session as one step of the history; see `edit_values`."""
        self.edit_values(text, values, merge_key)

    def edit_track(
        self, text: str, track: str | None = None, merge_key: str | None = None, **fields: object
    ) -> None:
        """Set fields of a track as one step of the history.

        Steps of one key merge by track; see `edit_values`.

        Parameters
        ----------
        text
            What is done, for the undo menu.
        track
            Name of the track; None is the one in front.
        merge_key
            Steps of one key on one track in quick succession become one; None for a step of its own.
        fields
            New values by the names of fields.
        """
        name = self.track(track).name
        values = {track_field(name, field): value for field, value in fields.items()}
        self.edit_values(text, values, merge_key and f"{name} {merge_key}")

    def edit_values(self, text: str, values: Mapping[str, object], merge_key: str | None = None) -> None:
        """Set what is named as one step of the history.

        Parameters
        ----------
        text
            What is done, for the undo menu.
        values
            New values by name, as `sessionChanged` tells them.
        merge_key
            Steps of one key in quick succession become one; None for a step of its own.

        Raises
        ------
        ValueError
            If a value is not allowed or a name unknown; nothing is changed then.
        """
        before = {name: field_of(self._session, name) for name in values}
        new = with_fields(self._session, self._with_ports_of_now(values))
        after = {name: field_of(new, name) for name in values}
        changed = [name for name in values if before[name] != after[name]]
        if not changed:
            return
        if self._gesture_text is not None:
            text, merge_key = self._gesture_text, f"gesture {self._gesture_count}"
        self._made = new  # so that what was checked is not made and checked again
        self._undo_stack.push(
            EditCommand(
                text,
                {name: before[name] for name in changed},
                {name: after[name] for name in changed},
                merge_key,
                self._clock(),
                self._apply_edit,
            )
        )
        self.edited.emit(frozenset(changed))

    def _apply_edit(self, values: Mapping[str, object]) -> None:
        """Make or take back an edit."""
        made, self._made = self._made, None
        self._replace(made or with_fields(self._session, self._with_ports_of_now(values)))

    def _with_ports_of_now(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return `values` without what they say of MIDI ports: these are no edits and stay what they are."""
        kept = dict(values)
        midi, now = kept.get("midi"), self._session.midi
        if isinstance(midi, MidiSettings):
            kept["midi"] = replace(midi, port=now.port, virtual=now.virtual)
        tracks = kept.get("tracks")
        if isinstance(tracks, tuple):
            ports = {track.name: track.port for track in self._session.tracks}
            kept["tracks"] = tuple(replace(track, port=ports.get(track.name, track.port)) for track in tracks)
        return kept

    def apply_values(self, values: Mapping[str, object]) -> None:
        """Make `values` the session's without a step in the history, and tell who listens.

        Parameters
        ----------
        values
            New values by name, as `sessionChanged` tells them.

        Raises
        ------
        ValueError
            If a value is not allowed or a name unknown; nothing is changed then.
        """
        self._replace(with_fields(self._session, values))

    def begin(self, session: Session) -> None:
        """Go on with another `session`, without a history and with nothing unsaved."""
        self.end_gesture()
        self._undo_stack.clear()
        self._undo_stack.setClean()
        self._replace(session)

    def _replace(self, session: Session) -> None:
        changed = changed_fields(self._session, session)
        if not changed:
            return
        before, self._session = self._session, session
        self.sessionReplaced.emit(before, changed)
        self.sessionChanged.emit(changed)


def _merge_key(parameter: Parameter) -> str | None:
    """Return what makes small steps of one parameter one step of the history; flags are steps each."""
    return None if parameter.kind is bool else parameter.name
