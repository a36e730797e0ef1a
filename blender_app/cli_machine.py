"""The commands that look at the machine: ports, doctor."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path

from blender_app import __version__
from blender_app.core.errors import LoopweaveError, PortError
from blender_app.core.paths import default_font, models_dir
from blender_app.engine import fluid
from blender_app.engine.midi_port import MidiSystem
from blender_app.latent.model_kinds import trained_names

_NEEDED = ("numpy", "mido", "torch", "safetensors", "symusic", "tqdm", "platformdirs", "PySide6-Essentials")
_WINDOW_TIMEOUT_S = 60.0
_WINDOW_PROGRAM = "from PySide6.QtWidgets import QApplication; print(QApplication([]).platformName())"
_WINDOW_LIBRARIES = (
    "sudo apt install libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1"
)


class State(Enum):
    """How a part of the machine is."""

    GOOD = "ok"
    ABSENT = "--"  # Loopweave goes on without
    MISSING = "MISSING"  # and cannot


@dataclass(frozen=True, slots=True)
class Finding:
    """What the doctor found about one part, and what to do about it.

    Parameters
    ----------
    state
        Whether it is well.
    part
        What was looked at.
    text
        What was found.
    remedy
        What can be done about it; "" is nothing.
    """

    state: State
    part: str
    text: str
    remedy: str = ""


def ports(_options: argparse.Namespace) -> None:
    """Print the MIDI ports that notes can be sent to."""
    system = MidiSystem()
    try:
        names = system.names()
        api = system.api_name
    finally:
        system.close()
    if not names:
        print(f"{api} has no MIDI ports now. Loopweave's window can make a virtual one.")
    for name in names:
        print(name)


def doctor(_options: argparse.Namespace) -> int:
    """Print what is there and what is missing; return 1 if it is something essential."""
    missing = 0
    for finding in examine():
        print(f"{finding.state.value:8}{finding.part:14}{finding.text}")
        if finding.state is not State.GOOD and finding.remedy:
            print(f"{'':22}-> {finding.remedy}")
        missing += finding.state is State.MISSING
        sys.stdout.flush()  # the next one may take a second
    if missing:
        print(f"\nLoopweave cannot do without what is missing ({missing}).")
    else:
        print("\nAll that Loopweave needs is there.")
    return 1 if missing else 0


def examine() -> Iterator[Finding]:
    """Look at one part of the machine after the other."""
    yield Finding(
        State.GOOD, "Loopweave", f"{__version__}, Python {platform.python_version()}, {platform.platform()}"
    )
    yield from _packages()
    checks: tuple[tuple[str, State, Callable[[], Finding]], ...] = (
        ("model", State.MISSING, _model),
        ("FluidSynth", State.MISSING, _library),
        ("font", State.MISSING, _font),
        ("audio", State.ABSENT, _audio),
        ("MIDI", State.ABSENT, _midi),
        ("window", State.MISSING, _window),
    )
    for part, if_not, check in checks:
        try:
            yield check()
        except LoopweaveError as error:
            yield Finding(if_not, part, str(error))


def _packages() -> Iterator[Finding]:
    """Yield the Python packages; the versions that are there in one line."""
    if _is_bundle():
        yield Finding(State.GOOD, "packages", "inside the bundle")
        return
    there, gone = [], []
    for name in (*_NEEDED, "pyfluidsynth"):
        try:
            there.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            gone.append(name)
    if there:
        yield Finding(State.GOOD, "packages", ", ".join(there))
    if gone:
        remedy = f"{Path(sys.executable).name} -m pip install {' '.join(gone)}"
        yield Finding(State.MISSING, "packages", ", ".join(gone), remedy)


def _model() -> Finding:
    """Look for the shipped models."""
    names = sorted(config.parent.name for config in models_dir().glob("*/config.json"))
    gone = [name for name in trained_names() if name not in names]
    if gone:
        return Finding(
            State.MISSING,
            "model",
            f"there is no {' and no '.join(gone)} in {models_dir()}",
            "install Loopweave again, or train it: `loopweave train --help`",
        )
    return Finding(State.GOOD, "model", f"{', '.join(names)} in {models_dir()}")


def _library() -> Finding:
    """Look for the FluidSynth library."""
    return Finding(State.GOOD, "FluidSynth", fluid.library_version())


def _font() -> Finding:
    """Load the shipped font."""
    font = default_font()
    with fluid.OfflineSynth(font) as synth:
        kits = ", ".join(f"{kit.program} {kit.name}" for kit in synth.kits())
    return Finding(State.GOOD, "font", f"{font}; kits: {kits}")


def _audio() -> Finding:
    """Look for an audio driver whose server or card is there."""
    likely = fluid.likely_drivers()
    if likely:
        return Finding(State.GOOD, "audio", ", ".join(likely))
    return Finding(
        State.ABSENT,
        "audio",
        f"no sound card or sound server (FluidSynth could use {', '.join(fluid.compiled_drivers())})",
        "start PipeWire, PulseAudio or JACK; MIDI output and rendering to WAV work without",
    )


def _midi() -> Finding:
    """Look for a MIDI system and its ports."""
    try:
        system = MidiSystem()
    except PortError as error:
        return Finding(State.ABSENT, "MIDI", str(error))
    try:
        names = system.names()
        return Finding(State.GOOD, "MIDI", f"{system.api_name}: {', '.join(names) or 'no ports now'}")
    finally:
        system.close()


def _window() -> Finding:
    """Open Qt in a process of its own, for a missing library of the system's ends it at once."""
    if _is_bundle():  # it has no Python to start, and brings its Qt along
        return Finding(State.GOOD, "window", "Qt is inside the bundle")
    environment = dict(os.environ)
    if not _has_display(environment):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    try:
        done = subprocess.run(
            [sys.executable, "-c", _WINDOW_PROGRAM],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_WINDOW_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding(State.MISSING, "window", f"Qt did not start within {_WINDOW_TIMEOUT_S:.0f} s")
    if done.returncode:
        problem = (done.stderr.strip().splitlines() or [f"it ended with code {done.returncode}"])[-1]
        return Finding(State.MISSING, "window", f"Qt does not start: {problem}", _WINDOW_LIBRARIES)
    name = done.stdout.strip()
    if name == "offscreen" and os.environ.get("QT_QPA_PLATFORM") != "offscreen":
        return Finding(
            State.ABSENT, "window", "Qt works, but there is no display here", "the commands go without one"
        )
    return Finding(State.GOOD, "window", f"Qt on {name}")


def _has_display(environment: dict[str, str]) -> bool:
    """Return whether Qt has been told where to show, or need not be."""
    if not sys.platform.startswith("linux"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _is_bundle() -> bool:
    """Return whether this is a PyInstaller bundle: `sys.executable` is Loopweave itself."""
    return bool(getattr(sys, "frozen", False))
