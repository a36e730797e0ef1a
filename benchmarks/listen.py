"""Write a folder for the ear: ways between loops, to be rated blind.

    python benchmarks/listen.py FOLDER [--kind drums] [--data drums.npz] [--seed 0]
    python benchmarks/listen.py FOLDER --score ratings.json

Twelve pairs of loops from presets, from unseen performances (with --data, what `loopweave prepare` wrote) and
drawn by chance; each as shipped, at wander 0 and 1, on the straight line and cross-faded by half bars. A pair
has one tempo. Open FOLDER/index.html in a browser, rate, and export; --score tells what was rated how.
"""

from __future__ import annotations

import argparse
import wave
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from blender_app import load_model
from blender_app.core.kinds import TrackKind
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.core.smf import MidiStyle, Section
from blender_app.engine.render import BandTrack, RenderStyle, render_band
from blender_app.engine.track import TrackSettings
from blender_app.training.listening import (
    PAIRS_HEARD,
    Loop,
    blind_names,
    heard_ways,
    listening_pairs,
    middle_counts,
    page,
    score,
    write_key,
)

TEMPLATE = Path(__file__).with_name("listen.html")
FIGURES = ("density", "new", "peak", "level_db")


def main() -> None:
    """Write the folder and print its figures, or print what was rated how."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="is made, or made again")
    parser.add_argument("--score", type=Path, metavar="RATINGS", help="what the folder's page exported")
    parser.add_argument("--kind", choices=[kind.value for kind in TrackKind], default="drums")
    parser.add_argument("--model", help="a shipped model's name, or a folder")
    parser.add_argument("--data", type=Path, help="what `loopweave prepare` wrote of that kind")
    parser.add_argument("--pairs", type=int, default=PAIRS_HEARD, help="how many pairs")
    parser.add_argument("--rate", type=int, default=44100, help="frames a second")
    parser.add_argument("--seed", type=int, default=0, help="decides pairs, names and order")
    options = parser.parse_args()
    if options.score:
        print("\n".join(score(options.folder, options.score)))
        return
    files = write_folder(options)
    print("\n".join(figure_lines(files)))


def write_folder(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Write sounds, page and key as `options` say, and return what each file is."""
    kind = TrackKind(options.kind)
    model = load_model(options.model or kind.spec.model)
    pairs = listening_pairs(kind, options.data, options.seed, options.pairs)
    options.folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, dict[str, Any]] = {}
    ways = [heard_ways(model, pair, options.seed + index) for index, pair in enumerate(pairs)]
    names = blind_names(len(pairs), list(ways[0]), options.seed)
    for number, (pair, heard, named) in enumerate(zip(pairs, ways, names, strict=True), 1):
        counts = middle_counts(heard)
        for way, name in named.items():
            path = options.folder / name
            peak = render(path, kind, heard[way], pair.tempo_bpm, options.rate)
            density, new = counts[way]
            files[name] = {
                "pair": number,
                "way": way,
                "origin": pair.origin,
                "tempo_bpm": pair.tempo_bpm,
                "density": density,
                "new": new,
                "peak": peak,
                "level_db": level_db(path),
            }
    key = {"folder": f"{kind.value}-{model.hash}-{options.seed}", "wander": DEFAULT_WANDER, "files": files}
    write_key(options.folder, key)
    html = page(TEMPLATE.read_text(encoding="utf-8"), key)
    (options.folder / "index.html").write_text(html, encoding="utf-8")
    return files


def render(path: Path, kind: TrackKind, loops: list[Loop], tempo_bpm: float, rate: int) -> float:
    """Write loops one after the other as sound, with the shipped font, and return the peak, 1 at full scale.

    Parameters
    ----------
    path
        Where to write.
    kind
        Decides the sound.
    loops
        What is heard.
    tempo_bpm
        Quarters a minute.
    rate
        Frames a second.
    """
    bank, program = kind.spec.sound
    drums = kind is TrackKind.DRUMS
    settings = TrackSettings(kind.value, drums, bank, program, kind.spec.channel or 0)
    sections = tuple(Section(loop.to_notes(), loop.steps) for loop in loops)
    style = RenderStyle(sample_rate=rate, tail_s=1.0)
    return render_band([BandTrack(settings, sections)], path, MidiStyle(tempo_bpm), style).peak


def level_db(path: Path) -> float:
    """Return the level of the 16-bit WAV file at `path`, root mean square, in dB below full scale."""
    with wave.open(str(path), "rb") as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32768
    return float(10 * np.log10(max(float((sound**2).mean()), 1e-12)))


def figure_lines(files: dict[str, dict[str, Any]]) -> list[str]:
    """Return the means of the figures of `files` as a table of Markdown, a row a way."""
    by_way: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in files.values():
        by_way[each["way"]].append(each)
    heads = ("density half-way over the ends'", "new half-way", "peak", "level in dB")
    lines = ["| way | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for way, those in sorted(by_way.items()):
        means = [np.mean([each[figure] for each in those]) for figure in FIGURES]
        lines.append(f"| {way} | " + " | ".join(f"{mean:.2f}" for mean in means) + " |")
    return lines


if __name__ == "__main__":
    main()
