"""What the program remembers between sessions, in an INI file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

MAX_RECENT_FILES = 10


class Settings:
    """Typed access to the settings.

    Parameters
    ----------
    path
        The INI file; None is the user's own, where the platform keeps such files.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            ini, user = QSettings.Format.IniFormat, QSettings.Scope.UserScope
            self._store = QSettings(ini, user, "loopweave", "loopweave")
        else:
            self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """Name of the window's theme: "dark" or "light"."""
        return self._text("window/theme") or "dark"

    def remember_theme(self, name: str) -> None:
        """Remember the `name` of the theme."""
        self._store.setValue("window/theme", name)

    @property
    def palette_colours(self) -> str | None:
        """Name of the set of corner colours, None for the default."""
        return self._text("window/palette_colours")

    def remember_palette_colours(self, name: str | None) -> None:
        """Remember the `name` of the set of corner colours; None is the default."""
        self._store.setValue("window/palette_colours", name or "")

    @property
    def window_geometry(self) -> bytes:
        """The window's place and size as Qt gives them; empty at first."""
        return self._bytes("window/geometry")

    def remember_window_geometry(self, geometry: bytes) -> None:
        """Remember the window's place and size, `geometry` as Qt packs it."""
        self._store.setValue("window/geometry", QByteArray(geometry))

    @property
    def window_state(self) -> bytes:
        """The state of the window's parts as Qt gives it; empty at first."""
        return self._bytes("window/state")

    def remember_window_state(self, state: bytes) -> None:
        """Remember the `state` of the window's parts, as Qt packs it."""
        self._store.setValue("window/state", QByteArray(state))

    @property
    def last_port(self) -> str | None:
        """The MIDI port that was open last."""
        return self._text("midi/last_port")

    @property
    def last_port_is_own(self) -> bool:
        """Whether that port was one of our own, for others to connect to."""
        return self._text("midi/last_port_is_own") == "yes"

    def remember_port(self, name: str | None, own: bool) -> None:
        """Remember the MIDI port that was opened.

        Parameters
        ----------
        name
            Its name; None if it was closed.
        own
            Whether it is one of our own, for others to connect to.
        """
        self._store.setValue("midi/last_port", name or "")
        self._store.setValue("midi/last_port_is_own", "yes" if own else "")

    @property
    def routing(self) -> tuple[int, ...]:
        """MIDI channel and the notes of the voices as they were set last; empty at first."""
        parts = (self._text("midi/routing") or "").split()
        return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()

    def remember_routing(self, channel_and_notes: tuple[int, ...]) -> None:
        """Remember channel of the drums (0-15) and notes (0-127) of their voices.

        `channel_and_notes` has them in this order.
        """
        self._store.setValue("midi/routing", " ".join(map(str, channel_and_notes)))

    @property
    def font(self) -> str | None:
        """The SoundFont chosen last, None for the shipped one."""
        return self._text("audio/font")

    def remember_font(self, path: str | None) -> None:
        """Remember the `path` of the SoundFont; None is the shipped one."""
        self._store.setValue("audio/font", path or "")

    @property
    def recent_files(self) -> tuple[str, ...]:
        """Session files opened or saved lately, the newest first."""
        value = self._store.value("files/recent")
        files = value if isinstance(value, list) else [value]
        return tuple(file for file in files if isinstance(file, str) and file)

    def add_recent_file(self, path: str) -> None:
        """Put the session file at `path` in front of the recent ones."""
        others = [file for file in self.recent_files if file != path]
        self._store.setValue("files/recent", [path, *others][:MAX_RECENT_FILES])

    def remove_recent_file(self, path: str) -> None:
        """Take the session file at `path` from the recent ones."""
        self._store.setValue("files/recent", [file for file in self.recent_files if file != path])

    def value(self, key: str, default: str = "") -> str:
        """Return any other text kept under a `key` of the form "group/name", `default` without one."""
        return self._text(key) or default

    def set_value(self, key: str, value: str) -> None:
        """Keep `value`, any other text, under a `key` of the form "group/name"."""
        self._store.setValue(key, value)

    def save(self) -> None:
        """Write the file now."""
        self._store.sync()

    def _text(self, key: str) -> str | None:
        value = self._store.value(key)
        return value if isinstance(value, str) and value else None

    def _bytes(self, key: str) -> bytes:
        value = self._store.value(key)
        return bytes(value.data()) if isinstance(value, QByteArray) else b""
