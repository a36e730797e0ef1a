"""Edits of tracks: which there are, and with which sound and where they play.

Methods that take a track mean the one in front where none is given.
"""

from __future__ import annotations

from blender_app.core.checks import check_index, replace_at
from blender_app.core.drums import VOICE_COUNT
from blender_app.engine.messages import VoiceMix
from blender_app.session.document import Document
from blender_app.session.messages import Messages
from blender_app.session.session import TrackKind, new_track
from blender_app.session.undo import track_field


class TrackEdits:
    """Adds, removes and routes the tracks of a document.

    Parameters
    ----------
    document
        What is edited.
    messages
        Told what cannot be done.
    """

    def __init__(self, document: Document, messages: Messages) -> None:
        self._document = document
        self._messages = messages

    # -- which there are ------------------------------------------------------------------------

    def add(self, kind: TrackKind) -> str | None:
        """Add a track of a `kind` and bring it to the front; return its name, None if no more fit."""
        tracks = self._document.session.tracks
        try:
            added = new_track(kind, tracks)
        except ValueError as error:
            self._messages.warn(f"No track was added: {error}.")
            return None
        order = list(TrackKind)
        before = [track for track in tracks if order.index(track.kind) <= order.index(kind)]
        after = [track for track in tracks if track not in before]
        self._document.edit(f"Add {added.name}", tracks=(*before, added, *after), front=added.name)
        return added.name

    def remove(self, name: str) -> bool:
        """Take the track called `name` out of the band; return whether it could go: the last cannot."""
        session = self._document.session
        gone = session.track(name)
        tracks = tuple(track for track in session.tracks if track is not gone)
        if not tracks:
            self._messages.warn("The last track cannot be removed: add another one first.")
            return False
        front = session.front
        if front == name:
            front = tracks[min(session.tracks.index(gone), len(tracks) - 1)].name
        self._document.edit(f"Remove {name}", tracks=tracks, front=front)
        return True

    def set_front(self, name: str) -> None:
        """Bring the track called `name` to the front; a matter of looking, no step of the history."""
        self._document.track(name)
        self._document.apply_values({"front": name})

    # -- sound and routing ----------------------------------------------------------------------

    def set_sound(self, bank: int, program: int, track: str | None = None) -> None:
        """Choose a kit or an instrument of the font.

        Parameters
        ----------
        bank, program
            Its numbers, 0-16383 and 0-127.
        track
            Whose sound it is to be.
        """
        self._document.edit_track("Sound", track, sound=(bank, program))

    def set_note_map(self, notes: tuple[int, ...], track: str | None = None) -> None:
        """Set the MIDI `notes` (0-127) of the nine voices of the drum `track`."""
        self._document.edit_track("Note map", track, "note map", note_map=notes)

    def open_port(self, name: str | None, track: str | None = None) -> None:
        """Send the notes of `track` to a MIDI port of its own.

        `name` is the port's; None sends them where all go.
        """
        self._document.apply_values({track_field(self._document.track(track).name, "port"): name})

    def set_voice_mix(self, voice: int, mix: VoiceMix, track: str | None = None) -> None:
        """Set how one voice of a drum track is heard.

        Parameters
        ----------
        voice
            The voice, 0-8.
        mix
            Its mute, solo and volume.
        track
            The drum track.

        Raises
        ------
        ValueError
            There is no such voice.
        """
        check_index("voice", voice, VOICE_COUNT)
        voices = self._document.track(track).mix
        if not voices:
            raise ValueError("only drums have voices to mix")
        self._document.edit_track("Mix", track, f"mix {voice}", mix=replace_at(voices, voice, mix))
