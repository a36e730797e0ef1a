"""Edits of where we are on a palette: puck, grid and drawn path.

Methods that take a track mean the one in front where none is given.
"""

from __future__ import annotations

from dataclasses import replace

from blender_app.core.checks import clamp_point
from blender_app.session import path as paths
from blender_app.session.document import Document
from blender_app.session.session import MAX_GRID, MIN_GRID, DrawnPath, Point, PuckCoupling, Source
from blender_app.session.undo import track_field


class PlaceEdits:
    """Moves the pucks of a document, and draws its paths.

    Parameters
    ----------
    document
        What is edited.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    # -- puck and grid --------------------------------------------------------------------------

    def move_puck(self, x: float, y: float, track: str | None = None) -> None:
        """Move a puck, and those that are coupled to it; a path that plays lets go of the moved one.

        Parameters
        ----------
        x, y
            Where it is to be, brought into 0-1.
        track
            Whose puck is moved.
        """
        moved, coupling = self._document.track(track), self._document.session.coupling
        place = clamp_point(x, y)
        values: dict[str, object] = {track_field(moved.name, "puck"): place}
        if moved.path is not None and moved.path.playing:
            values[track_field(moved.name, "path")] = replace(moved.path, playing=False)
        if coupling is not PuckCoupling.FREE and moved.source is Source.PALETTE:
            for other in self._document.session.tracks:
                if other is not moved and other.source is Source.PALETTE:
                    values[track_field(other.name, "puck")] = _coupled(place, coupling)
        self._document.edit_values("Move puck", values, f"{moved.name} puck")

    def set_coupling(self, coupling: PuckCoupling) -> None:
        """Set by `coupling` how the pucks of the other tracks follow the one that is moved."""
        text = "Link pucks" if coupling is not PuckCoupling.FREE else "Free pucks"
        self._document.edit(text, coupling=coupling)

    def set_grid(self, rows: int, cols: int, track: str | None = None) -> None:
        """Set how many cells a palette shows.

        Parameters
        ----------
        rows, cols
            How many there are, brought into 3-33 each way.
        track
            Whose palette.
        """
        rows, cols = (min(max(int(count), MIN_GRID), MAX_GRID) for count in (rows, cols))
        self._document.edit_track("Grid", track, "grid", rows=rows, cols=cols)

    # -- path -----------------------------------------------------------------------------------

    def set_path(self, path: DrawnPath | None, text: str | None = None, track: str | None = None) -> None:
        """Set, change or remove the path.

        Parameters
        ----------
        path
            The path; None removes it.
        text
            What is done, for the undo menu; None finds a word.
        track
            Whose path.
        """
        before, merge_key = self._document.track(track).path, None
        if before is not None and path is not None:
            moved = paths.moved_nodes(before, path)
            if replace(before, bars=path.bars) == path:
                merge_key = "path bars"
            elif len(moved) == 1 and replace(before, nodes=path.nodes) == path:
                text, merge_key = text or "Move node", f"path node {moved[0]} of {len(path.nodes)}"
        text = text or ("Remove path" if path is None else "Path")
        self._document.edit_track(text, track, merge_key, path=path)

    def play_path(self, playing: bool, track: str | None = None) -> None:
        """Let the path of `track` sound (`playing`), or the puck again."""
        path = self._document.track(track).path
        if path is not None:
            text = "Play path" if playing else "Stop path"
            self._document.edit_track(text, track, path=replace(path, playing=bool(playing)))

    def draw_path(self, points: list[Point], track: str | None = None) -> None:
        """Make a path of a line drawn by hand, smoothed; how it plays is kept from the one before.

        Parameters
        ----------
        points
            Where the hand was, brought into 0-1; without any nothing is drawn.
        track
            On whose palette.
        """
        nodes = paths.simplify([clamp_point(x, y) for x, y in points])
        if nodes:
            before = self._document.track(track).path
            drawn = DrawnPath(nodes) if before is None else replace(before, nodes=nodes)
            self.set_path(replace(drawn, playing=True), "Draw path", track)


def _coupled(place: Point, coupling: PuckCoupling) -> Point:
    x, y = place
    return place if coupling is PuckCoupling.SAME else (1.0 - x, 1.0 - y)
