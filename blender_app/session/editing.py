"""Edits of the session: each of them can be undone, and a drag is one step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from blender_app.core.parameters import Parameter, Value, parameters_of
from blender_app.core.scales import Key
from blender_app.engine.messages import ChangeAt
from blender_app.session.document import Clip, Link, MidiSettings, Session, Track
from blender_app.session.tempo_tap import TempoTap
from blender_app.session.undo import (
    EditCommand,
    changed_fields,
    field_of,
    track_field,
    with_fields,
)

MAX_UNDO_STEPS = 500


class SessionEditor(QObject):
    """Holds the session and its history; every write goes through here.

    Parameters
    ----------
    session
        What to begin with.
    clock
        Gives monotonic seconds; tests bring their own.

    Notes
    -----
    `sessionChanged` carries a frozenset of the names of what changed: fields of `Session` ("tracks"
    stands for which tracks there are), and "bass.puck" and the like for fields of tracks; a track
    that was added brings all of its own.
    `messageShown` carries a level ("info", "warning" or "error") and a text for the musician.
    """

    sessionChanged = Signal(object)
    messageShown = Signal(str, str)

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
        self._tap = TempoTap()

    # -- reading --------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session as it is now."""
        return self._session

    @property
    def undo_stack(self) -> QUndoStack:
        """The history; its actions and its clean state can be used by a window."""
        return self._undo_stack

    def _track(self, name: str | None) -> Track:
        """Return the track of that name, the one in front for None."""
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

    # -- tempo and feel -------------------------------------------------------------------------

    def set_tempo(self, tempo_bpm: float) -> None:
        """Set the tempo, brought into 20-300 beats a minute."""
        self.set_parameter("tempo_bpm", tempo_bpm)

    def tap_tempo(self) -> None:
        """Take one tap of the beat; from the second on, the tempo follows."""
        tempo_bpm = self._tap.tap(self._clock())
        if tempo_bpm is not None:
            self.edit("Tap tempo", "tap", tempo_bpm=tempo_bpm)

    def set_swing(self, swing: float) -> None:
        """Set the swing, brought into 0.5-0.75."""
        self.set_parameter("swing", swing)

    def set_feel(self, feel: float) -> None:
        """Set how much of microtiming and dynamics is played, brought into 0-1."""
        self.set_parameter("feel", feel)

    def set_change_at(self, change_at: ChangeAt) -> None:
        """Set on which boundary a new pattern takes over."""
        self.edit("Change at", change_at=change_at)

    # -- the whole band -------------------------------------------------------------------------

    def set_font(self, path: str | None) -> None:
        """Choose a SoundFont; None is the shipped one."""
        self.edit("SoundFont", font=path)

    def set_volume(self, volume: float) -> None:
        """Set the synthesizer's loudness, brought into 0-1."""
        self.set_parameter("volume", volume)

    def set_scale(self, key: Key | None) -> None:
        """Set the key that decoded melodies keep to; None lets them go."""
        self.edit("Scale" if key is not None else "No scale", scale=key)

    def set_link(self, link: Link) -> None:
        """Set how the pucks of the other tracks follow the one that is moved."""
        self.edit("Link pucks" if link is not Link.FREE else "Free pucks", link=link)

    def set_clips(self, clips: tuple[Clip, ...], text: str) -> None:
        """Set the loops put aside."""
        self.edit(text, clips=clips)

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
        """Set fields of a track, or of the one in front, as one step of the history.

        Steps of one key merge by track; see `edit_values`.
        """
        name = self._track(track).name
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
        new = with_fields(self._session, values)
        after = {name: field_of(new, name) for name in values}
        changed = [name for name in values if before[name] != after[name]]
        if not changed:
            return
        if self._gesture_text is not None:
            text, merge_key = self._gesture_text, f"gesture {self._gesture_count}"
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

    def _apply_edit(self, values: Mapping[str, object]) -> None:
        """Make or take back an edit; MIDI ports are no edits and stay what they are."""
        values = dict(values)
        midi, now = values.get("midi"), self._session.midi
        if isinstance(midi, MidiSettings):
            values["midi"] = replace(midi, port=now.port, virtual=now.virtual)
        tracks = values.get("tracks")
        if isinstance(tracks, tuple):
            ports = {track.name: track.port for track in self._session.tracks}
            values["tracks"] = tuple(
                replace(track, port=ports.get(track.name, track.port)) for track in tracks
            )
        self.apply_values(values)

    def apply_values(self, values: Mapping[str, object]) -> None:
        """Make `values` the session's without a step in the history, and tell who listens."""
        self._replace_session(with_fields(self._session, values))

    def _replace_session(self, session: Session) -> None:
        changed = changed_fields(self._session, session)
        if not changed:
            return
        before, self._session = self._session, session
        self._on_session_replaced(before, changed)
        self.sessionChanged.emit(changed)

    def _on_session_replaced(self, before: Session, changed: frozenset[str]) -> None:
        """Let a subclass follow a change of what is named before anybody hears of it."""


def _merge_key(parameter: Parameter) -> str | None:
    """Return what makes small steps of one parameter one step of the history; flags are steps each."""
    return None if parameter.kind is bool else parameter.name
