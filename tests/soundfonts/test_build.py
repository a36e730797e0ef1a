"""The cutter, on a font made here."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest


def tiny(build: ModuleType) -> object:
    """Return a font of three presets, three instruments and four samples, two of them a stereo pair."""

    def sample(name: bytes, value: int, link: int = 0, kind: int = build.TYPE_MONO) -> object:
        points = struct.pack("<h", value) * (50 + value)
        return build.Sample(name.ljust(20, b"\0"), points, 8, 40, 22050, 60, -3, link, kind)

    def zone(operator: int, index: int, modulators: tuple[bytes, ...] = ()) -> object:
        return build.Zone(((43, 0x7F00), (operator, index)), modulators)

    everywhere = build.Zone(((48, 10),), ())
    instruments = [
        build.Instrument(b"one".ljust(20, b"\0"), (everywhere, zone(build.GEN_SAMPLE, 3))),
        build.Instrument(b"pair".ljust(20, b"\0"), tuple(zone(build.GEN_SAMPLE, index) for index in (1, 2))),
        build.Instrument(b"half".ljust(20, b"\0"), (zone(build.GEN_SAMPLE, 2, (bytes(range(10)),)),)),
    ]
    places = [(0, 5, 0), (0, 7, 1), (128, 0, 2)]
    presets = [
        build.Preset(b"p".ljust(20, b"\0"), bank, program, (everywhere, zone(build.GEN_INSTRUMENT, index)))
        for bank, program, index in places
    ]
    samples = [
        sample(b"unused", 1),
        sample(b"left", 2, link=2, kind=build.TYPE_LEFT),
        sample(b"right", 3, link=1, kind=build.TYPE_RIGHT),
        sample(b"mono", 4),
    ]
    info = {b"ifil": struct.pack("<HH", 2, 1), b"INAM": b"tiny\0\0"}
    return build.Font(info, tuple(presets), tuple(instruments), tuple(samples))


def test_written_and_read_again_a_font_is_the_same(build: ModuleType, tmp_path: Path) -> None:
    font = tiny(build)
    path = tmp_path / "tiny.sf2"
    assert build.write(font, path) == path.stat().st_size
    again = build.read(path)
    assert again.info == font.info
    assert again.presets == font.presets
    assert again.instruments == font.instruments
    assert again.samples == font.samples


def test_a_cut_keeps_what_its_presets_use_and_renumbers_it(build: ModuleType) -> None:
    font = tiny(build)
    small = build.cut(font, [(0, 7)])
    assert [(preset.bank, preset.program) for preset in small.presets] == [(0, 7)]
    assert [item.name.rstrip(b"\0") for item in small.instruments] == [b"pair"]
    assert [sample.name.rstrip(b"\0") for sample in small.samples] == [b"left", b"right"]
    assert [sample.link for sample in small.samples] == [1, 0]
    assert small.presets[0].zones[1].target(build.GEN_INSTRUMENT) == 0
    assert [zone.target(build.GEN_SAMPLE) for zone in small.instruments[0].zones] == [0, 1]
    assert [sample.points for sample in small.samples] == [sample.points for sample in font.samples[1:3]]


def test_half_of_a_stereo_pair_becomes_mono(build: ModuleType) -> None:
    small = build.cut(tiny(build), [(128, 0)])
    (sample,) = small.samples
    assert (sample.name.rstrip(b"\0"), sample.kind, sample.link) == (b"right", build.TYPE_MONO, 0)
    assert small.instruments[0].zones[0].modulators == (bytes(range(10)),)


def test_a_preset_that_is_not_there_is_named(build: ModuleType) -> None:
    with pytest.raises(build.BadFontError, match=r"\(3, 3\)"):
        build.cut(tiny(build), [(0, 5), (3, 3)])


@pytest.mark.parametrize("content", [b"", b"RIFF\4\0\0\0WAVE", b"MThd" + bytes(40)])
def test_what_is_no_font_is_refused(build: ModuleType, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.sf2"
    path.write_bytes(content)
    with pytest.raises(build.BadFontError, match="not a SoundFont"):
        build.read(path)


def test_a_font_cut_off_in_the_middle_is_refused(build: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "short.sf2"
    build.write(replace(tiny(build)), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(build.BadFontError, match="cut off"):
        build.read(path)
