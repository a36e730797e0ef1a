"""The font that ships: its size, its format, and that FluidSynth plays all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from blender_app.core.drums import VOICE_PITCHES
from blender_app.core.paths import default_font

Render = Callable[[Path, int, int, list[int]], NDArray[np.float64]]
ORIGINAL = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
KITS = {0: "Standard", 8: "Room", 16: "Power", 24: "Electronic", 25: "TR-808", 32: "Jazz", 40: "Brush"}
MELODIC = (0, 1, 4, 7, 11, 16, 24, 26, 27, 32, 33, 34, 35, 38, 39, 50, 51)
LEADS = (56, 71, 73, 79, 80, 81, 87, 88, 89, 90, 94)
AUDIBLE = 30.0
"""Root mean square of 16-bit samples, of 32768; the softest, a pad that swells, has 70."""


def test_size_and_licence() -> None:
    font = default_font()
    assert font.stat().st_size <= 40_000_000
    licence = (font.parent / "LICENSE.txt").read_text()
    assert "Frank Wen" in licence
    assert "THE SOFTWARE IS PROVIDED" in licence


def test_records_are_sound(build: ModuleType) -> None:
    font = build.read(default_font())
    assert {p.program: p.name.split(b"\0")[0].decode() for p in font.presets if p.bank == 128} == KITS
    for index, sample in enumerate(font.samples):
        length = len(sample.points) // 2
        assert 0 <= sample.loop_start <= sample.loop_end <= length, sample.name
        assert sample.rate_hz > 0
        assert not sample.link or font.samples[sample.link].link in (index, 0)
    used = {zone.target(build.GEN_SAMPLE) for item in font.instruments for zone in item.zones}
    assert used - {None} == set(range(len(font.samples)))
    used = {zone.target(build.GEN_INSTRUMENT) for preset in font.presets for zone in preset.zones}
    assert used - {None} == set(range(len(font.instruments)))


@pytest.mark.parametrize("program", KITS)
def test_every_kit_sounds_on_every_voice(render: Render, program: int) -> None:
    sound = render(default_font(), 128, program, list(VOICE_PITCHES))
    loudness = np.sqrt((sound**2).mean(axis=1))
    assert (loudness > AUDIBLE).all(), loudness.round()


@pytest.mark.parametrize("program", MELODIC + LEADS)
def test_every_melodic_preset_sounds(render: Render, program: int) -> None:
    sound = render(default_font(), 0, program, [40, 52, 64, 76])
    loudness = np.sqrt((sound**2).mean(axis=1))
    assert (loudness > AUDIBLE).all(), loudness.round()


@pytest.mark.skipif(not ORIGINAL.is_file(), reason="needs fluid-soundfont-gm, the font that ours is cut from")
@pytest.mark.parametrize(("bank", "program"), [(128, 0), (128, 25), (0, 0), (0, 33), (0, 89)])
def test_it_sounds_as_its_source_does(render: Render, bank: int, program: int) -> None:
    pitches = [36, 38, 42, 46, 49, 60]
    np.testing.assert_array_equal(
        render(default_font(), bank, program, pitches), render(ORIGINAL, bank, program, pitches)
    )
