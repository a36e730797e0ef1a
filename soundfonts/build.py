"""Cut loopweave.sf2 from FluidR3_GM.sf2: the drum kits and the melodic and bass presets we play.

    python soundfonts/build.py [/usr/share/sounds/sf2/FluidR3_GM.sf2] [--out soundfonts/loopweave.sf2]

The source is Debian's package fluid-soundfont-gm (MIT). Whole presets are kept, with every
instrument, sample, generator and modulator that they use, so they sound as in the source.

Notes
-----
The file format is the SoundFont Technical Specification 2.04 (Creative/E-mu, 2006): section 4 the
chunks, 6.1 the at least 46 zero sample points after each sample, 7.2-7.10 the records, 8.1.2 the
generators. A "bag" there is a zone here.
"""

from __future__ import annotations

import argparse
import itertools
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

SOURCE = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
OUT = Path(__file__).resolve().parent / "loopweave.sf2"
MAX_BYTES = 40_000_000

KITS = (0, 8, 16, 24, 25, 32, 40)
"""Programs of bank 128: Standard, Room, Power, Electronic, TR-808, Jazz, Brush."""
MELODIC = (
    *(0, 1, 4, 7, 11, 16),  # grand piano and bright piano, Rhodes, clavinet, vibraphone, drawbar organ
    *(24, 26, 27),  # guitars: nylon, jazz, clean
    *(32, 33, 34, 35, 38, 39),  # basses: acoustic, fingered, picked, fretless, synth 1 and 2
    *(50, 51),  # synth strings
    *(56, 71, 73, 79),  # trumpet, clarinet, flute, ocarina
    *(80, 81, 87, 88, 89, 90, 94),  # square and saw lead, bass & lead, fantasia, warm, poly and halo pad
)
"""Programs of bank 0."""
WANTED = (*((128, program) for program in KITS), *((0, program) for program in MELODIC), (8, 39), (8, 80))

GEN_INSTRUMENT, GEN_SAMPLE = 41, 53
TYPE_MONO, TYPE_RIGHT, TYPE_LEFT, TYPE_LINKED = 1, 2, 4, 8
GAP = bytes(2 * 46)

PHDR, BAG, GEN, INST, SHDR = "<20sHHHIII", "<HH", "<HH", "<20sH", "<20sIIIIIBbHH"
MOD_BYTES = 10


class BadFontError(Exception):
    """The source is not a SoundFont 2 file, or lacks what we want of it."""


@dataclass(frozen=True)
class Zone:
    """One key or velocity zone: `generators` (operator, amount as an unsigned word) and raw `modulators`."""

    generators: tuple[tuple[int, int], ...]
    modulators: tuple[bytes, ...]

    def target(self, operator: int) -> int | None:
        """Return the index that generator `operator` holds; None in a global zone."""
        return next((amount for code, amount in self.generators if code == operator), None)

    def retargeted(self, operator: int, index: dict[int, int]) -> Zone:
        """Return a copy whose generator `operator` holds its new index: `index` tells it by the old."""
        return replace(
            self,
            generators=tuple(
                (code, index[amount] if code == operator else amount) for code, amount in self.generators
            ),
        )


@dataclass(frozen=True)
class Instrument:
    """A `name` and `zones` that point to samples."""

    name: bytes
    zones: tuple[Zone, ...]


@dataclass(frozen=True)
class Preset:
    """A `name`, its `bank` and `program`, and `zones` that point to instruments."""

    name: bytes
    bank: int
    program: int
    zones: tuple[Zone, ...]


@dataclass(frozen=True)
class Sample:
    """A sample's header and its points; fields are those of the specification, section 7.10.

    Parameters
    ----------
    name
        At most 20 bytes.
    points
        16-bit, little-endian.
    loop_start, loop_end
        Counted in points from its own start.
    rate_hz
        Points a second.
    pitch, correction
        MIDI note that was recorded, and cents to add.
    link
        Index of the other side of a stereo pair.
    kind
        Mono, left or right, as the specification numbers them.
    """

    name: bytes
    points: bytes
    loop_start: int
    loop_end: int
    rate_hz: int
    pitch: int
    correction: int
    link: int
    kind: int


@dataclass(frozen=True)
class Font:
    """All that a SoundFont holds: `info` by chunk, `presets`, `instruments` and `samples` by index."""

    info: dict[bytes, bytes]
    presets: tuple[Preset, ...]
    instruments: tuple[Instrument, ...]
    samples: tuple[Sample, ...]


def chunks(data: memoryview, start: int, end: int) -> Iterator[tuple[bytes, memoryview]]:
    """Yield name and content of the chunks of `data` from `start` to `end`, going into lists."""
    while start + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, start)
        if start + 8 + size > end:
            raise BadFontError(f"chunk {name!r} is cut off")
        if name in (b"RIFF", b"LIST"):
            yield from chunks(data, start + 12, start + 8 + size)
        else:
            yield name, data[start + 8 : start + 8 + size]
        start += 8 + size + size % 2


def read(path: Path) -> Font:
    """Read the SoundFont 2 file at `path`.

    Raises
    ------
    BadFontError
        The file is not a SoundFont 2 file.
    """
    data = memoryview(path.read_bytes())
    if bytes(data[:4]) != b"RIFF" or bytes(data[8:12]) != b"sfbk":
        raise BadFontError(f"{path} is not a SoundFont")
    found = dict(chunks(data, 0, len(data)))

    def records(name: bytes, layout: str) -> list[tuple]:  # type: ignore[type-arg]
        return list(struct.iter_unpack(layout, found[name]))

    def zones(kind: bytes) -> Callable[[int, int], tuple[Zone, ...]]:
        bags, generators = records(kind + b"bag", BAG), records(kind + b"gen", GEN)
        raw = found[kind + b"mod"]
        modulators = [bytes(raw[at : at + MOD_BYTES]) for at in range(0, len(raw), MOD_BYTES)]
        return lambda first, last: tuple(
            Zone(tuple(generators[g0:g1]), tuple(modulators[m0:m1]))
            for (g0, m0), (g1, m1) in zip(bags[first:last], bags[first + 1 : last + 1], strict=True)
        )

    headers, instruments = records(b"phdr", PHDR), records(b"inst", INST)
    preset_zones, instrument_zones = zones(b"p"), zones(b"i")
    smpl = found[b"smpl"]
    return Font(
        {
            name: bytes(content)
            for name, content in found.items()
            if name[:1] == b"I" or name in (b"ifil", b"isng")
        },
        tuple(
            Preset(this[0], this[2], this[1], preset_zones(this[3], following[3]))
            for this, following in itertools.pairwise(headers)
        ),
        tuple(
            Instrument(this[0], instrument_zones(this[1], following[1]))
            for this, following in itertools.pairwise(instruments)
        ),
        tuple(
            Sample(name, bytes(smpl[2 * start : 2 * end]), loop0 - start, loop1 - start, *rest)
            for name, start, end, loop0, loop1, *rest in records(b"shdr", SHDR)[:-1]
        ),
    )


def cut(font: Font, wanted: Iterable[tuple[int, int]]) -> Font:
    """Return `font` with the presets `wanted` (bank, program) and only what they use.

    Raises
    ------
    BadFontError
        A wanted preset is not in the font.
    """
    by_place = {(preset.bank, preset.program): preset for preset in font.presets}
    wanted = sorted(set(wanted))
    if missing := [place for place in wanted if place not in by_place]:
        raise BadFontError(f"the font lacks bank, program {missing}")
    presets = [by_place[place] for place in wanted]
    used = {zone.target(GEN_INSTRUMENT) for preset in presets for zone in preset.zones}
    instrument_index = _new_index(used)
    instruments = [font.instruments[index] for index in instrument_index]
    sample_index = _new_index(
        {zone.target(GEN_SAMPLE) for instrument in instruments for zone in instrument.zones}
    )
    return Font(
        font.info,
        tuple(
            replace(preset, zones=tuple(z.retargeted(GEN_INSTRUMENT, instrument_index) for z in preset.zones))
            for preset in presets
        ),
        tuple(
            replace(item, zones=tuple(z.retargeted(GEN_SAMPLE, sample_index) for z in item.zones))
            for item in instruments
        ),
        tuple(_relinked(font.samples[index], sample_index) for index in sample_index),
    )


def _new_index(used: set[int | None]) -> dict[int, int]:
    """Return old index -> new index, in the old order; global zones use nothing."""
    return {old: new for new, old in enumerate(sorted(index for index in used if index is not None))}


def _relinked(sample: Sample, index: dict[int, int]) -> Sample:
    """Return the sample with its stereo link renumbered, or as mono where its other side is not used."""
    if sample.kind & (TYPE_RIGHT | TYPE_LEFT | TYPE_LINKED) and sample.link in index:
        return replace(sample, link=index[sample.link])
    return replace(sample, link=0, kind=TYPE_MONO)


def write(font: Font, path: Path) -> int:
    """Write `font` to `path` and return its size in bytes."""
    starts, size = [], 0
    for sample in font.samples:
        starts.append(size // 2)
        size += len(sample.points) + len(GAP)
    smpl = b"".join(sample.points + GAP for sample in font.samples)
    preset_firsts, preset_chunks = _zone_chunks(b"p", [preset.zones for preset in font.presets])
    firsts, instrument_chunks = _zone_chunks(b"i", [instrument.zones for instrument in font.instruments])
    phdr = [
        struct.pack(PHDR, preset.name, preset.program, preset.bank, first, 0, 0, 0)
        for preset, first in zip(font.presets, preset_firsts, strict=False)
    ]
    phdr.append(struct.pack(PHDR, b"EOP", 0, 0, preset_firsts[-1], 0, 0, 0))
    inst = [
        struct.pack(INST, item.name, first) for item, first in zip(font.instruments, firsts, strict=False)
    ]
    inst.append(struct.pack(INST, b"EOI", firsts[-1]))
    shdr = [_sample_header(sample, start) for sample, start in zip(font.samples, starts, strict=True)]
    shdr.append(struct.pack(SHDR, b"EOS", *[0] * 9))
    pdta = [
        (b"phdr", b"".join(phdr)),
        *preset_chunks,
        (b"inst", b"".join(inst)),
        *instrument_chunks,
        (b"shdr", b"".join(shdr)),
    ]
    content = b"sfbk" + b"".join(
        _chunk(b"LIST", kind + b"".join(_chunk(*part) for part in parts))
        for kind, parts in ((b"INFO", font.info.items()), (b"sdta", [(b"smpl", smpl)]), (b"pdta", pdta))
    )
    return path.write_bytes(_chunk(b"RIFF", content))


def _chunk(name: bytes, content: bytes) -> bytes:
    """Return a RIFF chunk, padded to an even length."""
    return struct.pack("<4sI", name, len(content)) + content + bytes(len(content) % 2)


def _sample_header(sample: Sample, start: int) -> bytes:
    """Return the header of a sample whose points begin at `start`."""
    end = start + len(sample.points) // 2
    loop = start + sample.loop_start, start + sample.loop_end
    rest = sample.rate_hz, sample.pitch, sample.correction, sample.link, sample.kind
    return struct.pack(SHDR, sample.name, start, end, *loop, *rest)


def _zone_chunks(kind: bytes, owners: list[tuple[Zone, ...]]) -> tuple[list[int], list[tuple[bytes, bytes]]]:
    """Return each owner's first zone (and one past the last), and the chunks of zones and what is in them."""
    firsts, bags, generators, modulators = [0], b"", b"", b""
    for zones in owners:
        firsts.append(firsts[-1] + len(zones))
        for zone in zones:
            bags += struct.pack(BAG, len(generators) // 4, len(modulators) // MOD_BYTES)
            generators += b"".join(struct.pack(GEN, *generator) for generator in zone.generators)
            modulators += b"".join(zone.modulators)
    bags += struct.pack(BAG, len(generators) // 4, len(modulators) // MOD_BYTES)
    return firsts, [
        (kind + b"bag", bags),
        (kind + b"mod", modulators + bytes(MOD_BYTES)),
        (kind + b"gen", generators + bytes(4)),
    ]


def described(info: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Return `info`, the source's information, with our name, and what was done, beside the authors' own."""
    comment = (
        b"A selection of presets of Fluid R3 GM, unchanged, made for Loopweave. "
        b"Licensed under the MIT License; see LICENSE.txt."
    )
    return {**info, b"INAM": b"Loopweave (from Fluid R3)\0", b"ICMT": comment + bytes(2 - len(comment) % 2)}


def main() -> None:
    """Cut the font and say what is in it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", nargs="?", type=Path, default=SOURCE)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    source = read(arguments.source)
    font = cut(replace(source, info=described(source.info)), WANTED)
    size = write(font, arguments.out)
    for preset in font.presets:
        print(f"{preset.bank:3} {preset.program:3} {preset.name.split(bytes(1))[0].decode('latin-1')}")
    print(f"{size / 1e6:.1f} MB, {len(font.instruments)} instruments, {len(font.samples)} samples")
    if size > MAX_BYTES:
        raise SystemExit(f"that is more than the {MAX_BYTES / 1e6:.0f} MB that we ship")


if __name__ == "__main__":
    main()
