"""The map between the monotonic clock and the sound card's frames."""

from __future__ import annotations

import math
import random

import pytest

from blender_app.engine.audio_clock import AudioClock

RATE = 48000.0


def card(moment_s, period, ppm=0.0, start_s=100.0):
    """Return the frames rendered at a moment by a card that renders whole periods."""
    passed = (moment_s - start_s) * RATE * (1 + ppm * 1e-6)
    return (math.floor(passed / period) + 1) * period


def followed(period, ppm=0.0, seconds=30.0, seed=1):
    clock, chance = AudioClock(RATE), random.Random(seed)
    now_s, slips = 100.0, []
    while now_s < 100.0 + seconds:
        clock.observe(now_s, card(now_s, period, ppm))
        slips.append(clock.frame_at(now_s) - (now_s - 100.0) * RATE * (1 + ppm * 1e-6))
        now_s += chance.uniform(0.008, 0.012)
    return slips


@pytest.mark.parametrize("period", [64, 256, 1024])
def test_frame_ahead_is_never_rendered_already(period):
    clock, chance = AudioClock(RATE), random.Random(2)
    now_s = 100.0
    for _ in range(3000):
        clock.observe(now_s, card(now_s, period))
        if now_s > 100.3:  # the first few observations only begin to know the period
            assert clock.frame_at(now_s + 0.03) >= card(now_s, period)
        now_s += chance.uniform(0.005, 0.015)


@pytest.mark.parametrize("ppm", [-100.0, 0.0, 100.0])
def test_line_is_straight_from_beat_to_beat(ppm):
    slips = followed(256, ppm, seconds=60.0)[500:]  # after 5 s
    steps = [abs(after - before) for before, after in zip(slips, slips[50:], strict=False)]  # in 0.5 s
    assert max(steps) < 12  # frames


@pytest.mark.parametrize("ppm", [-100.0, 100.0])
def test_drifting_card_is_followed(ppm):
    slips = followed(256, ppm, seconds=240.0)
    # Behind by the 8 s of which the best counts and the 40 s of settling, and ahead by a period at most.
    assert -256 < slips[-1] < 256 + 256


def test_busy_machine_does_not_bend_the_line():
    clock, chance = AudioClock(RATE), random.Random(4)
    now_s, slips = 100.0, []
    while now_s < 140.0:
        late_s = chance.uniform(0.0, 0.015) if chance.random() < 0.95 else 0.0  # hardly ever in time
        clock.observe(now_s, card(now_s - late_s, 256))
        slips.append(clock.frame_at(now_s) - (now_s - 100.0) * RATE)
        now_s += chance.uniform(0.008, 0.012)
    slips = slips[500:]
    assert max(slips) - min(slips) < 32


def test_break_of_the_stream_is_followed_within_two_windows():
    clock = AudioClock(RATE)
    for index in range(1000):
        now_s = 100.0 + index * 0.01
        frames = card(now_s, 256) - (48000 if now_s > 105.0 else 0)  # a second was lost
        clock.observe(now_s, frames)
        if now_s > 107.1:
            assert abs(clock.frame_at(now_s) - frames) < 300


def test_first_observation_is_enough():
    clock = AudioClock(RATE)
    clock.observe(5.0, 64)
    assert clock.frame_at(5.0) == pytest.approx(64)
