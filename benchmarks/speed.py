"""How fast a palette is, beside MusicVAE's small decoder doing the same work in the same run.

    python benchmarks/speed.py

All on one thread, the median of interleaved rounds; the machine's noise hits both sides alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from blender_app import load_model
from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_presets import (
    DEFAULT_BASS_CORNERS,
    DEFAULT_MELODY_CORNERS,
    melody_preset_named,
)
from blender_app.core.presets import DEFAULT_CORNERS, preset_named

ROUNDS = 15
CODES = 121


class StackedLSTM(nn.Module):
    """Two LSTM(256) stepping 32 times over 512 hit combinations: MusicVAE's drums_2bar_small decoder.

    Parameters
    ----------
    z
        Numbers in a code.
    width
        Of each LSTM.
    words
        Hit combinations.
    steps
        Of a loop.
    """

    def __init__(self, z: int = 256, width: int = 256, words: int = 512, steps: int = 32) -> None:
        super().__init__()
        self.steps, self.words = steps, words
        self.start = nn.Linear(z, 4 * width)
        self.cells = nn.ModuleList([nn.LSTMCell(words + z, width), nn.LSTMCell(width, width)])
        self.out = nn.Linear(width, words)

    @torch.no_grad()
    def forward(self, z: Tensor) -> Tensor:
        """Return the most likely tokens (B, 32) of codes `z` (B, 256)."""
        h1, c1, h2, c2 = torch.tanh(self.start(z)).chunk(4, -1)
        word, tokens = z.new_zeros(len(z), self.words), []
        for _ in range(self.steps):
            h1, c1 = self.cells[0](torch.cat([word, z], -1), (h1, c1))
            h2, c2 = self.cells[1](h1, (h2, c2))
            token = self.out(h2).argmax(-1)
            word = nn.functional.one_hot(token, self.words).to(z.dtype)
            tokens.append(token)
        return torch.stack(tokens, 1)


def measure(jobs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median milliseconds of each of `jobs`, by name, over interleaved rounds."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(ROUNDS + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name].append(1000.0 * (time.perf_counter() - start))
    return {name: statistics.median(values[1:]) for name, values in times.items()}


def main() -> None:
    """Measure and print a table with the promised figures."""
    model = load_model("drums-2bar")
    melody_model = load_model("melody-2bar")
    corners = [preset_named(name).loop for name in DEFAULT_CORNERS]
    basses = [melody_preset_named(name).loop for name in DEFAULT_BASS_CORNERS]
    melodies = [melody_preset_named(name).loop for name in DEFAULT_MELODY_CORNERS]

    def drums() -> object:
        return model.make_palette(corners, refine=False).cells(11, 11)

    def tunes(ends: Sequence[MelodyLoop]) -> object:
        return melody_model.make_palette(ends, refine=False).cells(11, 11)

    rival = StackedLSTM().eval()
    rival_z = torch.randn(CODES, 256)
    z = model.encode([loop.hits for loop in (corners * CODES)[:CODES]])
    took = measure(
        {
            "two stacked LSTM(256), 121 codes": lambda: rival(rival_z),
            "decode of 121 codes": lambda: model.decode(z),
            "new 11 x 11 palette": drums,
            "new 11 x 11 palette, refined": lambda: model.make_palette(corners, refine=True).cells(11, 11),
            "new 11 x 11 melody palette": lambda: tunes(melodies),
            "drums, bass and melody at once": lambda: (drums(), tunes(basses), tunes(melodies)),
            "one melody refined": lambda: melody_model.refine([melodies[0].events]),
            "new 33 x 33 palette": lambda: model.make_palette(corners, refine=False).cells(33, 33),
        }
    )
    for name, milliseconds in took.items():
        print(f"{name:40s} {milliseconds:8.1f} ms")
    lstm, decode = took["two stacked LSTM(256), 121 codes"], took["decode of 121 codes"]
    small, large = took["new 11 x 11 palette"], took["new 33 x 33 palette"]
    print(f"{'decode: times faster than the LSTM':40s} {lstm / decode:8.1f}      (>= 15)")
    band, refined = took["drums, bass and melody at once"], took["one melody refined"]
    print(f"{'three palettes at once, in ms':40s} {band:8.1f}      (<= 200)")
    print(f"{'one melody refined, in ms':40s} {refined:8.1f}      (<= 300)")
    print(f"{'33 x 33 costs times 11 x 11':40s} {large / small:8.1f}      (<= 10)")


if __name__ == "__main__":
    main()
