"""Every action of the window in one place: its text, its key, its icon."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import Look


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action of the window.

    Parameters
    ----------
    name
        In code.
    group
        That it belongs to in menus and help.
    text
        In menus.
    keys
        As Qt writes them, the one that is shown first.
    icon
        Name of it; "" is none.
    checkable
        Whether it can be on.
    """

    name: str
    group: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    short: str = ""
    """What its button says."""


SPECS = (
    ActionSpec("new", "File", "New session", ("Ctrl+N",)),
    ActionSpec("open", "File", "Open…", ("Ctrl+O",)),
    ActionSpec("save", "File", "Save", ("Ctrl+S",)),
    ActionSpec("save_as", "File", "Save as…", ("Ctrl+Shift+S",)),
    ActionSpec("export_cell", "File", "Export what sounds at the puck as .mid…", ("Ctrl+E",)),
    ActionSpec("export_path", "File", "Export the path as .mid…", ("Ctrl+Alt+E",)),
    ActionSpec("export_grid", "File", "Export the whole grid as .mid…", ("Ctrl+Shift+E",)),
    ActionSpec("export_band", "File", "Export the band as .mid…", ("Ctrl+B",)),
    ActionSpec("quit", "File", "Quit", ("Ctrl+Q",)),
    ActionSpec("undo", "Edit", "Undo", ("Ctrl+Z",), "undo"),
    ActionSpec("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionSpec("copy_corner", "Edit", "Copy corner", ("Ctrl+C",)),
    ActionSpec("paste_corner", "Edit", "Paste into corner", ("Ctrl+V",)),
    ActionSpec("clear_corner", "Edit", "Clear corner", ("Ctrl+Backspace",)),
    ActionSpec("dice_corner", "Edit", "Dice: a new beat in the corner", ("D",), "dice"),
    ActionSpec("vary_corner", "Edit", "Vary the corner a little", ("V",), "vary"),
    ActionSpec("dice_all", "Edit", "Dice all four corners", ("Shift+D",)),
    ActionSpec("import_corner", "Edit", "Import a .mid into the corner…", ("Ctrl+I",)),
    ActionSpec("double_corner", "Edit", "Double: twice as long, a copy behind it", ("Ctrl+Shift+D",)),
    ActionSpec("stretch_corner", "Edit", "Stretch: twice as long and twice as slow", ("Ctrl+Alt+D",)),
    ActionSpec("halve_corner", "Edit", "Halve: only the first half", ("Ctrl+Shift+H",)),
    ActionSpec("preferences", "Edit", "Preferences…", ("Ctrl+,",)),
    ActionSpec("play", "Play", "Play or stop", ("Space",), "play"),
    ActionSpec("panic", "Play", "Panic: silence everything", ("Ctrl+.", "Esc")),
    ActionSpec("tap", "Play", "Tap the tempo", ("T",), short="tap"),
    ActionSpec("play_path", "Play", "Play the path", ("P",), checkable=True, short="play path"),
    ActionSpec("note_map", "Play", "MIDI channel and notes…", ("Ctrl+M",)),
    ActionSpec("virtual_port", "Play", "Open a port of our own", ()),
    ActionSpec("metronome", "Play", "Metronome", ("C",), "metronome", checkable=True),
    ActionSpec("count_in", "Play", "Count in a bar", ("Shift+C",), "count-in", checkable=True),
    ActionSpec("add_drums", "Track", "Add drums"),
    ActionSpec("add_bass", "Track", "Add a bass"),
    ActionSpec("add_melody", "Track", "Add a melody"),
    ActionSpec("remove_track", "Track", "Remove the track in front"),
    ActionSpec("track_settings", "Track", "Settings of the track in front", ("Ctrl+T",), "settings"),
    ActionSpec("mute_track", "Track", "Mute the track in front", ("M",)),
    ActionSpec("solo_track", "Track", "Solo the track in front", ("S",)),
    ActionSpec("scale_lock", "Track", "The track in front keeps to the key", ("K",), checkable=True),
    ActionSpec("use_morph", "Track", "Morph in place of the palette", ("X",), checkable=True),
    ActionSpec("keep_clip", "Track", "Keep what sounds as a clip", ("Ctrl+K",)),
    ActionSpec("next_coupling", "Track", "Pucks: free, same, mirrored", ("L",)),
    ActionSpec("track_1", "Track", "Track 1 to the front", ("Ctrl+1",)),
    ActionSpec("track_2", "Track", "Track 2 to the front", ("Ctrl+2",)),
    ActionSpec("track_3", "Track", "Track 3 to the front", ("Ctrl+3",)),
    ActionSpec("track_4", "Track", "Track 4 to the front", ("Ctrl+4",)),
    ActionSpec("track_5", "Track", "Track 5 to the front", ("Ctrl+5",)),
    ActionSpec("track_6", "Track", "Track 6 to the front", ("Ctrl+6",)),
    ActionSpec("next_track", "Track", "Next track to the front", ("Ctrl+PgDown",)),
    ActionSpec("last_track", "Track", "Track before to the front", ("Ctrl+PgUp",)),
    ActionSpec("corner_1", "Palette", "Puck to corner 1", ("1",)),
    ActionSpec("corner_2", "Palette", "Puck to corner 2", ("2",)),
    ActionSpec("corner_3", "Palette", "Puck to corner 3", ("3",)),
    ActionSpec("corner_4", "Palette", "Puck to corner 4", ("4",)),
    ActionSpec("edit_1", "Palette", "Edit corner 1", ("Shift+F1",)),
    ActionSpec("edit_2", "Palette", "Edit corner 2", ("Shift+F2",)),
    ActionSpec("edit_3", "Palette", "Edit corner 3", ("Shift+F3",)),
    ActionSpec("edit_4", "Palette", "Edit corner 4", ("Shift+F4",)),
    ActionSpec("draw", "Palette", "Draw a path", ("W",), "draw", checkable=True),
    ActionSpec("clear_path", "Palette", "Remove the path", (), "clear"),
    ActionSpec("finer", "Palette", "More cells", ("Ctrl++", "Ctrl+=")),
    ActionSpec("coarser", "Palette", "Fewer cells", ("Ctrl+-",)),
    ActionSpec("theme", "Window", "Light theme", ("Ctrl+L",), checkable=True),
    ActionSpec("clip_library", "Window", "Clip library", ("Ctrl+Shift+K",), checkable=True),
    ActionSpec("full_screen", "Window", "Full screen", ("F11",), checkable=True),
    ActionSpec("menu", "Window", "Menu", ("F10",), "menu"),
    ActionSpec("help", "Window", "Keys and help", ("F1",), "help"),
)
GROUPS = ("File", "Edit", "Play", "Track", "Palette", "Window")


class Actions:
    """The actions by name; `retint` follows the theme of `look`."""

    def __init__(self, look: Look, parent: QObject) -> None:
        self._look = look
        self._actions: dict[str, QAction] = {}
        for spec in SPECS:
            action = QAction(spec.text, parent)
            action.setObjectName(spec.name)
            action.setCheckable(spec.checkable)
            if spec.short:
                action.setIconText(spec.short)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            keys = f"  ({spec.keys[0]})" if spec.keys else ""
            action.setToolTip(f"{spec.text.rstrip('…')}{keys}")
            self._actions[spec.name] = action
        self.retint()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def in_group(self, group: str) -> list[QAction]:
        """Return the actions of the menu `group`, in order."""
        return [self._actions[spec.name] for spec in SPECS if spec.group == group]

    def all(self) -> list[QAction]:
        """Return all actions."""
        return list(self._actions.values())

    def retint(self) -> None:
        """Draw the icons in the theme's text colour."""
        for spec in SPECS:
            if spec.icon:
                self._actions[spec.name].setIcon(icon(spec.icon, self._look.theme.color("text")))
