"""The script that builds the shipped font, as a module, and fonts rendered by FluidSynth."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

Render = Callable[[Path, int, int, list[int]], NDArray[np.float64]]


@pytest.fixture(scope="session")
def build(repository: Path) -> Iterator[ModuleType]:
    """Return soundfonts/build.py."""
    spec = importlib.util.spec_from_file_location("build_font", repository / "soundfonts" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def render() -> Render:
    """Return a function that plays notes of one preset and returns the sound, 0.2 s a note."""
    import fluidsynth

    def rendered(font: Path, bank: int, program: int, pitches: list[int]) -> NDArray[np.float64]:
        synth = fluidsynth.Synth(gain=0.5, samplerate=44100.0)
        number = synth.sfload(str(font))
        assert number >= 0, f"FluidSynth does not load {font}"
        channel = 9 if bank == 128 else 0
        assert synth.program_select(channel, number, bank, program) == 0, f"no preset {bank}, {program}"
        sound = []
        for pitch in pitches:
            synth.noteon(channel, pitch, 100)
            sound.append(synth.get_samples(8820))
            synth.noteoff(channel, pitch)
        synth.delete()
        return np.asarray(sound, np.float64)

    return rendered
