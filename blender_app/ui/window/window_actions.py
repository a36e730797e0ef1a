"""What the window's actions do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget

from blender_app.session.document import MAX_GRID, MIN_GRID, Session, Source, TrackKind
from blender_app.ui.palette.view import CORNER_PLACES
from blender_app.ui.window.window_front import HEARD_VELOCITY

if TYPE_CHECKING:
    from blender_app.ui.window.dialogs import SessionDialog
    from blender_app.ui.window.main_window import MainWindow

TEXT_SIZE_KEY, STILL_KEY = "window/text_size", "window/reduced_motion"
MOST_TRACKS = 6


class WindowActions(QObject):
    """Connects the actions of a window, and owns the dialogs that they open."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._controller, self._look = window, window.controller, window.look
        self._follows = True
        self._offered: tuple[str, int] | None = None
        self.dialogs: dict[type[SessionDialog], SessionDialog] = {}
        self._connect()
        stack = self._controller.undo_stack
        stack.indexChanged.connect(self._on_undo_stack_indexChanged)
        stack.cleanChanged.connect(self._on_undo_stack_indexChanged)
        self._on_undo_stack_indexChanged()
        self._allow_paste()

    def _connect(self) -> None:
        for name, function in self._functions().items():
            self._window.actions_by_name[name].triggered.connect(partial(_without_argument, function))
        actions = self._window.actions_by_name
        actions["draw"].toggled.connect(self._on_draw_toggled)
        actions["play_path"].triggered.connect(self._controller.play_path)
        for card in self._window.stage.cards:
            card.cleared.connect(self.clear_corner)
            card.copied.connect(self.copy_corner)
        actions["metronome"].toggled.connect(self._controller.set_metronome)
        actions["scale_lock"].triggered.connect(self._controller.set_scale_lock)
        actions["use_mixer"].triggered.connect(self._use_mixer)
        actions["shelf"].toggled.connect(lambda shown: self._window.mixers.show_shelf(shown))  # noqa: PLW0108
        actions["theme"].triggered.connect(self._on_theme_triggered)
        actions["full_screen"].triggered.connect(self._on_full_screen_triggered)

    def _functions(self) -> dict[str, Callable[[], object]]:
        """Return what each action without a check mark does."""
        window, c, files, front = self._window, self._controller, self._window.files, self._window.front
        table: dict[str, Callable[[], object]] = {
            "new": files.new,
            "open": files.open,
            "save": files.save,
            "save_as": files.save_as,
            "export_cell": partial(files.export, "cell"),
            "export_path": partial(files.export, "path"),
            "export_grid": partial(files.export, "grid"),
            "export_band": partial(files.export, "band"),
            "quit": window.close,
            "undo": c.undo_stack.undo,
            "redo": c.undo_stack.redo,
            "copy_corner": lambda: self.copy_corner(front.corner),
            "paste_corner": lambda: c.paste_corner(front.corner),
            "clear_corner": lambda: self.clear_corner(front.corner),
            "dice_corner": lambda: c.dice_end(front.end) if front.mixes else c.dice_corner(front.corner),
            "vary_corner": lambda: c.vary_end(front.end) if front.mixes else c.vary_corner(front.corner),
            "dice_all": c.dice_all,
            "import_corner": self._import,
            "preferences": self.show_preferences,
            "play": self._toggle_play,
            "panic": c.panic,
            "tap": c.tap_tempo,
            "note_map": self.show_note_map,
            "virtual_port": c.open_virtual_port,
            "clear_path": lambda: c.set_path(None),
            "finer": lambda: self._change_grid(2),
            "coarser": lambda: self._change_grid(-2),
            "menu": self._show_menu,
            "help": self.show_help,
        }
        for corner, place in enumerate(CORNER_PLACES):
            table[f"corner_{corner + 1}"] = partial(front.go_to_corner, corner, place)
            table[f"edit_{corner + 1}"] = partial(self._edit_corner, corner)
        return table | self._track_functions()

    def _track_functions(self) -> dict[str, Callable[[], object]]:
        """Return what each action on the band does."""
        c, tracks = self._controller, self._window.tracks
        table: dict[str, Callable[[], object]] = {
            f"add_{kind.value}": partial(c.add_track, kind) for kind in TrackKind
        }
        for place in range(MOST_TRACKS):
            table[f"track_{place + 1}"] = partial(tracks.bring, place)
        return table | {
            "remove_track": lambda: tracks.remove(c.session.front),
            "track_settings": lambda: tracks.show_settings(c.session.front),
            "mute_track": lambda: c.set_track_mute(not c.session.front_track.mute),
            "solo_track": lambda: c.set_track_solo(not c.session.front_track.solo),
            "next_link": tracks.use_next_link,
            "next_track": partial(tracks.bring_next, 1),
            "last_track": partial(tracks.bring_next, -1),
            "keep_clip": lambda: self._window.mixers.keep_sounding(),  # noqa: PLW0108 - made when needed
        }

    # -- deeds --------------------------------------------------------------------------------------

    def copy_corner(self, corner: int) -> None:
        """Copy a corner, which allows to paste."""
        self._controller.copy_corner(corner)
        self._allow_paste()

    def _allow_paste(self) -> None:
        can, actions = self._controller.can_paste, self._window.actions_by_name
        mixes = self._window.front.mixes
        actions["paste_corner"].setEnabled(can and not mixes)
        for name in ("copy_corner", "clear_corner", "dice_all"):
            actions[name].setEnabled(not mixes)
        for card in self._window.stage.cards:
            card.set_can_paste(can)

    def clear_corner(self, corner: int) -> None:
        """Empty a corner, and offer the way back."""
        self._controller.clear_corner(corner)
        self.offer_undo(f"Corner {corner + 1} is empty now.")

    def offer_undo(self, text: str) -> None:
        """Say what was done, with the way back until something else is done."""
        stack = self._controller.undo_stack
        self._offered = text, stack.index()
        self._window.banner.show_message("info", text, "Undo", stack.undo)

    def _edit_corner(self, corner: int) -> None:
        self._window.front.edit_corner(corner)
        melodic = self._controller.session.front_track.kind.is_melodic
        editor = self._window.roll_panel.roll if melodic else self._window.editor.step_grid
        editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _import(self) -> None:
        front, files = self._window.front, self._window.files
        if front.mixes:
            files.import_end(front.end, self._window.mixers.import_end)
        else:
            files.import_corner(front.corner)

    def _toggle_play(self) -> None:
        counts_in = self._window.actions_by_name["count_in"].isChecked()
        if counts_in and not self._controller.playing:
            self._controller.play(count_in_bars=1)
        else:
            self._controller.toggle_play()

    @Slot(bool)
    def _use_mixer(self, mixer: bool) -> None:
        self._controller.set_source(Source.MIXER if mixer else Source.PALETTE)
        shown = self._window.mixers.panel.view if mixer else self._window.stage.palette_view
        shown.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _change_grid(self, by: int) -> None:
        count = min(MAX_GRID, max(MIN_GRID, self._controller.session.front_track.cols + by))
        self._controller.set_grid(count, count)

    def _show_menu(self) -> None:
        button = self._window.transport.menu_button
        self._window.transport.menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    @Slot(bool)
    def _on_draw_toggled(self, draws: bool) -> None:
        palette = self._window.stage.palette_view
        palette.set_draw_mode(draws)
        self._window.hints.set_name(palette, "draw" if draws else "palette")

    @Slot(bool)
    def _on_theme_triggered(self, light: bool) -> None:
        self._look.set_theme("light" if light else "dark")
        self.remember_look()

    @Slot(bool)
    def _on_full_screen_triggered(self, full: bool) -> None:
        if full:
            self._window.showFullScreen()
        else:
            self._window.showNormal()

    @Slot(str)
    def tell_more(self, part: str) -> None:
        """Tell what can be said about a part of the status line."""
        status = self._controller.status
        if part == "midi" and status.midi_message:
            self._window.banner.show_message("warning", status.midi_message)
        elif part == "midi":
            self.show_note_map()
        elif part == "audio":
            if status.message:
                self._window.banner.show_message("warning", status.message)
            else:
                self.show_preferences()
        else:
            self._window.banner.show_message("info", self._window.status.parts[part].toolTip())

    # -- following ----------------------------------------------------------------------------------

    @Slot()
    def _on_undo_stack_indexChanged(self) -> None:
        stack, actions = self._controller.undo_stack, self._window.actions_by_name
        for name, word, can, text in (
            ("undo", "Undo", stack.canUndo(), stack.undoText()),
            ("redo", "Redo", stack.canRedo(), stack.redoText()),
        ):
            actions[name].setEnabled(can)
            actions[name].setText(f"{word} {text[:1].lower()}{text[1:]}".strip())
            keys = actions[name].shortcut().toString()
            actions[name].setToolTip(f"{actions[name].text()}  ({keys})")
        self._withdraw_offer()

    def _withdraw_offer(self) -> None:
        """Take the offered way back away when it would lead elsewhere."""
        if self._offered is not None and self._controller.undo_stack.index() != self._offered[1]:
            if self._window.banner.text == self._offered[0]:
                self._window.banner.hide()
            self._offered = None

    def let_go(self) -> None:
        """Hear no more of the history, which may end before the window does."""
        if self._follows:
            self._follows = False
            stack = self._controller.undo_stack
            stack.indexChanged.disconnect(self._on_undo_stack_indexChanged)
            stack.cleanChanged.disconnect(self._on_undo_stack_indexChanged)

    def session_changed(self, session: Session) -> None:
        """Show the session in the dialogs that are open."""
        for dialog in self.dialogs.values():
            dialog.show_session(session)
        self._allow_paste()

    def look_changed(self) -> None:
        """Follow the theme."""
        self._window.actions_by_name["theme"].setChecked(self._look.theme.name == "light")

    def remember_look(self) -> None:
        """Keep theme, hues, text size and motion for the next start."""
        settings = self._controller.settings
        settings.theme = self._look.theme.name
        settings.palette_colours = self._look.hues.name
        settings.set_value(TEXT_SIZE_KEY, f"{self._look.text_scale:.2f}")
        settings.set_value(STILL_KEY, "1" if self._look.reduced_motion else "0")

    # -- dialogs ------------------------------------------------------------------------------------

    def show_preferences(self) -> None:
        """Open the preferences."""
        from blender_app.ui.window.dialogs import PreferencesDialog  # noqa: PLC0415 - the first picture needs none

        dialog = PreferencesDialog(self._look, self._controller.session, self._window)
        dialog.lookChanged.connect(self.remember_look)
        dialog.fontAsked.connect(self._window.files.choose_font)
        dialog.shippedFontAsked.connect(lambda: self._controller.set_font(None))
        dialog.audioToggled.connect(self._controller.set_audio)
        self._show(dialog)

    def show_note_map(self, track: str | None = None) -> None:
        """Open the editor of MIDI channel and notes of a track, the one in front if none is given."""
        from blender_app.ui.window.dialogs import NoteMapDialog  # noqa: PLC0415

        c, session = self._controller, self._controller.session
        name = track or session.front
        dialog = NoteMapDialog(session.track(name), session.midi, self._window)
        dialog.channelChanged.connect(lambda channel: c.set_channel(channel, name))
        dialog.latencyChanged.connect(c.set_latency)
        dialog.noteMapChanged.connect(lambda notes: c.set_note_map(notes, name))
        dialog.voiceHeard.connect(lambda voice: c.preview_hit(voice, HEARD_VELOCITY, name))
        self._show(dialog)

    def show_help(self) -> None:
        """Open the list of keys and gestures."""
        from blender_app.ui.window.dialogs import HelpDialog  # noqa: PLC0415

        self._show(HelpDialog(self._look, self._window))

    def _show(self, dialog: SessionDialog) -> None:
        """Show a dialog beside the window; an older one of its kind makes room."""
        kind = type(dialog)
        older = self.dialogs.pop(kind, None)
        if older is not None:
            older.close()
        self.dialogs[kind] = dialog
        dialog.finished.connect(partial(self._forget, kind, dialog))
        dialog.show()

    def _forget(self, kind: type[SessionDialog], dialog: SessionDialog, _result: int = 0) -> None:
        if self.dialogs.get(kind) is dialog:
            del self.dialogs[kind]
        dialog.deleteLater()


def _without_argument(function: Callable[[], object], _checked: bool = False) -> None:
    function()


def is_for_focus(focused: QWidget | None, event: QKeyEvent) -> bool:
    """Return whether what has the focus gets a key before it is a shortcut.

    Space presses buttons, and letters find what lists hold.
    """
    lists = isinstance(focused, QComboBox)
    presses = event.key() == Qt.Key.Key_Space and (lists or isinstance(focused, QAbstractButton))
    return presses or (lists and event.text().isalnum())
