"""Everything that can be done by hand, for the help: keys of actions, and what only one widget knows."""

from __future__ import annotations

from blender_app.ui.clips import library
from blender_app.ui.controls.actions import SPECS
from blender_app.ui.morph import panel
from blender_app.ui.roll import keys

_KEYS_ELSEWHERE = (
    ("On a track", "Click", "brings it to the front"),
    ("On a track", "Drag, arrow keys", "moves its puck or slider"),
    ("On a track", "Right click", "opens its settings"),
    ("In the chords", "Return, Escape", "takes what is written, or leaves it"),
    ("On the palette", "Arrow keys", "move the puck; with Shift in small steps"),
    ("On the palette", "Drag, click", "move the puck"),
    ("Drawing a path", "Drag", "a new path; a node moves under the hand"),
    (
        "Drawing a path",
        "Double click, Ctrl+click",
        "adds a node on the line; a double click on a node removes it",
    ),
    ("Drawing a path", "N, Shift+N", "the next or the last node; arrow keys move it"),
    ("Drawing a path", "Insert, Delete", "adds or removes a node"),
    ("In the editor", "Click", "sets or removes a hit"),
    ("In the editor", "Drag sideways", "paints or erases"),
    ("In the editor", "Drag up, down or wheel", "velocity of the hit"),
    ("In the editor", "Arrow keys, Space", "move, set or remove; Ctrl+arrows by the beat"),
    ("In the editor", "PageUp, PageDown, wheel, drag the beat numbers", "other bars of a long loop"),
    ("In the editor", "+ and -, Ctrl+Up and Down", "velocity; with Shift in small steps"),
    ("On a number", "Wheel, drag up and down", "changes it; with Shift in small steps"),
    ("On a number", "Double click", "resets it"),
    ("On a corner", "Enter, D, V", "edit, dice, vary"),
    ("On a corner", "Drop a .mid", "imports it"),
)


def help_rows() -> list[tuple[str, str, str]]:
    """Return (group, keys, what they do) of everything that can be done by hand."""
    rows = [(spec.group, ", ".join(spec.keys), spec.text.rstrip("…")) for spec in SPECS if spec.keys]
    return [*rows, *_KEYS_ELSEWHERE, *keys.HELP_ROWS, *panel.HELP_ROWS, *library.HELP_ROWS]
