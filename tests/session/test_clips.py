"""The tuple of clips."""

from __future__ import annotations

import pytest

from blender_app.core.checks import MAX_NAME_LENGTH
from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.session import clips as shelf
from blender_app.session.session import MAX_CLIPS, Clip, TrackKind


def clip(name: str, kind: TrackKind = TrackKind.BASS) -> Clip:
    return Clip(name, kind, MelodyLoop.empty() if kind.is_melodic else DrumLoop.empty())


def names(clips: tuple[Clip, ...]) -> list[str]:
    return [one.name for one in clips]


THREE = (clip("One"), clip("Two"), clip("Three"))


def test_added_clips_go_to_the_end() -> None:
    assert names(shelf.added(THREE, clip("Four"))) == ["One", "Two", "Three", "Four"]


def test_a_name_that_is_taken_gets_the_next_number() -> None:
    clips = shelf.added(THREE, clip("Two"))
    clips = shelf.added(clips, clip("Two"))
    clips = shelf.added(clips, clip("Two 2"))
    assert names(clips) == ["One", "Two", "Three", "Two 2", "Two 3", "Two 4"]


def test_a_shelf_takes_as_many_as_there_can_be() -> None:
    full = tuple(clip(str(number)) for number in range(MAX_CLIPS))
    assert shelf.added(full, clip("x")) is full
    assert len(shelf.added(full[:-1], clip("x"))) == MAX_CLIPS


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("New", "New"),
        ("  New \n name ", "New name"),
        ("Two", "Two"),
        ("One", "One 2"),
        ("x" * 300, "x" * 120),
    ],
)
def test_renaming(typed: str, name: str) -> None:
    assert names(shelf.renamed(THREE, 1, typed)) == ["One", name, "Three"]


@pytest.mark.parametrize("typed", ["", "   "])
def test_an_empty_name_changes_nothing(typed: str) -> None:
    assert shelf.renamed(THREE, 1, typed) == THREE


def test_a_numbered_name_stays_short_enough() -> None:
    long = "x" * MAX_NAME_LENGTH
    clips = shelf.added(shelf.added((), clip(long)), clip(long))
    assert names(clips) == [long, "x" * (MAX_NAME_LENGTH - 2) + " 2"]


def test_a_clip_without_a_name_gets_one() -> None:
    assert names(shelf.added((), clip(" "))) == ["Clip"]


def test_removing() -> None:
    assert names(shelf.removed(THREE, 0)) == ["Two", "Three"]
    assert names(shelf.removed(THREE, 2)) == ["One", "Two"]


@pytest.mark.parametrize(
    ("index", "to", "order"),
    [
        (0, 2, ["Two", "Three", "One"]),
        (2, 0, ["Three", "One", "Two"]),
        (1, 1, ["One", "Two", "Three"]),
        (1, 9, ["One", "Three", "Two"]),
        (1, -4, ["Two", "One", "Three"]),
    ],
)
def test_moving(index: int, to: int, order: list[str]) -> None:
    assert names(shelf.moved(THREE, index, to)) == order


def test_bass_and_melody_share_their_clips_but_not_with_drums() -> None:
    fitting = {(one, other): shelf.fits(clip("x", one), other) for one in TrackKind for other in TrackKind}
    drums = TrackKind.DRUMS
    assert all(fits == ((one is drums) == (other is drums)) for (one, other), fits in fitting.items())
    assert any(fitting.values())


def test_a_numbered_name_counts_on_from_its_own_number() -> None:
    assert shelf.free_name((clip("One 7"),), "One 7") == "One 8"
    assert shelf.free_name((clip("One"),), "One") == "One 2"
    assert shelf.free_name((clip("One"), clip("One 2"), clip("One 3")), "One") == "One 4"
    assert shelf.free_name((), "  a \n b ") == "a b"
    assert shelf.free_name((), " ") == "Clip"
    long = "x" * MAX_NAME_LENGTH
    assert shelf.free_name((), long + "y") == long
    assert shelf.free_name((clip(long),), long) == long[:-2] + " 2"


def test_one_that_is_moved_stays_on_the_shelf() -> None:
    for to, order in (
        (-5, "Two One Three"),
        (0, "Two One Three"),
        (1, "One Two Three"),
        (2, "One Three Two"),
    ):
        assert names(shelf.moved(THREE, 1, to)) == order.split()
    assert names(shelf.moved(THREE, 0, 99)) == ["Two", "Three", "One"]
    assert names(shelf.removed(THREE, 1)) == ["One", "Three"]
    assert shelf.renamed(THREE, 1, "  ") is THREE
    assert names(shelf.renamed(THREE, 1, "Two")) == ["One", "Two", "Three"]
    assert names(shelf.renamed(THREE, 1, "Three")) == ["One", "Three 2", "Three"]
