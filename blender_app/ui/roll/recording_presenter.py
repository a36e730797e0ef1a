"""Playing in from a MIDI keyboard: which input, what it sounds on, step entry, and recording a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from blender_app.core.melody import MelodyLoop
from blender_app.core.time import DEFAULT_STEPS
from blender_app.session.controller import Controller
from blender_app.session.recording import Phase, Recorder
from blender_app.ui.loops.edited_loop import EditedLoop, Target
from blender_app.ui.roll.presenter import RollPresenter
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell

if TYPE_CHECKING:
    from blender_app.ui.roll.panel import RollPanel

INPUT_KEY = "midi/input"
_FOLLOW_MS = 30


class RecordingPresenter(Presenter):
    """Connects the piano roll with the controller's MIDI input.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    edited
        Which loop is recorded.
    roll
        Who makes the piano roll.
    """

    def __init__(self, shell: Shell, controller: Controller, edited: EditedLoop, roll: RollPresenter) -> None:
        super().__init__(shell, controller)
        self._edited, self._roll = edited, roll
        self._recorder: Recorder | None = None
        self._overdub: MelodyLoop | None = None
        self._waits = False
        self._count_in_bars = 1
        self._target: Target | None = None
        self._steps = DEFAULT_STEPS
        self._timer = QTimer(self)
        self._timer.setInterval(_FOLLOW_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._controller.devices.noteReceived.connect(self._on_controller_noteReceived)
        self._controller.devices.inputsChanged.connect(self._show_inputs)
        roll.panelMade.connect(self._on_roll_panelMade)
        remembered = self._controller.settings.value(INPUT_KEY)
        if remembered:
            self._controller.devices.open_input(remembered)

    @property
    def _panel(self) -> RollPanel:
        return self._roll.panel

    @Slot(object)
    def _on_roll_panelMade(self, panel: RollPanel) -> None:
        panel.recordAsked.connect(self.record)
        panel.recordStopped.connect(self.stop)
        panel.set_can_record(self._controller.devices.input is not None)

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        self._show_inputs()
        self._follow_front()

    def show_changes(self, names: frozenset[str]) -> None:
        if "front" in names:
            self._follow_front()

    def show_playing(self) -> None:
        self._follow_transport()

    # -- the input ----------------------------------------------------------------------------------

    def use_input(self, name: str | None) -> None:
        """Take notes from the MIDI input called `name`, now and at the next start."""
        self._controller.settings.set_value(INPUT_KEY, name or "")
        self._controller.devices.open_input(name)

    @Slot()
    def _show_inputs(self) -> None:
        """Show whether there is an input to record."""
        if self._roll.is_made:
            self._panel.set_can_record(self._controller.devices.input is not None)

    def _follow_front(self) -> None:
        """Let what is played sound on the track in front; a recording of another one ends."""
        front = self._controller.document.session.front
        self._controller.devices.set_thru(front)
        if self._target is not None and self._target.track != front:
            self.stop()

    @Slot(int, int, float)
    def _on_controller_noteReceived(self, pitch: int, velocity: int, time_s: float) -> None:
        if self._recorder is not None:
            self._recorder.receive(pitch, velocity, time_s)
        elif self._front.kind.is_melodic:
            self._panel.receive_note(pitch, velocity)

    # -- recording ----------------------------------------------------------------------------------

    @property
    def records(self) -> bool:
        """Whether a recording was begun and is not over."""
        return self._target is not None

    @Slot(int, bool)
    def record(self, count_in_bars: int, overdub: bool) -> None:
        """Count in, and record into what is in the editor now, as many bars as that has.

        It begins after `count_in_bars`; with `overdub`, notes are added to those that are there.
        """
        if self.records:
            return
        loop = self._edited.loop
        self._overdub = loop if overdub and isinstance(loop, MelodyLoop) else None
        self._target, self._steps = self._edited.target, loop.steps
        self._count_in_bars = count_in_bars
        self._waits = True
        if self._controller.playback.playing:
            self._follow_transport()  # the take begins with a later round of the loop
        else:
            self._controller.playback.play(count_in_bars)
        self._panel.set_recording("count-in")
        self._timer.start()

    def _follow_transport(self) -> None:
        """Begin to count when the transport runs, and end with it."""
        timeline = self._controller.playback.timeline
        if not self.records or timeline is None:
            return
        if self._controller.playback.playing and self._waits:
            self._waits = False
            self._recorder = Recorder.armed(
                timeline, self._shell.now_s(), self._count_in_bars, self._overdub, steps=self._steps
            )
        elif self._controller.playback.playing and self._recorder is not None:
            self._recorder.retime(timeline)
        elif not self._waits:
            self.stop()

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self._recorder is None:
            return
        now_s = self._shell.now_s()
        phase = self._recorder.phase_at(now_s)
        if phase is Phase.DONE:
            self.stop()
        elif phase is Phase.RECORDING:
            self._panel.set_recording(f"recording {self._recorder.progress_at(now_s):.0%}")
            self._panel.show_take(self._recorder.take(now_s))
        else:
            self._panel.set_recording(f"count-in {self._recorder.beats_until_start(now_s)}")

    @Slot()
    def stop(self) -> None:
        """End the recording, and put what was played where it was begun."""
        recorder, target = self._recorder, self._target
        self._recorder = self._target = None
        self._waits = False
        self._timer.stop()
        self._panel.set_recording(None)
        self._panel.show_take(None)
        if recorder is None or target is None:
            return
        take = recorder.take(self._shell.now_s())
        if take.note_count:
            self._edited.put(target, take, "Record")
