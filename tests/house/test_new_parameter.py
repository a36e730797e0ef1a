"""Adding a parameter touches the table and the place where it is heard, nothing else.

A copy of the program gets one more row, "humanize", and one more term where notes are articulated. All else
that a parameter needs must be there by then: its default, its range, the session file, an edit that can be
taken back, the message to the engine, and the change in what sounds and in what is written to MIDI files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROW = """
    humanize: float = real(
        0.0, 1.0, 0.0, what="a track's humanize", tip="How unevenly it plays", unit=" %", factor=100.0,
        step=5.0, melodic_only=True, in_panel=True,
    )
"""
BEFORE_ROW = 'class SoundParameters:\n    """How one track sounds, to the ear and in files."""\n'
HEARD = " + (self.sound.humanize * 0.25 if step // 4 % 2 else 0.0)"
BEFORE_HEARD = "self.groove.groove_amount * note.microtiming"

SCRIPT = '''
import json, math, sys, threading
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtWidgets import QApplication

import blender_app
from blender_app.core.notes import Note, Pattern
from blender_app.core.parameters import parameters_of
from blender_app.core.smf_parse import read_midi
from blender_app.core.melody import MelodyLoop
from blender_app.engine import messages as m
from blender_app.engine.clock import OfflineClock
from blender_app.engine.host import DRUM_KEYS
from blender_app.engine.output import MIDI, RecordingOutput
from blender_app.engine.player import Player
from blender_app.session import commands, export
from blender_app.session.controller import Controller
from blender_app.session.session import Session, Track
from blender_app.session.files import decode, encode, load_session, save_session
from blender_app.session.settings import Settings
from blender_app.ui.look.theme import Look
from blender_app.ui.window.main_window import MainWindow

folder = Path(sys.argv[1])
assert Path(blender_app.__file__).is_relative_to(folder)

# The table: a default, and how it is shown.
assert Session().track("bass").humanize == 0.0
assert parameters_of(Track)["humanize"].label == "Humanize"

# An edit, brought into range, with a name, that can be taken back.
application = QApplication([])
controller = Controller(
    make_engine=None, load_model=None, load_stored=None,
    settings=Settings(folder / "settings.ini"), state_folder=folder / "state",
)
before = controller.document.session
controller.document.set_track_parameter("humanize", 1.7, "bass")
after = controller.document.session
assert after.track("bass").humanize == 1.0
assert controller.document.undo_stack.undoText() == "Humanize"
controller.document.undo_stack.undo()
assert controller.document.session == before
controller.document.undo_stack.redo()
assert controller.document.session == after

# The session file.
save_session(folder / "a.blend.json", after)
assert '"humanize": 1.0' in (folder / "a.blend.json").read_text()
assert load_session(folder / "a.blend.json") == after
document = json.loads(encode(after))
del document["tracks"][1]["humanize"]
assert decode(json.dumps(document), "x") == before
document["tracks"][1]["humanize"] = 1.5
try:
    decode(json.dumps(document), "x")
except Exception as error:
    assert "a track's humanize is a number from 0 to 1, not 1.5" in str(error), error
else:
    raise AssertionError("a value out of range was taken")

# The message to the engine.
(message,) = commands.engine_commands(before, after)
assert isinstance(message, m.SetTrack) and message.settings.humanize == 1.0


def played(settings):
    """Return when notes on steps 0, 4, 8 and 12 sound, in steps at 120 a minute."""
    clock = OfflineClock(1000.0)
    player, port = Player(clock.now, lambda _event: None, DRUM_KEYS), RecordingOutput()
    player.attach(MIDI, port)
    notes = tuple(Note(step, 40, 100, 1.0) for step in (0, 4, 8, 12))
    for command in (m.SetTrack(settings), m.SetPattern("bass", Pattern(1, notes, 16)), m.Play()):
        player.handle(command)
    while clock.now() < 1002.0:
        clock.wait_until(min(player.advance(), 1002.0), threading.Event())
    starts = [event.time_s for event in port.events if event.velocity]
    return [round((start - starts[0]) / 0.125, 3) for start in starts[:4]]


# What sounds.
plain = commands.settings_of(before.track("bass"))
assert played(plain) == [0.0, 4.0, 8.0, 12.0]
assert played(message.settings) == [0.0, 4.25, 8.0, 12.25]

# What is written.
loop = MelodyLoop.from_notes([Note(step, 40, 100, 1.0) for step in (0, 4, 8, 12)], 16)
for session, ticks in ((before, [0, 480, 960, 1440]), (after, [0, 510, 960, 1470])):
    export.export_music(folder / "a.mid", export.loop_music(loop, "a", session.track("bass")), session)
    assert [one.tick for one in read_midi(folder / "a.mid").messages if one.is_note_on] == ticks

# The window: a number box with its name, tip and value, which turns it, shows it, and resets it.
look = Look()
window = MainWindow(controller, look, asks_before_closing=False)
controller.document.undo_stack.undo()
controller.tracks.set_front("bass")
box = window.parts.sounding.knobs.boxes["humanize"]
assert (box.accessibleName(), box.text(), box.toolTip()[:21]) == ("Humanize", "0 %", "How unevenly it plays")
spoken = QAccessible.queryAccessibleInterface(box)
assert spoken.text(QAccessible.Text.Name) == "Humanize"
box.stepUp()
assert controller.document.session.track("bass").humanize == 0.05
assert controller.document.undo_stack.undoText() == "Humanize"
assert (spoken.text(QAccessible.Text.Value), spoken.valueInterface().currentValue()) == ("5", 5.0)
controller.document.undo_stack.undo()
assert (controller.document.session.track("bass").humanize, box.value()) == (0.0, 0.0)
controller.document.set_track_parameter("humanize", 0.7)
assert box.text() == "70 %"
line, middle = box.lineEdit(), QPointF(box.lineEdit().rect().center())
left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
click = QMouseEvent(QEvent.Type.MouseButtonDblClick, middle, line.mapToGlobal(middle), left, left, none)
QApplication.sendEvent(line, click)
assert controller.document.session.track("bass").humanize == 0.0
settings = window.tracks.panel
window.tracks.show_settings("bass")
assert not settings.knobs.boxes["humanize"].isHidden()
settings.knobs.boxes["humanize"].setValue(30)
assert (controller.document.session.track("bass").humanize, box.value()) == (0.3, 30.0)
window.tracks.show_settings("drums")
assert settings.knobs.boxes["humanize"].isHidden()
settings.hide()

window.close()
controller.close()
print("all of it")
'''


def added_to(path: Path, before: str, addition: str) -> None:
    """Put text behind the one place where `before` stands."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, before + addition), encoding="utf-8")


def test_a_new_parameter_needs_a_row_and_where_it_is_heard(repository: Path, tmp_path: Path) -> None:
    shutil.copytree(
        repository / "blender_app", tmp_path / "blender_app", ignore=shutil.ignore_patterns("__pycache__")
    )
    added_to(tmp_path / "blender_app" / "core" / "parameters.py", BEFORE_ROW, ROW)
    added_to(tmp_path / "blender_app" / "core" / "articulation.py", BEFORE_HEARD, HEARD)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "all of it"), done.stderr
