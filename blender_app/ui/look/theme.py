"""The look of the window: grey themes, the four corner hues, type sizes, motion.

Colour carries meaning: only the corners, their blends and one accent for what sounds are not grey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QPalette

from blender_app.ui.look.color import Floats, blend_corners, oklch_to_oklab, to_qcolor

SMALL, BASE, LARGE = 0.86, 1.0, 1.35
"""The three type sizes, as shares of the system's."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The greys of one theme, the accent for what sounds, and the colour of warnings.

    Parameters
    ----------
    name
        "dark" or "light".
    window, panel, raised
        Of backgrounds, from the back to the front.
    line, control_line
        Of lines between parts, and round what can be clicked.
    text, muted
        Of words, and of those that matter less.
    accent, accent_text
        Of what sounds, and of words on it.
    warning
        Of words that warn.
    """

    name: str
    window: str
    panel: str
    raised: str
    line: str
    control_line: str
    text: str
    muted: str
    accent: str
    accent_text: str
    warning: str

    def color(self, role: str) -> QColor:
        """Return the colour whose field is named `role`."""
        return QColor(getattr(self, role))


DARK = Theme(
    name="dark",
    window="#101113",
    panel="#17181b",
    raised="#23252a",
    line="#2b2d33",
    control_line="#6d717b",
    text="#eceef2",
    muted="#a3a7b1",
    accent="#ffd76a",
    accent_text="#1c1600",
    warning="#ff8f7a",
)
LIGHT = Theme(
    name="light",
    window="#f3f3f1",
    panel="#fbfbfa",
    raised="#e7e7e4",
    line="#d6d6d2",
    control_line="#7b7c82",
    text="#191a1d",
    muted="#585a61",
    accent="#8c5200",
    accent_text="#ffffff",
    warning="#b3261e",
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


@dataclass(frozen=True, slots=True)
class HueSet:
    """Four corner colours, called `name`.

    `corners` are in OKLCH: (lightness, chroma, hue in degrees), top left to bottom right.
    """

    name: str
    corners: tuple[tuple[float, float, float], ...]

    @property
    def labs(self) -> tuple[Floats, ...]:
        """The four colours in OKLab, each (3,)."""
        return tuple(oklch_to_oklab(*corner) for corner in self.corners)


CORNER_LIGHTNESS = 0.56
"""Light enough to shine on the dark theme; white on it still has a contrast above 4.5."""


def _even(name: str, *corners: tuple[float, float]) -> HueSet:
    return HueSet(name, tuple((CORNER_LIGHTNESS, chroma, hue) for chroma, hue in corners))


HUE_SETS = (
    _even("coral reef", (0.165, 12.0), (0.16, 305.0), (0.115, 65.0), (0.095, 205.0)),
    _even("dusk", (0.095, 200.0), (0.15, 275.0), (0.165, 340.0), (0.14, 40.0)),
    _even("meadow", (0.15, 262.0), (0.16, 330.0), (0.12, 160.0), (0.12, 60.0)),
    # Apart along blue-yellow and in lightness, which red-green blindness leaves alone.
    HueSet(
        "blue and amber", ((0.45, 0.14, 264.0), (0.55, 0.09, 230.0), (0.62, 0.125, 70.0), (0.42, 0.09, 45.0))
    ),
    HueSet(
        "violet and straw",
        ((0.44, 0.16, 295.0), (0.60, 0.09, 290.0), (0.62, 0.11, 95.0), (0.40, 0.07, 100.0)),
    ),
    _even("slate", *((0.012, 260.0),) * 4),
)
COLOR_BLIND_SAFE = ("blue and amber", "violet and straw")
MARK = QColor(255, 255, 255)
"""Patterns are white on their colour, in both themes."""


SOUNDS = QColor("#ffdb7a")
"""The accent where it lies on the corner colours, which are the same in both themes."""


KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""Ways of getting the focus after which it is drawn; a mouse shows by itself where it is."""


class Look(QObject):
    """Theme, hues, text size and motion of one window; tells when any of them changes."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._hues = HUE_SETS[0]
        self._text_scale = 1.0
        self._reduced_motion = False
        self._line_heights: dict[float, int] = {}
        self._system_points = max(
            8.0, QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF()
        )

    @property
    def theme(self) -> Theme:
        """The greys now in use."""
        return self._theme

    @property
    def hues(self) -> HueSet:
        """The corner colours now in use."""
        return self._hues

    @property
    def text_scale(self) -> float:
        """Size of all text, 1.0 to 2.0 of the system's."""
        return self._text_scale

    @property
    def reduced_motion(self) -> bool:
        """Whether cross-fades are left out."""
        return self._reduced_motion

    def set_theme(self, name: str) -> None:
        """Use the theme called `name`, "dark" or "light"."""
        self._change("_theme", THEMES.get(name, DARK))

    def set_hues(self, name: str) -> None:
        """Use the hue set called `name`; an unknown one gives the first."""
        self._change("_hues", next((hues for hues in HUE_SETS if hues.name == name), HUE_SETS[0]))

    def set_text_scale(self, scale: float) -> None:
        """Set the size of text to `scale` of the system's, clipped to 1.0-2.0."""
        self._change("_text_scale", min(2.0, max(1.0, scale)))

    def set_reduced_motion(self, reduced: bool) -> None:
        """Leave out cross-fades if `reduced`, or use them."""
        self._change("_reduced_motion", reduced)

    def _change(self, name: str, value: object) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self._line_heights.clear()
            self.changed.emit()

    def corner_color(self, corner: int) -> QColor:
        """Return the colour of a `corner` 0-3."""
        return to_qcolor(self._hues.labs[corner])

    def blend(self, x: float, y: float) -> QColor:
        """Return the colour at `x` and `y`, each 0-1, of the palette."""
        return to_qcolor(blend_corners(self._hues.labs, x, y))

    def blend_grid(self, rows: int, cols: int) -> Floats:
        """Return the OKLab colours of all cells of a palette, shape (`rows`, `cols`, 3)."""
        x, y = np.meshgrid(np.linspace(0, 1, cols), np.linspace(0, 1, rows))
        return blend_corners(self._hues.labs, x, y)

    def font(self, size: float = BASE, bold: bool = False) -> QFont:
        """Return the system's font with tabular figures, in one of three sizes, `bold` or not.

        `size` is a factor: `SMALL`, `BASE` or `LARGE`.
        """
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setPointSizeF(self._system_points * self._text_scale * size)
        font.setFeature(QFont.Tag("tnum"), 1)
        if bold:
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def line_height(self, size: float = BASE) -> int:
        """Return the height in pixels of a line of text in one of three sizes, as in `font`."""
        if size not in self._line_heights:
            self._line_heights[size] = QFontMetrics(self.font(size)).height()
        return self._line_heights[size]

    def qpalette(self) -> QPalette:
        """Return the theme for Qt's own widgets."""
        theme, palette = self._theme, QPalette()
        role = QPalette.ColorRole
        for roles, color in (
            ((role.Window,), theme.window),
            ((role.Base, role.AlternateBase), theme.panel),
            ((role.Button,), theme.raised),
            ((role.ToolTipBase,), theme.raised),
            ((role.Highlight, role.Accent), theme.accent),
            ((role.HighlightedText,), theme.accent_text),
            ((role.Text, role.WindowText, role.ButtonText, role.ToolTipText), theme.text),
            ((role.PlaceholderText,), theme.muted),
            ((role.Link,), theme.accent),
            ((role.Light, role.Midlight), theme.line),
            ((role.Mid, role.Dark, role.Shadow), theme.line),
        ):
            for one in roles:
                palette.setColor(one, QColor(color))
        for one in (role.Text, role.WindowText, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, one, theme.color("control_line"))
        return palette

    def style_sheet(self) -> str:
        """Return the few rules that a palette cannot say."""
        return _RULES.format(**{name: getattr(self._theme, name) for name in Theme.__dataclass_fields__})


_RULES = """
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {line}; padding: 4px; }}
QToolButton, QPushButton {{ border: 1px solid transparent; border-radius: 5px; padding: 4px 6px;
    background: transparent; color: {text}; }}
QPushButton {{ background: {raised}; padding: 5px 14px; }}
QToolButton:hover, QPushButton:hover {{ background: {raised}; border-color: {line}; }}
QToolButton:pressed, QPushButton:pressed {{ background: {line}; }}
QToolButton:checked {{ background: {raised}; border-color: {control_line}; }}
QToolButton:focus, QPushButton:focus, QComboBox:focus {{ border-color: {accent}; }}
QToolButton:disabled, QPushButton:disabled {{ color: {control_line}; }}
QToolButton::menu-indicator {{ image: none; }}
NumberBox, QLineEdit {{ border: 1px solid transparent; border-radius: 5px; padding: 3px 4px;
    background: {raised}; color: {text}; selection-background-color: {accent};
    selection-color: {accent_text}; }}
QAbstractSpinBox QLineEdit {{ border: none; background: transparent; padding: 0; }}
QSplitter::handle {{ background: transparent; }}
NumberBox:hover, QLineEdit:hover {{ border-color: {line}; }}
NumberBox:focus, QLineEdit:focus {{ border-color: {accent}; }}
QComboBox {{ border: 1px solid transparent; border-radius: 5px; padding: 3px 8px; background: {raised};
    color: {text}; }}
QComboBox:hover {{ border-color: {line}; }}
QComboBox::drop-down {{ border: none; width: 14px; }}
QComboBox QAbstractItemView {{ background: {raised}; color: {text}; border: 1px solid {line};
    selection-background-color: {accent}; selection-color: {accent_text}; }}
QMenu {{ background: {panel}; border: 1px solid {line}; padding: 5px; }}
QMenu::item {{ padding: 5px 26px 5px 14px; border-radius: 4px; }}
QMenu::item:selected {{ background: {accent}; color: {accent_text}; }}
QMenu::item:disabled {{ color: {control_line}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 5px 8px; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {line}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {muted}; }}
QSlider::handle:horizontal {{ width: 10px; height: 10px; margin: -4px 0; border-radius: 5px;
    background: {text}; border: 1px solid {panel}; }}
QSlider::handle:horizontal:focus {{ background: {accent}; }}
QScrollBar {{ background: transparent; border: none; width: 9px; height: 9px; }}
QScrollBar::handle {{ background: {control_line}; border-radius: 3px; margin: 1px; min-width: 30px;
    min-height: 30px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollArea {{ border: none; background: transparent; }}
"""
