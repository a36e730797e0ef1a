"""Edits of tracks: which there are, how they sound, where their pucks are, what paths they play.

Methods that take a track mean the one in front where none is given.
"""

from __future__ import annotations

from dataclasses import replace

from blender_app.core.checks import check_index, clamp_point, replace_at
from blender_app.core.drums import VOICE_COUNT
from blender_app.engine.messages import VoiceMix
from blender_app.session import path as paths
from blender_app.session.document import (
    MAX_GRID,
    MIN_GRID,
    DrawnPath,
    Link,
    Mixer,
    Point,
    Source,
    TrackKind,
    new_track,
)
from blender_app.session.editing import SessionEditor
from blender_app.session.mixing import default_mixer
from blender_app.session.undo import track_field


class TrackEditor(SessionEditor):
    """A session editor that knows tracks; made as told in `SessionEditor`."""

    # -- the band -------------------------------------------------------------------------------

    def add_track(self, kind: TrackKind) -> str | None:
        """Add a track and bring it to the front; return its name, None if there are two already."""
        tracks = self._session.tracks
        try:
            added = new_track(kind, tracks)
        except ValueError as error:
            self.messageShown.emit("warning", f"No track was added: {error}.")
            return None
        order = list(TrackKind)
        before = [track for track in tracks if order.index(track.kind) <= order.index(kind)]
        after = [track for track in tracks if track not in before]
        self.edit(f"Add {added.name}", tracks=(*before, added, *after), front=added.name)
        return added.name

    def remove_track(self, name: str) -> bool:
        """Take a track out of the band; return whether it could go: the last one cannot."""
        gone = self._session.track(name)
        tracks = tuple(track for track in self._session.tracks if track is not gone)
        if not tracks:
            self.messageShown.emit("warning", "The last track cannot be removed: add another one first.")
            return False
        front = self._session.front
        if front == name:
            front = tracks[min(self._session.tracks.index(gone), len(tracks) - 1)].name
        self.edit(f"Remove {name}", tracks=tracks, front=front)
        return True

    def set_front(self, name: str) -> None:
        """Bring a track to the front; this is a matter of looking, and no step of the history."""
        self._session.track(name)
        self.apply_values({"front": name})

    # -- sound ----------------------------------------------------------------------------------

    def set_sound(self, bank: int, program: int, track: str | None = None) -> None:
        """Choose a kit or an instrument of the font."""
        self.edit_track("Sound", track, sound=(bank, program))

    def set_channel(self, channel: int, track: str | None = None) -> None:
        """Set the MIDI channel, 0-15."""
        self.edit_track("MIDI channel", track, channel=channel)

    def set_note_map(self, notes: tuple[int, ...], track: str | None = None) -> None:
        """Set the MIDI note of each of the nine voices of a drum track."""
        self.edit_track("Note map", track, "note map", note_map=notes)

    def open_track_port(self, name: str | None, track: str | None = None) -> None:
        """Send a track's notes to a MIDI port of its own; None sends them where all go."""
        self.apply_values({track_field(self._track(track).name, "port"): name})

    def set_octave(self, octave: int, track: str | None = None) -> None:
        """Let a track sound octaves higher, brought into -3 to 3."""
        self.set_track_parameter("octave", octave, track)

    def set_track_mute(self, mute: bool, track: str | None = None) -> None:
        """Silence a track, or let it be heard again."""
        self.set_track_parameter("mute", mute, track)

    def set_track_solo(self, solo: bool, track: str | None = None) -> None:
        """Let only the tracks that are solo be heard."""
        self.set_track_parameter("solo", solo, track)

    def set_track_volume(self, volume: float, track: str | None = None) -> None:
        """Set a track's loudness, brought into 0-1."""
        self.set_track_parameter("volume", volume, track)

    def set_track_pan(self, pan: float, track: str | None = None) -> None:
        """Set where between left (-1) and right (1) a track is heard."""
        self.set_track_parameter("pan", pan, track)

    def set_track_reverb(self, reverb: float, track: str | None = None) -> None:
        """Set how much of a track goes to the reverb, brought into 0-1."""
        self.set_track_parameter("reverb", reverb, track)

    def set_gate(self, gate: float, track: str | None = None) -> None:
        """Set which share of a note's length sounds, brought into 0.1-1."""
        self.set_track_parameter("gate", gate, track)

    def set_legato(self, legato: float, track: str | None = None) -> None:
        """Set how far notes reach to the next one, brought into 0-1."""
        self.set_track_parameter("legato", legato, track)

    def set_voice_mix(self, voice: int, mix: VoiceMix, track: str | None = None) -> None:
        """Set mute, solo and volume of one voice (0-8) of a drum track."""
        check_index("voice", voice, VOICE_COUNT)
        voices = self._track(track).mix
        if not voices:
            raise ValueError("only drums have voices to mix")
        self.edit_track("Mix", track, f"mix {voice}", mix=replace_at(voices, voice, mix))

    def set_scale_lock(self, on: bool, track: str | None = None) -> None:
        """Let the session's key hold for a track, or not."""
        self.set_track_parameter("scale_lock", on, track)

    # -- palette --------------------------------------------------------------------------------

    def move_puck(self, x: float, y: float, track: str | None = None) -> None:
        """Move a puck, and those that are linked to it; a path that plays lets go of the moved one."""
        moved, link = self._track(track), self._session.link
        place = clamp_point(x, y)
        values: dict[str, object] = {track_field(moved.name, "puck"): place}
        if moved.path is not None and moved.path.playing:
            values[track_field(moved.name, "path")] = replace(moved.path, playing=False)
        if link is not Link.FREE and moved.source is Source.PALETTE:
            for other in self._session.tracks:
                if other is not moved and other.source is Source.PALETTE:
                    values[track_field(other.name, "puck")] = _linked(place, link)
        self.edit_values("Move puck", values, f"{moved.name} puck")

    def set_grid(self, rows: int, cols: int, track: str | None = None) -> None:
        """Set how many cells a palette shows, brought into 3-33 each way."""
        rows, cols = (min(max(int(count), MIN_GRID), MAX_GRID) for count in (rows, cols))
        self.edit_track("Grid", track, "grid", rows=rows, cols=cols)

    # -- path -----------------------------------------------------------------------------------

    def set_path(self, path: DrawnPath | None, text: str | None = None, track: str | None = None) -> None:
        """Set, change or (None) remove the path."""
        before, merge_key = self._track(track).path, None
        if before is not None and path is not None:
            moved = paths.moved_nodes(before, path)
            if replace(before, bars=path.bars) == path:
                merge_key = "path bars"
            elif len(moved) == 1 and replace(before, nodes=path.nodes) == path:
                text, merge_key = text or "Move node", f"path node {moved[0]} of {len(path.nodes)}"
        self.edit_track(text or ("Remove path" if path is None else "Path"), track, merge_key, path=path)

    def play_path(self, playing: bool, track: str | None = None) -> None:
        """Let the path sound, or the puck again."""
        path = self._track(track).path
        if path is not None:
            self.edit_track(
                "Play path" if playing else "Stop path", track, path=replace(path, playing=bool(playing))
            )

    def draw_path(self, points: list[Point], track: str | None = None) -> None:
        """Make a path of a line drawn by hand, smoothed; how it plays is kept from the one before."""
        nodes = paths.simplify([clamp_point(x, y) for x, y in points])
        if nodes:
            before = self._track(track).path
            drawn = DrawnPath(nodes) if before is None else replace(before, nodes=nodes)
            self.set_path(replace(drawn, playing=True), "Draw path", track)

    # -- mixer ----------------------------------------------------------------------------------

    def set_mixer(
        self, mixer: Mixer | None, text: str, merge_key: str | None = None, track: str | None = None
    ) -> None:
        """Set, change or (None) remove the mixer; without one the palette sounds."""
        source = Source.PALETTE if mixer is None else self._track(track).source
        self.edit_track(text, track, merge_key, mixer=mixer, source=source)

    def set_source(self, source: Source, track: str | None = None) -> None:
        """Let the palette or the mixer sound; a mixer that is missing is made of two corners."""
        this = self._track(track)
        text, mixer = "Palette", this.mixer
        if source is Source.MIXER:
            text, mixer = "Mixer", mixer or default_mixer(this)
        self.edit_track(text, track, source=source, mixer=mixer)


def _linked(place: Point, link: Link) -> Point:
    x, y = place
    return place if link is Link.SAME else (1.0 - x, 1.0 - y)
