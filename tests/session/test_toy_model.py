"""A third kind of model: registered in one place, it is loaded, decoded with and played like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

from blender_app import load_model
from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.errors import LoopweaveError, ModelError
from blender_app.latent.checkpoint import save_weights
from blender_app.latent.common import Known
from blender_app.latent.config import ModelConfig
from blender_app.latent.loop_model import LoopModel
from blender_app.latent.model_kinds import (
    ModelKind,
    kind_labelled,
    kind_made_of,
    kind_trained_as,
    register_kind,
    unregister_kind,
)
from blender_app.session.controller import Controller
from blender_app.session.performance import band_parts
from blender_app.session.requests import DecodeTarget, DiceRequest, LoopRequest, PaletteRequest, Space
from blender_app.session.session import Session, TrackKind, default_corners
from blender_app.session.worker import DecodeWorker
from blender_app.training.evaluate import evaluate


@dataclass(frozen=True, slots=True)
class ToyConfig(ModelConfig):
    z: int = 3


class ToyNets(nn.Module):
    """Loops to three numbers and back."""

    def __init__(self, config: ToyConfig) -> None:
        super().__init__()
        self.config = config
        cells = config.steps * VOICE_COUNT
        self.encoder, self.decoder = nn.Linear(cells, config.z), nn.Linear(config.z, cells)


class ToySpace:
    """Hits in -1 / +1, all of the same velocity."""

    def __init__(self, nets: ToyNets) -> None:
        self.nets, self.config = nets, nets.config

    def silence(self) -> Tensor:
        return torch.full((1, self.config.steps, VOICE_COUNT), -1.0)

    def content(self, loops: Sequence[DrumLoop]) -> Tensor:
        return torch.from_numpy(np.stack([loop.hits for loop in loops])).float() * 2.0 - 1.0

    def target_logits(self, content: Tensor) -> Tensor:
        return content

    def encode(self, content: Tensor) -> tuple[Tensor, Tensor]:
        mu = self.nets.encoder(content.flatten(1))
        return mu, torch.zeros_like(mu)

    def refine(self, content: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        return mu

    def _logits(self, codes: Tensor) -> Tensor:
        return self.nets.decoder(codes).view(len(codes), -1, VOICE_COUNT)

    def margin(self, codes: Tensor, content: Tensor) -> Tensor:
        return self._logits(codes) * content

    def decode(self, codes, noise, bias=None, allowed=None, temperature=None, generator=None) -> Tensor:
        logits = self._logits(codes) + (0.0 if bias is None else bias)
        if temperature is not None:
            uniform = torch.rand(logits.shape, generator=generator).clamp(1e-6, 1 - 1e-6)
            logits = logits - temperature * torch.logit(uniform)
        return torch.where(logits > 0, 1.0, -1.0)

    def sample(self, n, temperature, generator=None, allowed=None) -> Tensor:
        codes = torch.randn(n, self.config.z, generator=generator)
        return self.decode(codes, torch.ones(n), temperature=temperature, generator=generator)

    def base(self, codes: Tensor, steps: int) -> Tensor:
        return codes  # those of samples are N(0, I) as they are

    def from_base(self, points: Tensor, steps: int) -> Tensor:
        return points

    def onsets(self, content: Tensor) -> Tensor:
        return (content > 0).flatten(1).sum(1).float()

    def onset_logits(self) -> Tensor:
        return torch.ones(self.config.steps, VOICE_COUNT)

    def changed(self, before: Tensor, after: Tensor) -> Tensor:
        return (before != after).any(-1)

    def dynamics_code(self, loops: Sequence[DrumLoop], content: Tensor) -> Tensor:
        return content.new_zeros(len(content), 1)

    def usual_dynamics(self, content: Tensor) -> tuple[Tensor, Tensor]:
        return content.new_zeros(len(content), 1), content.new_zeros(len(content), 1)

    def dynamics(self, loops: Sequence[DrumLoop]) -> tuple[Tensor, Tensor]:
        content = self.content(loops)
        return torch.stack([content, content], -1), content > 0

    def played(self, content: Tensor, code: Tensor, known: Known | None = None) -> list[DrumLoop]:
        return [DrumLoop.from_hits(hits) for hits in (content > 0).numpy()]


class ToyModel(LoopModel[DrumLoop, ToySpace]):
    def _content(self, array) -> Tensor:
        return torch.from_numpy(np.asarray(array, np.bool_)).float() * 2.0 - 1.0

    def _to_array(self, content: Tensor) -> np.ndarray:
        return (content > 0).numpy()

    def _content_codes(self, z) -> Tensor:
        return torch.from_numpy(np.asarray(z, np.float32))


def toy_kind() -> ModelKind:
    names = {part: f"{__name__}:Toy{part.title()}" for part in ("config", "nets", "space", "model")}
    return ModelKind(label="toy", loops="drums", **names)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    register_kind(toy_kind())
    torch.manual_seed(5)
    save_weights(ToyNets(ToyConfig()), tmp_path / "toy", "toy")
    yield tmp_path / "toy"
    unregister_kind("toy")


def test_it_is_loaded_by_its_folder(folder: Path) -> None:
    model = load_model(folder)
    assert isinstance(model, ToyModel)
    assert (model.name, model.steps, len(model.hash)) == ("toy", 32, 16)
    hits = np.stack([loop.hits for loop in default_corners()])
    assert model.encode(hits).shape == (4, 3)
    assert model.palette(hits, 2, 2).tolist() == hits.reshape(2, 2, 32, VOICE_COUNT).tolist()
    assert model.interpolate(hits[:2], hits[2:], 3).shape == (3, 2, 32, VOICE_COUNT)
    assert model.sample(3, seed=1).tolist() == model.sample(3, seed=1).tolist()
    assert model.vary(default_corners()[0], 1.0, seed=2) != default_corners()[0]


def test_what_nobody_wrote_for_it_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="no judging toy models"):
        evaluate(folder, folder / "none.npz")
    with pytest.raises(LoopweaveError, match="no recipe for 'toy'; known are drums-2bar, melody-2bar"):
        kind_trained_as("toy")
    with pytest.raises(LoopweaveError, match="no recipe for ''"):
        kind_trained_as("")
    unregister_kind("toy")
    with pytest.raises(ModelError, match="not known here: 'toy'"):
        load_model(folder)
    with pytest.raises(ModelError, match="no kind of model 'toy'; known are drums, melody"):
        kind_labelled("toy")
    with pytest.raises(ModelError, match="ToyModel is part of no kind"):
        kind_made_of(ToyModel)


def test_the_worker_answers_with_it(folder: Path, qtbot: QtBot) -> None:
    name, drums = str(folder), DecodeTarget("drums")
    worker = DecodeWorker(load_model, lambda _kind: None)
    worker.start()
    space = Space(TrackKind.DRUMS, name, default_corners())
    with qtbot.waitSignal(worker.paletteReady, check_params_cb=lambda result: result.refined) as told:
        worker.request(PaletteRequest(drums, space, 3, 3))
    cells, expected = told.args[0].cells, load_model(folder).make_palette(default_corners())
    assert cells == expected.cells(3, 3)
    assert told.args[0].accuracy == expected.accuracy
    with qtbot.waitSignal(worker.loopReady) as told:
        worker.request(LoopRequest(drums, (0.5, 0.5)))
    assert told.args[0].loop == cells[1][1]
    with qtbot.waitSignal(worker.cornerReady) as told:
        worker.request(DiceRequest(drums, 0, TrackKind.DRUMS, name, 4))
    assert told.args[0].loop == load_model(folder).sample_loops(1, seed=4)[0]
    assert worker.close()


def test_a_track_plays_it(
    folder: Path,
    make_controller: Callable[..., Controller],
    qtbot: QtBot,
) -> None:
    session = Session(tracks=(replace(Session().track("drums"), model=str(folder)),))
    controller = make_controller(load_model=load_model, session=session)
    controller.start()
    middle = load_model(folder).make_palette(session.tracks[0].corners).cells(3, 3)[1][1]
    controller.place.move_puck(0.5, 0.5)
    qtbot.waitUntil(lambda: controller.playback.sounding == middle)
    assert controller.devices.status.model == str(folder)
    ((track, pattern),) = band_parts(controller.document.session, load_model)
    assert (track.name, pattern.notes) == ("drums", middle.to_notes())
