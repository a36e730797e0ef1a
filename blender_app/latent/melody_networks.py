"""The networks of the melody model; bass lines and melodies live in one space.

The same variational autoencoder as the drums' (see `networks`): residual MLPs over the whole loop, a
small head that runs step by step, and a decoder that knows how noisy its code is. A step holds one
token: 0 no event, 1 note off, 2 to 129 a note-on of pitch token - 2 (Magenta's events plus two).

Shapes: B batch, T = `config.steps` steps (32 in the shipped model), W = 130 tokens, Z latent.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from blender_app.core.melody import OCTAVE
from blender_app.latent.config import MelodyConfig
from blender_app.latent.gaussian import mean_and_logvar
from blender_app.latent.networks import FlowPrior, ResidualMLP

TOKENS = 130
UNKNOWN = TOKENS
"""Stands for a step before the beginning, or one that the head may not see."""
NOTE_OFF, FIRST_PITCH = 1, 2
REACHED = 2 * OCTAVE + 2
"""Intervals up to an octave either way, and none."""
NEARNESS = 6.0
"""Logits that a pitch loses for each semitone from the one that a scale forbids."""
FARTHEST = 24
INTERVALS = 2 * FARTHEST + 1
"""Intervals that the head can say: two octaves either way."""


def _interval_table() -> Tensor:
    """Return for each last pitch (-1 to 127) which interval leads to each pitch; `INTERVALS` for none."""
    last, pitch = torch.arange(-1, TOKENS - FIRST_PITCH)[:, None], torch.arange(TOKENS - FIRST_PITCH)
    place = pitch - last + FARTHEST
    return torch.where((last >= 0) & (place >= 0) & (place < INTERVALS), place, INTERVALS)


INTERVAL_OF = _interval_table()
CLASSES_FROM = (torch.arange(-1, TOKENS - FIRST_PITCH)[:, None] + torch.arange(OCTAVE)) % OCTAVE
"""The twelve pitch classes upwards from each last pitch (-1 to 127)."""


def _leap_table() -> Tensor:
    """Return for each last pitch (-1 to 127) which pitches are an octave or more away, 1 or 0."""
    last, pitch = torch.arange(-1, TOKENS - FIRST_PITCH)[:, None], torch.arange(TOKENS - FIRST_PITCH)
    return ((last >= 0) & ((pitch - last).abs() >= OCTAVE)).float()


LEAPS = _leap_table()


class TuneEncoder(nn.Module):
    """Tokens (B, T) to the posterior's mean and log-variance, each (B, Z).

    `config` gives the sizes.
    """

    def __init__(self, config: MelodyConfig) -> None:
        super().__init__()
        self.embed = nn.Embedding(TOKENS + 1, config.embedding)
        inputs = config.steps * config.embedding
        self.net = ResidualMLP(inputs, config.width, config.blocks, 2 * config.z_notes)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu and logvar of `tokens` (B, T); `UNKNOWN` is allowed."""
        return mean_and_logvar(self.net(self.embed(tokens).flatten(1)))


class TuneDecoder(nn.Module):
    """Code and noise level to tokens, autoregressive over steps in a small head.

    The head sees the step's features, the last sixteen tokens, the last note and how it was reached,
    and which pitch classes were played, counted from the last. It says pitches by themselves and
    intervals from the last note, so what it learns in one key holds in all.

    Parameters
    ----------
    config
        Sizes, and how many past steps the head sees.
    """

    def __init__(self, config: MelodyConfig) -> None:
        super().__init__()
        self.config = config
        size = config.step_features
        self.features = ResidualMLP(config.z_notes + 2, config.width, config.blocks, config.steps * size)
        self.embed = nn.Embedding(TOKENS + 1, config.history_embedding)
        self.last = nn.Embedding(TOKENS + 1, config.head_width)
        self.reached = nn.ModuleList(nn.Embedding(REACHED, config.head_width) for _ in range(2))
        self.from_features = nn.Linear(size, config.head_width)
        remembered = config.history_steps * config.history_embedding + OCTAVE
        self.from_history = nn.Linear(remembered, config.head_width, bias=False)
        self.position = nn.Parameter(torch.zeros(config.steps, config.head_width))
        self.inner = nn.Linear(config.head_width, config.head_width)
        self.direct = nn.Linear(size, TOKENS)
        self.out = nn.Linear(config.head_width, TOKENS + INTERVALS)

    def step_features(self, z: Tensor, noise: Tensor) -> Tensor:
        """Map `z` (B, Z) and `noise` levels (B,) to features (B, T, F)."""
        level = torch.stack([noise, (noise == 0).to(z.dtype)], 1)
        features: Tensor = self.features(torch.cat([z, level], 1))
        return features.view(len(z), self.config.steps, -1)

    def _head(self, hidden: Tensor, last: Tensor) -> Tensor:
        """Return logits (..., W) of hidden (..., H) after the pitches `last` (...), -1 for none."""
        hidden = F.gelu(hidden, approximate="tanh")
        said: Tensor = self.out(hidden + F.gelu(self.inner(hidden), approximate="tanh"))
        logits, by_interval = said[..., :TOKENS], F.pad(said[..., TOKENS:], (0, 1))
        pitches = by_interval.gather(-1, INTERVAL_OF[last + 1])
        return torch.cat([logits[..., :FIRST_PITCH], logits[..., FIRST_PITCH:] + pitches], -1)

    def forward(self, z: Tensor, noise: Tensor, tokens: Tensor, known: Tensor) -> Tensor:
        """Return the logits (B, T, W) of each step, given those before it.

        Parameters
        ----------
        z, noise
            Codes (B, Z) and their noise levels (B,).
        tokens
            What is said, (B, T).
        known
            Bool (B, T), False for past steps that the head may not see.
        """
        return self.logits(z, noise, self.recall(tokens, known))

    def recall(self, tokens: Tensor, known: Tensor) -> Recalled:
        """Return what the head makes of the steps before each step of `tokens` (B, T).

        `known` (B, T) is False for steps that it may not see.
        """
        seen = torch.where(known, tokens, UNKNOWN)
        past = F.pad(seen, (self.config.history_steps, -1), value=UNKNOWN)
        history = self.embed(past.unfold(1, self.config.history_steps, 1)).flatten(2)
        notes = notes_before(seen)
        hidden = self.from_history(torch.cat([history, notes.classes.to(history.dtype)], -1))
        return Recalled(hidden + self._of_notes(notes) + self.position, notes.last)

    def _of_notes(self, notes: NotesBefore) -> Tensor:
        last: Tensor = self.last(torch.where(notes.last < 0, UNKNOWN, notes.last + FIRST_PITCH))
        for embed, reached in zip(self.reached, notes.reached, strict=True):
            last = last + embed(reached)
        return last

    def logits(self, z: Tensor, noise: Tensor, recalled: Recalled) -> Tensor:
        """Return the logits (B, T, W) of each step, given what `recall` says of those before it.

        Parameters
        ----------
        z, noise
            Codes (B, Z) and their noise levels (B,).
        recalled
            What `recall` gives.
        """
        features = self.step_features(z, noise)
        direct: Tensor = self.direct(features)
        return self._head(self.from_features(features) + recalled.hidden, recalled.last) + direct

    @torch.no_grad()
    def decode(
        self,
        z: Tensor,
        noise: Tensor,
        temperature: float | None = None,
        generator: torch.Generator | None = None,
        bias: Tensor | None = None,
        allowed: Tensor | None = None,
        leap_cost: float | Tensor = 0.0,
    ) -> Tensor:
        """Decode codes to tokens (B, T), step by step.

        Parameters
        ----------
        z, noise
            Codes (B, Z) and their noise levels (B,).
        temperature
            None takes the likeliest token.
        generator
            Source of chance at a temperature; None is torch's own.
        bias
            Added to the logits, (B, T, W).
        allowed
            Which pitches may start at each step, bool (T, 128). The chance of all others goes to
            these, so that a scale changes what is played, not when.
        leap_cost
            Logits that pitches an octave or more from the last note lose; for each code (B,), or for all.
        """
        hidden, direct = self._by_step(z, noise)
        if bias is not None:
            direct += bias.transpose(0, 1)
        if temperature is not None:
            uniform = torch.rand(direct.shape, generator=generator).clamp(1e-6, 1 - 1e-6)
            direct -= temperature * torch.log(-torch.log(uniform))
        return self._run_head(hidden, direct, allowed, torch.as_tensor(leap_cost))

    def _by_step(self, z: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the head gets from the code, (T, B, H), and straight to its logits, (T, B, W).

        Step by step, so that each step's numbers lie together.
        """
        features = self.step_features(z, noise).transpose(0, 1).contiguous()
        hidden = self.from_features(features)
        hidden += self.position[:, None]
        return hidden, self.direct(features)

    def _run_head(self, hidden: Tensor, direct: Tensor, allowed: Tensor | None, leap_cost: Tensor) -> Tensor:
        """Decide all steps in order; hidden (T, B, H) and direct (T, B, W) come from the features."""
        steps, batch, size = self.config.history_steps, hidden.shape[1], self.embed.embedding_dim
        # For each loop the embedded past, and behind it the pitch classes counted from the last note.
        memory = torch.cat([self.embed.weight[UNKNOWN].repeat(batch, steps), torch.zeros(batch, OCTAVE)], 1)
        tokens = torch.empty((len(hidden), batch), dtype=torch.long)
        notes, played = NotesBefore.none(batch), torch.zeros(batch, OCTAVE)
        silent = torch.ones(batch, dtype=torch.bool)
        leaps_cost = bool(leap_cost.any())
        for t in range(len(hidden)):
            inner = torch.addmm(hidden[t], memory, self.from_history.weight.T)
            logits = self._head(inner + self._of_notes(notes), notes.last)
            logits += direct[t]
            logits[:, NOTE_OFF].masked_fill_(silent, -torch.inf)
            if leaps_cost:
                logits[:, FIRST_PITCH:] -= leap_cost.reshape(-1, 1) * LEAPS[notes.last + 1]
            if allowed is not None:
                _keep_to(logits[:, FIRST_PITCH:], allowed[t])
            token = torch.argmax(logits, 1, out=tokens[t])
            starts = token >= FIRST_PITCH
            notes = notes.after(token, starts, played)
            memory = torch.cat([memory[:, size:-OCTAVE], self.embed.weight[token], notes.classes], 1)
            silent = ~starts & (silent | (token == NOTE_OFF))
        return tokens.T.contiguous()


class Recalled(NamedTuple):
    """What the head makes of the past: `hidden` (..., H), and the `last` pitch (...), -1 for none."""

    hidden: Tensor
    last: Tensor


class NotesBefore(NamedTuple):
    """The notes before a step.

    Parameters
    ----------
    last
        The last pitch (...), -1 before the first.
    reached
        How the last note and the one before it were reached: intervals of -12 to 12, clipped, plus
        12, and 25 where there is none; each (...).
    classes
        Which pitch classes were played, 1 or 0, counted upwards from that of the last, (..., 12).
    """

    last: Tensor
    reached: tuple[Tensor, Tensor]
    classes: Tensor

    @classmethod
    def none(cls, batch: int) -> NotesBefore:
        """Return what is before the first note of `batch` melodies."""
        no = torch.full((batch,), -1)
        nowhere = torch.full((batch,), REACHED - 1)
        return cls(no, (nowhere, nowhere), torch.zeros(batch, OCTAVE))

    def after(self, token: Tensor, starts: Tensor, played: Tensor) -> NotesBefore:
        """Return what is before the next step.

        Parameters
        ----------
        token
            What this step says, (B,).
        starts
            Where that starts a note, bool (B,).
        played
            The pitch classes played so far, (B, 12); brought up to date in place.
        """
        pitch = torch.where(starts, token - FIRST_PITCH, self.last)
        last, before = self.reached
        reached = torch.where(starts, _interval(pitch, self.last), last)
        earlier = torch.where(starts, last, before)
        rows = torch.nonzero(starts).flatten()
        played[rows, pitch[rows] % OCTAVE] = 1.0
        return NotesBefore(pitch, (reached, earlier), played.gather(1, CLASSES_FROM[pitch + 1]))


def _interval(pitch: Tensor, before: Tensor) -> Tensor:
    size = (pitch - before).clamp(-OCTAVE, OCTAVE) + OCTAVE
    return torch.where((before < 0) | (pitch < 0), REACHED - 1, size)


def notes_before(tokens: Tensor) -> NotesBefore:
    """Return the notes before each step of `tokens` (B, T); a step that is `UNKNOWN` hides only itself."""
    batch, steps = tokens.shape
    on = (tokens >= FIRST_PITCH) & (tokens < UNKNOWN)
    pitch = tokens - FIRST_PITCH
    count = on.cumsum(1) - on.long()
    # The pitches in order, from place 3 on; all steps without a note write to the last place.
    line = torch.full((batch, steps + 4), -1, device=tokens.device)
    line.scatter_(1, torch.where(on, count + 3, steps + 3), torch.where(on, pitch, -1))
    last, second, third = (line.gather(1, count + place) for place in (2, 1, 0))
    heard = F.one_hot(torch.where(on, pitch % OCTAVE, OCTAVE), OCTAVE + 1)[..., :OCTAVE].cumsum(1)
    played = (F.pad(heard, (0, 0, 1, -1)) > 0).float()
    reached = _interval(last, second), _interval(second, third)
    return NotesBefore(last, reached, played.gather(2, CLASSES_FROM[last + 1]))


def _keep_to(pitches: Tensor, allowed: Tensor) -> None:
    """Take pitches that are not `allowed` from the logits (B, 128); the likeliest stays as likely.

    What is played instead lies near, for a code that says its loop to the letter knows no second choice.
    """
    if not allowed.any():
        return
    before, wanted = pitches.max(-1, keepdim=True)
    pitches -= NEARNESS * (torch.arange(pitches.shape[-1]) - wanted).abs()
    pitches.masked_fill_(~allowed, -torch.inf)
    pitches += before - pitches.amax(-1, keepdim=True)


class LoudnessNet(nn.Module):
    """A conditional VAE of velocity given the tokens: (B, T) velocities in 0..1; `config` gives sizes."""

    def __init__(self, config: MelodyConfig) -> None:
        super().__init__()
        self.embed = nn.Embedding(TOKENS + 1, config.history_embedding)
        size, width = config.steps * config.history_embedding, config.dynamics_width
        self.posterior = ResidualMLP(size + config.steps, width, config.blocks, 2 * config.z_dynamics)
        self.prior = ResidualMLP(size, width, config.blocks, 2 * config.z_dynamics)
        self.decoder = ResidualMLP(size + config.z_dynamics, width, config.blocks, config.steps)

    def encode(self, tokens: Tensor, velocity: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean and log-variance (B, Z) of `tokens` (B, T) played at `velocity` (B, T)."""
        both = torch.cat([self.embed(tokens).flatten(1), velocity], 1)
        return mean_and_logvar(self.posterior(both))

    def expect(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean and log-variance (B, Z) that `tokens` (B, T) usually have."""
        return mean_and_logvar(self.prior(self.embed(tokens).flatten(1)))

    def decode(self, tokens: Tensor, z: Tensor) -> Tensor:
        """Return velocities (B, T) in 0..1 for every step, meant to be used at note-ons.

        `tokens` (B, T) are what is played, `z` (B, Z) how.
        """
        raw: Tensor = self.decoder(torch.cat([self.embed(tokens).flatten(1), z], 1))
        return torch.sigmoid(raw)


class MelodyNets(nn.Module):
    """The four networks of the melody model, saved as one set of weights; `config` gives their sizes."""

    def __init__(self, config: MelodyConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = TuneEncoder(config)
        self.decoder = TuneDecoder(config)
        self.dynamics = LoudnessNet(config)
        self.prior = FlowPrior(config.z_notes, config.prior_width, config.prior_blocks)
