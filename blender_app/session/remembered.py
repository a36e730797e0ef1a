"""Which of the devices that were chosen last a session begins with."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from blender_app.core.drums import VOICE_PITCHES
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.session.session import Session, TrackKind
from blender_app.session.settings import Settings
from blender_app.session.undo import track_field

_DRUMS = TrackKind.DRUMS.value
_ROUTING = ("channel", "note_map")

_log = logging.getLogger(__name__)


def remembered_values(session: Session, settings: Settings, opened: bool) -> dict[str, object]:
    """Return MIDI port, routing and font as they were chosen last, as values of a session.

    Parameters
    ----------
    session
        The session that begins.
    settings
        What is remembered.
    opened
        Whether the session was opened from a file: it has its own routing and font.
    """
    values: dict[str, object] = {}
    if not opened and settings.routing:
        values = _routing_values(session, settings.routing)
    if session.midi.port is None and settings.last_port:
        values["midi"] = replace(session.midi, port=settings.last_port, virtual=settings.last_port_is_own)
    if not opened and session.font is None and settings.font and Path(settings.font).is_file():
        values["font"] = settings.font
    return values


def routing_of(session: Session, edited: Collection[str]) -> tuple[int, ...] | None:
    """Return what is to be remembered of the drums' routing: their channel, and the notes of their voices.

    Parameters
    ----------
    session
        The session after an edit.
    edited
        Names of what was edited; None is returned unless it was the routing of a track.
    """
    if _DRUMS not in session.track_names or not any(name.partition(".")[2] in _ROUTING for name in edited):
        return None
    drums = session.track(_DRUMS)
    return (drums.channel, *(drums.note_map or ()))


def _routing_values(session: Session, routing: tuple[int, ...]) -> dict[str, object]:
    """Return channel and notes of the drums as they were set last, unless they are set already."""
    channel, *notes = routing
    if _DRUMS not in session.track_names:
        return {}
    now = session.track(_DRUMS)
    if (now.channel, now.note_map) != (DRUM_CHANNEL, VOICE_PITCHES):
        return {}
    try:
        replace(now, channel=channel, note_map=tuple(notes))
    except ValueError:
        _log.warning("the settings hold no routing: %s", routing)
        return {}
    return {track_field(_DRUMS, "channel"): channel, track_field(_DRUMS, "note_map"): tuple(notes)}
