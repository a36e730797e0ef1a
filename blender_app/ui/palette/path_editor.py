"""Drawing a path and editing its nodes: what a hand does on the palette, without the palette.

Places are (x, y) in 0-1, from the palette's top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from math import hypot

Place = tuple[float, float]
Places = tuple[Place, ...]


class Outcome(Enum):
    """What a touch did to the path."""

    NOTHING = auto()
    LOOKS = auto()
    """Only the picture changes: the selection, or a stroke on its way."""
    NODES = auto()
    """The nodes changed; see `PathEditor.nodes`."""
    STROKE = auto()
    """A new line was drawn freehand; see `PathEditor.stroke`."""


@dataclass(slots=True)
class PathEditor:
    """Nodes, the one selected, and the stroke under the pen.

    Parameters
    ----------
    nodes
        Of the path, each (x, y) of 0-1.
    closed
        Whether the path goes back to its first node.
    selected
        Index of the node that keys move, if any.
    stroke
        Places that the pen has passed since it was set down.
    dragging_node
        Whether the hand holds the one selected.
    """

    nodes: Places = ()
    closed: bool = False
    selected: int | None = None
    stroke: Places = ()
    dragging_node: bool = False
    _drawing: bool = False

    def set_nodes(self, nodes: Sequence[Place], closed: bool) -> None:
        """Show the `nodes` of another path, `closed` or not, or of this one after an edit."""
        self.nodes, self.closed = tuple(nodes), closed
        if self.selected is not None and self.selected >= len(self.nodes):
            self.selected = None

    @property
    def drawing(self) -> bool:
        """Whether a stroke is being drawn."""
        return self._drawing

    def press(self, place: Place, reach: float) -> Outcome:
        """Take hold of the node within `reach` of `place`, or begin a stroke there."""
        self.selected = self.node_at(place, reach)
        if self.selected is not None:
            self.dragging_node = True
            return Outcome.LOOKS
        self._drawing, self.stroke = True, (place,)
        return Outcome.LOOKS

    def move(self, place: Place) -> Outcome:
        """Move the held node to `place`, or draw on to there."""
        if self.dragging_node and self.selected is not None:
            return self.move_selected(place)
        if self._drawing and place != self.stroke[-1]:
            self.stroke = (*self.stroke, place)
            return Outcome.LOOKS
        return Outcome.NOTHING

    def release(self, least_length: float) -> Outcome:
        """Let go; a stroke shorter than `least_length` was only a click."""
        self.dragging_node = False
        if not self._drawing:
            return Outcome.NOTHING
        self._drawing = False
        if polyline_length(self.stroke) < least_length:
            self.stroke = ()
            return Outcome.LOOKS
        return Outcome.STROKE

    def move_selected(self, place: Place) -> Outcome:
        """Put the selected node at `place`, clipped to the palette."""
        if self.selected is None:
            return Outcome.NOTHING
        return self._replace_node(self.selected, (clip_place(place),))

    def delete_selected(self) -> Outcome:
        """Remove the selected node."""
        if self.selected is None:
            return Outcome.NOTHING
        outcome = self._replace_node(self.selected, ())
        self.selected = min(self.selected, len(self.nodes) - 1) if self.nodes else None
        return outcome

    def insert_at(self, place: Place) -> Outcome:
        """Add a node at `place` into the nearest stretch of the path, and select it."""
        index = self._nearest_stretch(place) + 1
        self.nodes = (*self.nodes[:index], clip_place(place), *self.nodes[index:])
        self.selected = index
        return Outcome.NODES

    def insert_after_selected(self, fallback: Place) -> Outcome:
        """Add a node half-way to the next one; with none selected, at `fallback` at the end."""
        following = None if self.selected is None else self.selected + 1
        if following is None or following >= len(self.nodes):
            self.nodes = (*self.nodes, clip_place(fallback))
            self.selected = len(self.nodes) - 1
            return Outcome.NODES
        (x0, y0), (x1, y1) = self.nodes[following - 1], self.nodes[following]
        self.nodes = (*self.nodes[:following], ((x0 + x1) / 2, (y0 + y1) / 2), *self.nodes[following:])
        self.selected = following
        return Outcome.NODES

    def select_next(self, by: int) -> Outcome:
        """Select the next node if `by` is 1, or with -1 the one before; round the end."""
        if not self.nodes:
            return Outcome.NOTHING
        start = -1 if self.selected is None and by > 0 else self.selected or 0
        self.selected = (start + by) % len(self.nodes)
        return Outcome.LOOKS

    def node_at(self, place: Place, reach: float) -> int | None:
        """Return the index of the node nearest to `place` within `reach`, or None."""
        distances = [hypot(x - place[0], y - place[1]) for x, y in self.nodes]
        if not distances or min(distances) > reach:
            return None
        return distances.index(min(distances))

    def _replace_node(self, index: int, by: Places) -> Outcome:
        self.nodes = (*self.nodes[:index], *by, *self.nodes[index + 1 :])
        return Outcome.NODES

    def _nearest_stretch(self, place: Place) -> int:
        if len(self.nodes) < 2:
            return len(self.nodes) - 1
        ends = [*self.nodes[1:], self.nodes[0]] if self.closed else list(self.nodes[1:])
        distances = [
            _distance_to_segment(place, start, end) for start, end in zip(self.nodes, ends, strict=False)
        ]
        return distances.index(min(distances))


def clip_place(place: Place) -> Place:
    """Return the place on the palette nearest to `place`."""
    return min(1.0, max(0.0, place[0])), min(1.0, max(0.0, place[1]))


def polyline_length(places: Sequence[Place]) -> float:
    """Return the length of straight lines from each of `places` to the next."""
    return sum(hypot(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(places))


def _distance_to_segment(place: Place, start: Place, end: Place) -> float:
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    square = along_x * along_x + along_y * along_y
    share = 0.0
    if square > 0.0:
        share = ((place[0] - start[0]) * along_x + (place[1] - start[1]) * along_y) / square
        share = min(1.0, max(0.0, share))
    return hypot(place[0] - start[0] - share * along_x, place[1] - start[1] - share * along_y)
