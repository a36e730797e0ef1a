"""The training loop on a toy: what is logged, kept and counted, on a clock of the test's own."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from blender_app.core.errors import FileError
from blender_app.training import loop
from blender_app.training.loop import Schedule, Stage, run_stage

SCHEDULE = Schedule(steps=6, minutes=5.0, rate=0.1, final_rate=0.01, warmup_steps=2, average=0.5)


class Clock:
    """A clock that goes on by three seconds whenever someone looks."""

    now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 3.0
        return self.now_s


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(loop.time, "monotonic", clock)
    return clock


def stage_of(schedule: Schedule = SCHEDULE, seed: int = 1) -> Stage:
    """Return a stage whose loss is its number of steps so far."""
    net = nn.Linear(2, 1)

    def loss_of(rng: np.random.Generator, _: float) -> tuple[Tensor, Mapping[str, float]]:
        return net.weight.sum() * 0.0 + net.bias.sum() * 0.0 + stage.step, {"drawn": rng.random()}

    def validate() -> Mapping[str, float]:
        assert not torch.is_grad_enabled()
        torch.testing.assert_close(net.weight.detach(), stage.averaged[0])
        return {"held_out": 7.0}

    stage = Stage("toy", net, loss_of, validate, schedule, seed)
    return stage


def rows_of(folder: Path) -> list[dict[str, float]]:
    with (folder / "toy.csv").open(newline="") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def test_a_log_has_means_since_the_last_row(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    run_stage(stage_of(replace(SCHEDULE, save_every_s=6.0)), folder, progress=False)
    rows = rows_of(folder)
    # A step takes three seconds, the first six, for the clock is looked at twice before it; a row is
    # written when more than six have passed, and at the end.
    assert [row["step"] for row in rows] == [3, 6]
    assert [row["minutes"] for row in rows] == pytest.approx([12 / 60, 21 / 60])
    assert [row["loss"] for row in rows] == [1.0, 4.0]
    assert [row["held_out"] for row in rows] == [7.0, 7.0]
    drawn = np.random.default_rng(1).random(6).reshape(2, 3).mean(1)
    assert [row["drawn"] for row in rows] == pytest.approx(drawn, rel=1e-5)


def test_a_rows_numbers_have_six_digits_and_the_names_come_once(tmp_path: Path) -> None:
    run_stage(stage_of(replace(SCHEDULE, save_every_s=6.0)), tmp_path, progress=False)
    longer = stage_of(replace(SCHEDULE, steps=8, save_every_s=60.0))
    run_stage(longer, tmp_path, progress=False)
    assert (longer.step, longer.elapsed_s) == (8, 30.0)
    lines = (tmp_path / "toy.csv").read_text().splitlines()
    assert lines[0] == "step,minutes,loss,drawn,held_out"
    assert [line.split(",")[0] for line in lines[1:]] == ["3", "6", "8"]
    assert lines[1].split(",")[3] == f"{np.random.default_rng(1).random(3).mean():.6g}"
    run_stage(stage_of(), tmp_path, progress=False)  # done already: no step more
    assert len((tmp_path / "toy.csv").read_text().splitlines()) == len(lines)


def test_a_training_ends_by_the_clock(tmp_path: Path) -> None:
    stage = stage_of(replace(SCHEDULE, steps=1000, minutes=0.25))
    run_stage(stage, tmp_path, progress=False)
    assert (stage.step, stage.elapsed_s) == (4, 15.0)
    assert (tmp_path / "toy.ckpt").exists()
    assert [row["step"] for row in rows_of(tmp_path)] == [4]


def test_a_stage_ends_with_its_averaged_weights(tmp_path: Path) -> None:
    stage = stage_of(replace(SCHEDULE, weight_decay=0.5))
    run_stage(stage, tmp_path, progress=False)
    current = torch.load(tmp_path / "toy.ckpt", weights_only=True)["parameters"]
    for parameter, averaged, last in zip(stage.parameters, stage.averaged, current, strict=True):
        assert torch.equal(parameter, averaged)
        assert parameter.ndim == 1 or not torch.equal(parameter, last)


def test_a_bar_is_shown_where_it_is_wanted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_stage(stage_of(), tmp_path / "quiet", progress=False)
    assert "toy" not in capfd.readouterr().err
    run_stage(stage_of(), tmp_path / "shown")
    shown = capfd.readouterr().err
    assert "toy 100%" in shown
    assert "held_out 7" in shown


def test_what_is_saved_is_what_goes_on(tmp_path: Path) -> None:
    stage = stage_of()
    for _ in range(3):
        stage.advance()
    stage.elapsed_s = 2.5
    stage.save(tmp_path / "toy.ckpt")
    expected = torch.rand(3), stage.rng.random(3)
    other = stage_of(seed=9)
    other.load(tmp_path / "toy.ckpt")
    assert (other.step, other.elapsed_s) == (3, 2.5)
    assert torch.equal(torch.rand(3), expected[0])
    np.testing.assert_array_equal(other.rng.random(3), expected[1])
    assert not list(tmp_path.glob("*.part"))


def test_checkpoints_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"cannot write the checkpoint .*toy\.ckpt"):
        stage_of().save(tmp_path / "nowhere" / "toy.ckpt")


def test_batches_and_networks_chances_come_from_the_seed() -> None:
    first, again, other = (stage_of(seed=seed) for seed in (4, 4, 5))
    drawn = [stage.advance()["drawn"] for stage in (first, again, other)]
    assert drawn[0] == drawn[1] == np.random.default_rng(4).random() != drawn[2]
    stage_of(seed=4)
    chance = torch.rand(1)
    torch.manual_seed(4)
    assert torch.equal(chance, torch.rand(1))


def test_steps_are_adams_with_a_short_memory() -> None:
    stage = stage_of()
    assert stage.optimiser.defaults["betas"] == (0.9, 0.98)
    assert stage.optimiser.param_groups[1]["betas"] == (0.9, 0.98)


def test_networks_that_are_held_still_are_not_trained() -> None:
    net = nn.Linear(2, 1)
    net.bias.requires_grad_(False)
    stage = Stage("toy", net, lambda _rng, _progress: (net.weight.sum(), {}), dict, SCHEDULE, 1)
    assert [parameter is net.weight for parameter in stage.parameters] == [True]
    before = net.bias.clone()
    stage.advance()
    assert torch.equal(net.bias, before)
