"""Print the drum model's figures on loops that it has not seen.

    loopweave prepare gmd freedoom freedoom-history simutrans easyrpg-rtp --out drums.npz
    python benchmarks/drums.py drums.npz [--model drums-2bar]
    python benchmarks/drums.py drums.npz --ways [--tuning]
    python benchmarks/drums.py drums.npz --degenerate
    python benchmarks/drums.py drums.npz --voices
    python benchmarks/drums.py drums.npz --wander-curve wander.png

First those of `loopweave evaluate`; then ways between unseen loops as shipped, straight and cross-faded,
and palettes between grooves that people wrote. With --degenerate, ways that cheat, so that it is seen
which ruler catches which. The loops are the Groove MIDI Dataset's validation split, and then all unseen
ones, each set counting the same; the model learned from the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from blender_app.corpus.prepare import DrumCorpus
from blender_app.latent.drum_model import DrumModel
from blender_app.training.drum_ways import DrumWays
from blender_app.training.evaluate import evaluate
from blender_app.training.preset_palettes import SIDE, preset_palettes
from blender_app.training.way_report import add_way_options, only_ways, way_lines


def main() -> None:
    """Evaluate and print one line a figure, then tables of ways and of palettes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="what `loopweave prepare` wrote")
    parser.add_argument("--model", default="drums-2bar", help="a shipped model's name, or a folder")
    parser.add_argument("--voices", action="store_true", help="only the density of each voice over the way")
    add_way_options(parser)
    options = parser.parse_args()
    special = options.voices or only_ways(options)
    if not special:
        for figure in evaluate(options.model, options.data):
            print(figure, flush=True)
    model = DrumModel.load(options.model)
    judge = DrumWays(model, DrumCorpus.load(options.data), options.pairs, options.tuning)
    if options.voices:
        print(
            "\nDensity of voices of both ends over the way:\n",
            *judge.voice_curves(options.draws).lines(),
            sep="\n",
        )
        return
    for line in way_lines(judge, options):
        print(line, flush=True)
    if options.ways or not special:
        table = preset_palettes(lambda corners: model.make_palette(corners).cells(SIDE, SIDE))
        print(f"\nPalettes of {SIDE} x {SIDE} between grooves:\n", *table.lines(), sep="\n")


if __name__ == "__main__":
    main()
