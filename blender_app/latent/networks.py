"""The networks of the drum model, readable top to bottom.

A variational autoencoder after MusicVAE (Roberts et al. 2018, arXiv 1803.05428) with three changes:

- Encoder and decoder are residual MLPs over the whole loop. The decoder's features for all steps
  come at once; only a small head runs step by step, over these and the last sixteen decoded steps.
- The decoder knows how noisy its code is (`noise`, in posterior standard deviations), as the
  denoiser of a diffusion model is. At noise 0 it reproduces the code exactly; at noise 1 it is the
  VAE's decoder; above, it turns a code that lies between loops into the most plausible loop near it.
- Dynamics are a second, conditional VAE given the hits (Sohn et al. 2015), so they never cost the
  hits any accuracy, and loops drawn without dynamics get those that a drummer would choose.

Samples come from a flow-matching prior (Lipman et al. 2023, arXiv 2210.02747) over posterior codes.

Shapes: B batch, T = `config.steps` steps (32 in the shipped model), V = 9 voices, Z latent.
Hits enter as -1 / +1, 0 where unknown.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from blender_app.core.drums import VOICE_COUNT
from blender_app.latent.config import DrumConfig
from blender_app.latent.gaussian import mean_and_logvar


class ResidualBlock(nn.Module):
    """x + MLP(norm(x)), the same `width` inside."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map `x` (B, width) to (B, width)."""
        inner: Tensor = self.inner(self.norm(x))
        outer: Tensor = self.outer(F.gelu(inner, approximate="tanh"))
        return x + outer


class ResidualMLP(nn.Sequential):
    """Linear in from `inputs`, `blocks` residual blocks of `width`, norm, linear out to `outputs`."""

    def __init__(self, inputs: int, width: int, blocks: int, outputs: int) -> None:
        super().__init__(
            nn.Linear(inputs, width),
            *(ResidualBlock(width) for _ in range(blocks)),
            nn.LayerNorm(width),
            nn.GELU(approximate="tanh"),
            nn.Linear(width, outputs),
        )


class HitsEncoder(nn.Module):
    """Hits (B, T, V) to the posterior's mean and log-variance, each (B, Z); `config` gives the sizes."""

    def __init__(self, config: DrumConfig) -> None:
        super().__init__()
        self.net = ResidualMLP(config.steps * VOICE_COUNT, config.width, config.blocks, 2 * config.z_hits)

    def forward(self, hits: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu and logvar of float `hits` (B, T, V) in -1 / +1."""
        return mean_and_logvar(self.net(hits.flatten(1)))


class HitsDecoder(nn.Module):
    """Code and noise level to hits, autoregressive over steps and voices in a small head.

    `config` gives the sizes, and how many past steps the head sees.
    """

    def __init__(self, config: DrumConfig) -> None:
        super().__init__()
        self.config = config
        self.features = ResidualMLP(
            config.z_hits + 2, config.width, config.blocks, config.steps * config.step_features
        )
        self.from_features = nn.Linear(config.step_features, config.head_width)
        self.from_history = nn.Linear(config.history_steps * VOICE_COUNT, config.head_width, bias=False)
        self.position = nn.Parameter(torch.zeros(config.steps, config.head_width))
        self.direct = nn.Linear(config.step_features, VOICE_COUNT)
        self.single = nn.Linear(config.head_width, VOICE_COUNT)
        self.pair = nn.Linear(config.head_width, VOICE_COUNT * VOICE_COUNT)
        self.register_buffer("below", torch.tril(torch.ones(VOICE_COUNT, VOICE_COUNT), -1), persistent=False)
        self.below: Tensor

    def forward(self, z: Tensor, noise: Tensor, hits: Tensor, known: Tensor) -> Tensor:
        """Return the logits (B, T, V) of hits, each given those before it.

        Parameters
        ----------
        z, noise
            Codes (B, Z) and their noise levels (B,).
        hits
            What is said, (B, T, V) in -1 / +1.
        known
            (B, T, 1), 0 for past steps that the head may not see and 1 for the others.
        """
        return self.logits(z, noise, hits, self.recall(hits * known))

    def recall(self, hits: Tensor) -> Tensor:
        """Return what the head makes of the steps before each step of `hits`, (B, T, H)."""
        recalled: Tensor = self.from_history(self.histories(hits)) + self.position
        return recalled

    def logits(self, z: Tensor, noise: Tensor, hits: Tensor, recalled: Tensor) -> Tensor:
        """Return the logits (B, T, V) of hits, given what `recall` says of them.

        Parameters
        ----------
        z, noise
            Codes (B, Z) and their noise levels (B,).
        hits
            What is said, (B, T, V) in -1 / +1.
        recalled
            What `recall` gives.
        """
        features = self.features(_with_level(z, noise)).view(len(z), self.config.steps, -1)
        hidden = F.gelu(self.from_features(features) + recalled, approximate="tanh")
        pair = self.pair(hidden).unflatten(-1, (VOICE_COUNT, VOICE_COUNT)) * self.below
        single: Tensor = self.single(hidden) + self.direct(features)
        return single + torch.einsum("btuv,btv->btu", pair, hits.to(pair.dtype))

    def histories(self, hits: Tensor) -> Tensor:
        """Return the `history_steps` of `hits` before each step, (B, T, history * V), 0 at first."""
        past = F.pad(hits, (0, 0, self.config.history_steps, -1))
        return past.unfold(1, self.config.history_steps, 1).transpose(2, 3).flatten(2)

    @torch.inference_mode()
    def decode(
        self,
        z: Tensor,
        noise: Tensor,
        temperature: float | None = None,
        generator: torch.Generator | None = None,
        bias: Tensor | None = None,
    ) -> Tensor:
        """Decode codes to hits (B, T, V) in -1 / +1, step by step.

        Parameters
        ----------
        z, noise
            Codes (B, Z) and their noise levels (B,).
        temperature
            Scales the chance; None takes the likelier value of each cell.
        generator
            Source of chance at a temperature; None is torch's own.
        bias
            Added to the logits, (B, T, V).
        """
        hidden, direct = self._by_step(z, noise)
        if bias is not None:
            direct = direct + bias.permute(1, 2, 0)
        if temperature is not None:
            uniform = torch.rand(direct.shape, generator=generator).clamp(1e-6, 1 - 1e-6)
            direct = direct - temperature * torch.logit(uniform)
        return self._run_head(hidden, direct.numpy())

    def _by_step(self, z: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the head gets from the code, (T, H, B), and straight to its logits, (T, V, B).

        The same products as in `logits`, turned so that each step's numbers lie together.
        """
        features = self.features(_with_level(z, noise)).view(len(z), self.config.steps, -1).permute(1, 2, 0)
        hidden = torch.matmul(self.from_features.weight, features)
        hidden += (self.position + self.from_features.bias)[:, :, None]
        return hidden, torch.matmul(self.direct.weight, features) + self.direct.bias[:, None]

    def _run_head(self, hidden: Tensor, direct: NDArray[np.float32]) -> Tensor:
        """Decide all cells in order; hidden (T, H, B) and direct (T, V, B) come from the features.

        NumPy, because 288 tiny steps cost three times as much in torch's dispatcher; torch for
        the products, because NumPy's would start threads of their own.
        """
        steps, batch = self.config.history_steps, hidden.shape[-1]
        weight, bias, first = self._head_weights()
        cells = np.zeros(((steps + len(hidden)) * VOICE_COUNT, batch), np.float32)
        seen, one = torch.from_numpy(cells), np.float32(1.0)
        for t in range(len(hidden)):
            past = seen[t * VOICE_COUNT : (t + steps) * VOICE_COUNT]
            inner = F.gelu(torch.addmm(hidden[t], self.from_history.weight, past), approximate="tanh")
            out = torch.addmm(bias, weight, inner).numpy()
            logits = out[:VOICE_COUNT]
            logits += direct[t]
            now = cells[(t + steps) * VOICE_COUNT : (t + steps + 1) * VOICE_COUNT]
            for voice in range(VOICE_COUNT):
                hit = np.copysign(one, logits[voice], out=now[voice])
                logits[voice + 1 :] += out[first[voice] : first[voice + 1]] * hit
        decided = seen[steps * VOICE_COUNT :].view(len(hidden), VOICE_COUNT, batch)
        return decided.permute(2, 0, 1).contiguous()

    def _head_weights(self) -> tuple[Tensor, Tensor, list[int]]:
        """Return one matrix for single logits and couplings, the latter sorted by their source voice.

        Rows ``first[v]`` to ``first[v + 1]`` hold how a decision for voice v shifts the voices after it.
        """
        rows = [u * VOICE_COUNT + v for v in range(VOICE_COUNT) for u in range(v + 1, VOICE_COUNT)]
        weight = torch.cat([self.single.weight, self.pair.weight[rows]])
        bias = torch.cat([self.single.bias, self.pair.bias[rows]])[:, None]
        counts = np.cumsum([VOICE_COUNT, *reversed(range(VOICE_COUNT))])
        return weight, bias, [int(count) for count in counts]


def _with_level(z: Tensor, noise: Tensor) -> Tensor:
    return torch.cat([z, noise[:, None], (noise[:, None] == 0).to(z.dtype)], 1)


class DynamicsNet(nn.Module):
    """A conditional VAE of velocity and microtiming given the hits.

    Dynamics are (B, T, V, 2): velocity in 0..1 and microtiming in steps, 0 where there is no hit.

    `config` gives the sizes.
    """

    def __init__(self, config: DrumConfig) -> None:
        super().__init__()
        cells, size = config.steps * VOICE_COUNT, config.z_dynamics
        self.posterior = ResidualMLP(3 * cells, config.dynamics_width, config.blocks, 2 * size)
        self.prior = ResidualMLP(cells, config.dynamics_width, config.blocks, 2 * size)
        self.decoder = ResidualMLP(cells + size, config.dynamics_width, config.blocks, 2 * cells)

    def encode(self, hits: Tensor, dynamics: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean and log-variance (B, Z) of `hits` (B, T, V) played with `dynamics`."""
        return mean_and_logvar(self.posterior(torch.cat([hits.flatten(1), dynamics.flatten(1)], 1)))

    def expect(self, hits: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean and log-variance (B, Z) of the usual dynamics of `hits` (B, T, V)."""
        return mean_and_logvar(self.prior(hits.flatten(1)))

    def decode(self, hits: Tensor, z: Tensor) -> Tensor:
        """Return dynamics (B, T, V, 2) for every cell, meant to be used where there is a hit.

        `hits` (B, T, V) are what is played, `z` (B, Z) how.
        """
        raw = self.decoder(torch.cat([hits.flatten(1), z], 1)).unflatten(-1, (hits.shape[1], VOICE_COUNT, 2))
        return torch.stack([torch.sigmoid(raw[..., 0]), 0.5 * torch.tanh(raw[..., 1])], -1)


class FlowPrior(nn.Module):
    """Velocity field of a flow from N(0, I) to codes; conditional flow matching, straight paths.

    Parameters
    ----------
    size
        Numbers in a code.
    width, blocks
        Of the network that gives the velocity.
    times
        How many frequencies, sine and cosine, tell it the time.
    """

    def __init__(self, size: int, width: int, blocks: int, times: int = 32) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.arange(1, times + 1) * torch.pi / 2)
        self.frequencies: Tensor
        self.net = ResidualMLP(size + 2 * times, width, blocks, size)
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("scale", torch.ones(size))
        self.mean: Tensor
        self.scale: Tensor

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """Return dx/dt (B, Z) at `x` (B, Z) and `time` (B,) in 0..1."""
        angle = time[:, None] * self.frequencies
        flow: Tensor = self.net(torch.cat([x, angle.sin(), angle.cos()], 1))
        return flow

    @torch.no_grad()
    def sample(self, noise: Tensor, steps: int = 20) -> Tensor:
        """Carry N(0, I) `noise` (B, Z) to codes by `steps` midpoint steps."""
        x, dt = noise, 1.0 / steps
        for i in range(steps):
            time = x.new_full((len(x),), i * dt)
            middle = x + 0.5 * dt * self(x, time)
            x = x + dt * self(middle, time + 0.5 * dt)
        return x * self.scale + self.mean

    @torch.no_grad()
    def base(self, codes: Tensor, steps: int = 20) -> Tensor:
        """Carry `codes` (B, Z) back to the noise that `sample` makes them of, by `steps` midpoint steps."""
        x, dt = (codes - self.mean) / self.scale, 1.0 / steps
        for i in range(steps, 0, -1):
            time = x.new_full((len(x),), i * dt)
            middle = x - 0.5 * dt * self(x, time)
            x = x - dt * self(middle, time - 0.5 * dt)
        return x


class DrumNets(nn.Module):
    """The four networks of the drum model, saved as one set of weights; `config` gives their sizes."""

    def __init__(self, config: DrumConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = HitsEncoder(config)
        self.decoder = HitsDecoder(config)
        self.dynamics = DynamicsNet(config)
        self.prior = FlowPrior(config.z_hits, config.prior_width, config.prior_blocks)
