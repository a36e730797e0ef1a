"""What is said to the musician."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Messages(QObject):
    """Passes on what the parts of the session have to say; any thread may speak.

    Notes
    -----
    `messageShown` carries a level ("info", "warning" or "error") and the text.
    """

    messageShown = Signal(str, str)

    def tell(self, level: str, text: str) -> None:
        """Say something.

        Parameters
        ----------
        level
            "info", "warning" or "error".
        text
            What is said, in whole sentences.
        """
        self.messageShown.emit(level, text)

    def info(self, text: str) -> None:
        """Say in `text` that something happened as it should."""
        self.tell("info", text)

    def warn(self, text: str) -> None:
        """Say in `text` that something did not go as it was meant, and what can be done about it."""
        self.tell("warning", text)

    def error(self, text: object) -> None:
        """Say that something failed; `text` may be the exception."""
        self.tell("error", str(text))
