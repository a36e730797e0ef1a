"""The networks of the two-bar melody model; bass lines and melodies live in one space.

The same variational autoencoder as the drums' (see `networks`): residual MLPs over the whole loop, a
small head that runs step by step, and a decoder that is told how noisy its code is. A step holds one
token: 0 no event, 1 note off, 2 to 129 a note-on of pitch token - 2 (Magenta's events plus two).

Shapes: B batch, T = 32 steps, W = 130 tokens, Z latent.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from blender_app.core.drums import LOOP_STEPS
from blender_app.latent.config import MelodyConfig
from blender_app.latent.networks import FlowPrior, ResidualMLP

TOKENS = 130
UNKNOWN = TOKENS
"""Stands for a step before the beginning, or one that the head may not see."""
NOTE_OFF, FIRST_PITCH = 1, 2


class TuneEncoder(nn.Module):
    """Tokens (B, T) to the posterior's mean and log-variance, each (B, Z)."""

    def __init__(self, config: MelodyConfig) -> None:
        super().__init__()
        self.embed = nn.Embedding(TOKENS + 1, config.embedding)
        inputs = LOOP_STEPS * config.embedding
        self.net = ResidualMLP(inputs, config.width, config.blocks, 2 * config.z_notes)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu and logvar of tokens; `UNKNOWN` is allowed."""
        mu, logvar = self.net(self.embed(tokens).flatten(1)).float().chunk(2, dim=-1)
        return mu, logvar.clamp(-10.0, 4.0)


class TuneDecoder(nn.Module):
    """Code and noise level to tokens, autoregressive over steps in a small head.

    The head sees the step's features, the last sixteen tokens and the last pitch, however long ago.
    """

    def __init__(self, config: MelodyConfig) -> None:
        super().__init__()
        self.config = config
        size = config.step_features
        self.features = ResidualMLP(config.z_notes + 2, config.width, config.blocks, LOOP_STEPS * size)
        self.embed = nn.Embedding(TOKENS + 1, config.history_embedding)
        self.last = nn.Embedding(TOKENS + 1, config.head_width)
        self.from_features = nn.Linear(size, config.head_width)
        self.from_history = nn.Linear(
            config.history_steps * config.history_embedding, config.head_width, bias=False
        )
        self.position = nn.Parameter(torch.zeros(LOOP_STEPS, config.head_width))
        self.inner = nn.Linear(config.head_width, config.head_width)
        self.direct = nn.Linear(size, TOKENS)
        self.out = nn.Linear(config.head_width, TOKENS)

    def step_features(self, z: Tensor, noise: Tensor) -> Tensor:
        """Map z (B, Z) and noise levels (B,) to features (B, T, F)."""
        level = torch.stack([noise, (noise == 0).to(z.dtype)], -1)
        features: Tensor = self.features(torch.cat([z, level], -1))
        return features.view(len(z), LOOP_STEPS, -1)

    def _head(self, hidden: Tensor) -> Tensor:
        hidden = F.gelu(hidden, approximate="tanh")
        logits: Tensor = self.out(hidden + F.gelu(self.inner(hidden), approximate="tanh"))
        return logits

    def forward(self, z: Tensor, noise: Tensor, tokens: Tensor, known: Tensor) -> Tensor:
        """Return the logits (B, T, W) of each step, given the tokens before it.

        `known` (B, T) is False for past steps that the head may not see.
        """
        return self.logits(z, noise, self.recall(tokens, known))

    def recall(self, tokens: Tensor, known: Tensor) -> Tensor:
        """Return what the head makes of the steps before each step of `tokens`, (B, T, H)."""
        seen = torch.where(known, tokens, UNKNOWN)
        past = F.pad(seen, (self.config.history_steps, -1), value=UNKNOWN)
        history = self.embed(past.unfold(1, self.config.history_steps, 1)).flatten(2)
        last = self.last(F.pad(last_pitches(seen), (1, -1), value=UNKNOWN))
        recalled: Tensor = self.from_history(history) + last + self.position
        return recalled

    def logits(self, z: Tensor, noise: Tensor, recalled: Tensor) -> Tensor:
        """Return the logits (B, T, W) of each step, given what `recall` says of those before it."""
        features = self.step_features(z, noise)
        direct: Tensor = self.direct(features)
        return self._head(self.from_features(features) + recalled) + direct

    @torch.no_grad()
    def decode(
        self,
        z: Tensor,
        noise: Tensor,
        temperature: float | None = None,
        generator: torch.Generator | None = None,
        bias: Tensor | None = None,
        allowed: Tensor | None = None,
    ) -> Tensor:
        """Decode z (B, Z) to tokens (B, T), step by step.

        Parameters
        ----------
        temperature
            None takes the likeliest token.
        bias
            Added to the logits, (B, T, W).
        allowed
            Which pitches may start at each step, bool (T, 128). The chance of all others goes to
            these, so that a scale changes what is played, not when.
        """
        hidden, direct = self._by_step(z, noise)
        if bias is not None:
            direct += bias.transpose(0, 1)
        if temperature is not None:
            uniform = torch.rand(direct.shape, generator=generator).clamp(1e-6, 1 - 1e-6)
            direct -= temperature * torch.log(-torch.log(uniform))
        return self._run_head(hidden, direct, allowed)

    def _by_step(self, z: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the head gets from the code, (T, B, H), and straight to its logits, (T, B, W).

        Step by step, so that each step's numbers lie together.
        """
        features = self.step_features(z, noise).transpose(0, 1).contiguous()
        hidden = self.from_features(features)
        hidden += self.position[:, None]
        return hidden, self.direct(features)

    def _run_head(self, hidden: Tensor, direct: Tensor, allowed: Tensor | None) -> Tensor:
        steps, batch, size = self.config.history_steps, hidden.shape[1], self.embed.embedding_dim
        embedded = self.embed.weight[UNKNOWN].repeat(batch, steps + LOOP_STEPS)
        tokens = torch.empty((LOOP_STEPS, batch), dtype=torch.long)
        last = torch.full((batch,), UNKNOWN)
        silent = torch.ones(batch, dtype=torch.bool)
        for t in range(LOOP_STEPS):
            history = embedded[:, t * size : (t + steps) * size]
            inner = torch.addmm(hidden[t], history, self.from_history.weight.T)
            inner += self.last.weight[last]
            logits = self._head(inner)
            logits += direct[t]
            logits[:, NOTE_OFF].masked_fill_(silent, -torch.inf)
            if allowed is not None:
                _lock(logits[:, FIRST_PITCH:], allowed[t])
            token = torch.argmax(logits, -1, out=tokens[t])
            embedded[:, (t + steps) * size : (t + steps + 1) * size] = self.embed.weight[token]
            played = token >= FIRST_PITCH
            last = torch.where(played, token, last)
            silent = ~played & (silent | (token == NOTE_OFF))
        return tokens.T.contiguous()


def _lock(pitches: Tensor, allowed: Tensor) -> None:
    """Take pitches that are not `allowed` from the logits (B, 128); the likeliest stays as likely."""
    if not allowed.any():
        return
    before = pitches.amax(-1, keepdim=True)
    pitches.masked_fill_(~allowed, -torch.inf)
    pitches += before - pitches.amax(-1, keepdim=True)


def last_pitches(tokens: Tensor) -> Tensor:
    """Return for each step the last note-on up to it (B, T), `UNKNOWN` before the first one.

    A step that may not be seen hides nothing but itself.
    """
    steps = torch.arange(tokens.shape[1], device=tokens.device)
    played = (tokens >= FIRST_PITCH) & (tokens < UNKNOWN)
    at = torch.where(played, steps, -1).cummax(1).values
    return torch.where(at >= 0, tokens.gather(1, at.clamp(min=0)), UNKNOWN)


class LoudnessNet(nn.Module):
    """A conditional VAE of velocity given the tokens: (B, T) velocities in 0..1."""

    def __init__(self, config: MelodyConfig) -> None:
        super().__init__()
        self.embed = nn.Embedding(TOKENS + 1, config.history_embedding)
        size, width = LOOP_STEPS * config.history_embedding, config.feel_width
        self.posterior = ResidualMLP(size + LOOP_STEPS, width, config.blocks, 2 * config.z_feel)
        self.prior = ResidualMLP(size, width, config.blocks, 2 * config.z_feel)
        self.decoder = ResidualMLP(size + config.z_feel, width, config.blocks, LOOP_STEPS)

    def encode(self, tokens: Tensor, velocity: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean and log-variance (B, Z) of loops with velocity."""
        both = torch.cat([self.embed(tokens).flatten(1), velocity], -1)
        mu, logvar = self.posterior(both).float().chunk(2, -1)
        return mu, logvar.clamp(-10.0, 4.0)

    def expect(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean and log-variance (B, Z) that such notes usually have."""
        mu, logvar = self.prior(self.embed(tokens).flatten(1)).float().chunk(2, -1)
        return mu, logvar.clamp(-10.0, 4.0)

    def decode(self, tokens: Tensor, z: Tensor) -> Tensor:
        """Return velocities (B, T) in 0..1 for every step, meant to be used at note-ons."""
        raw: Tensor = self.decoder(torch.cat([self.embed(tokens).flatten(1), z], -1))
        return torch.sigmoid(raw)


class MelodyNets(nn.Module):
    """The four networks of the two-bar melody model, saved as one set of weights."""

    def __init__(self, config: MelodyConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = TuneEncoder(config)
        self.decoder = TuneDecoder(config)
        self.feel = LoudnessNet(config)
        self.prior = FlowPrior(config.z_notes, config.prior_width, config.prior_blocks)
