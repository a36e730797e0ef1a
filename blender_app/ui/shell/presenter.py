"""What a presenter is: it shows what the controller tells on its views, and does what a hand does there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from PySide6.QtCore import QObject

from blender_app.session.controller import Controller
from blender_app.session.session import Source, Track
from blender_app.ui.shell.shell import Shell


class Presenter(QObject):
    """Stands between a part of the window and the controller.

    Parameters
    ----------
    shell
        The window round the part.
    controller
        What is shown and steered.

    Notes
    -----
    The window calls all `show_...` of all its presenters in turn; a presenter takes up what concerns it.
    """

    def __init__(self, shell: Shell, controller: Controller) -> None:
        super().__init__(shell.window)
        self._shell, self._controller = shell, controller

    def _connect_actions(self, functions: Mapping[str, Callable[[], object]]) -> None:
        """Say what some actions do, by their names; none is told whether it is checked."""
        for name, function in functions.items():
            self._shell.actions[name].triggered.connect(partial(_without_argument, function))

    @property
    def _front(self) -> Track:
        """The track in front."""
        return self._controller.document.session.front_track

    @property
    def _morphs(self) -> bool:
        """Whether the morph of the track in front sounds, not its palette."""
        return self._front.source is Source.MORPH

    def _heard_place(self) -> tuple[float, float]:
        """Return where what sounds on the track in front comes from, as (x, y) each 0-1."""
        playhead = self._controller.playback.path_position(self._shell.now_s())
        return playhead if playhead is not None else self._front.place

    # -- what the window tells ----------------------------------------------------------------------

    def show_all(self) -> None:
        """Show everything afresh."""

    def show_changes(self, names: frozenset[str]) -> None:
        """Show what changed in the session.

        Parameters
        ----------
        names
            Fields of the session, and `track.field` for those of a track.
        """

    def show_cells(self, track: str) -> None:
        """Show the cells of the palette of `track`, which were decoded anew."""

    def show_morph(self, track: str) -> None:
        """Show the steps of the morph of `track`, which were decoded anew."""

    def show_sounding(self, track: str) -> None:
        """Show what sounds on `track` now."""

    def show_playing(self) -> None:
        """Show whether the transport runs."""

    def show_frame(self, now_s: float, step: float | None) -> None:
        """Move playheads to a moment.

        Parameters
        ----------
        now_s
            The moment, in seconds on the engine's clock.
        step
            Position of the transport in steps from 0 on, which each view takes round its own loop; None
            while nothing plays.
        """

    def show_look(self) -> None:
        """Follow theme and hues."""

    def deferred_parts(self) -> Iterator[object]:
        """Make what the first picture is without, a piece each time the next is asked for."""
        return iter(())

    def let_go(self) -> None:
        """End what goes on by itself: the window closes."""


def _without_argument(function: Callable[[], object], _checked: bool = False) -> None:
    function()


def changed_fields_of(names: frozenset[str], track: str) -> frozenset[str]:
    """Return the fields of a track among the names of what changed in a session.

    Parameters
    ----------
    names
        As `Presenter.show_changes` takes them.
    track
        The track's name.
    """
    begin = f"{track}."
    return frozenset(name.removeprefix(begin) for name in names if name.startswith(begin))
