"""Playing, tempo and feel, MIDI in and out: the bar on top."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Slot

from blender_app.core.parameters import parameters_of
from blender_app.session.controller import Controller
from blender_app.session.session import Session
from blender_app.ui.roll.recording_presenter import RecordingPresenter
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell
from blender_app.ui.window.transport_bar import TransportBar

_SHOWN = {"change_at", *parameters_of(Session)}


class TransportPresenter(Presenter):
    """Connects the bar on top with the controller.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    bar
        The bar.
    recording
        Who takes what a MIDI input plays.
    """

    def __init__(
        self, shell: Shell, controller: Controller, bar: TransportBar, recording: RecordingPresenter
    ) -> None:
        super().__init__(shell, controller)
        self._bar, self._recording = bar, recording
        self._connect_bar()
        self._controller.devices.portsChanged.connect(self._show_ports)
        self._controller.devices.inputsChanged.connect(self._show_inputs)
        shell.actions["metronome"].toggled.connect(self._controller.playback.set_metronome)
        self._connect_actions(
            {
                "play": self._toggle_play,
                "panic": self._controller.playback.panic,
                "tap": self._controller.band.tap_tempo,
                "virtual_port": self._controller.devices.open_virtual_port,
                "menu": self._show_menu,
            }
        )

    def _connect_bar(self) -> None:
        c, bar = self._controller, self._bar
        bar.parameterTurned.connect(c.document.set_parameter)
        bar.changeAtChosen.connect(c.band.set_change_at)
        bar.portChosen.connect(c.devices.open_port)
        bar.ownPortAsked.connect(c.devices.open_virtual_port)
        bar.inputChosen.connect(self._recording.use_input)
        bar.gestureStarted.connect(c.document.begin_gesture)
        bar.gestureEnded.connect(c.document.end_gesture)
        for box in bar.boxes.values():
            box.finished.connect(self._on_box_finished)

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        self._bar.show_session(self._controller.document.session)
        self._show_ports()
        self._show_inputs()
        self.show_playing()

    def show_changes(self, names: frozenset[str]) -> None:
        if names & _SHOWN:
            self._bar.show_session(self._controller.document.session)
        if "midi" in names:
            self._show_ports()

    def show_playing(self) -> None:
        self._bar.show_playing(self._controller.playback.playing)

    def show_look(self) -> None:
        self.show_playing()

    @Slot()
    def _show_ports(self) -> None:
        self._bar.show_ports(self._controller.devices.ports, self._controller.document.session.midi)

    @Slot()
    def _show_inputs(self) -> None:
        self._bar.show_inputs(self._controller.devices.inputs, self._controller.devices.input)

    # -- by hand ------------------------------------------------------------------------------------

    def _toggle_play(self) -> None:
        counts_in = self._shell.actions["count_in"].isChecked()
        if counts_in and not self._controller.playback.playing:
            self._controller.playback.play(count_in_bars=1)
        else:
            self._controller.playback.toggle_play()

    def _show_menu(self) -> None:
        button = self._bar.menu_button
        self._bar.menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    @Slot()
    def _on_box_finished(self) -> None:
        self._shell.focus_stage()
