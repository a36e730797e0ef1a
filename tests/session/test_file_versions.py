"""Files of earlier versions: they open, and sound the same to the byte of their exported MIDI."""

from __future__ import annotations

import hashlib
import json
import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.session import commands, export
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.file_versions import MIGRATIONS, from_1_to_2, from_2_to_3, migrated
from blender_app.session.files import VERSION, decode, encode
from blender_app.session.morphing import sweep_anchor
from blender_app.session.path import PathPlan, loop_pattern
from blender_app.session.session import Session, Source, Track

DATA = Path(__file__).parent / "data"
SAVED_2: list[dict[str, Any]] = json.loads(
    lzma.decompress((DATA / "version_2_sessions.json.xz").read_bytes())
)
"""Sessions saved by the last program of version 2, and the SHA-256 of each MIDI file it exported of them."""
BARS = 9


def opened(document: dict[str, Any]) -> Session:
    return decode(json.dumps(document), "x")


def palette_of(session: Session, track: Track, source: Source) -> CrossfadePalette:
    """Return what plays without a model."""
    request = commands.palette_request(session, track, source)
    assert request is not None
    return CrossfadePalette(request.space.anchors, request.space.key, request.space.user_edited)


def exports_of(session: Session, folder: Path) -> dict[str, str]:
    """Return the digests of palettes, morphs, corners, paths and band, as they were taken at the time."""
    found, parts = {}, []

    def write(name: str, music: export.Music) -> None:
        export.export_music(folder / "x.mid", music, session)
        found[name] = hashlib.sha256((folder / "x.mid").read_bytes()).hexdigest()

    for track in session.tracks:
        for source, rows, cols in (
            (Source.PALETTE, track.rows, track.cols),
            (Source.MORPH, 1, track.morph.steps if track.morph else 0),
        ):
            if cols:
                cells = palette_of(session, track, source).cells(rows, cols)
                name = "palette" if source is Source.PALETTE else "mixer"
                write(f"{track.name}, {name}", export.grid_music(cells, track))
        for index, corner in enumerate(track.corners):
            write(f"{track.name}, corner {index}", export.loop_music(corner, "corner", track))
        palette, path = palette_of(session, track, track.source), track.playing_path
        if path is None:
            pattern = loop_pattern(1, palette.at(np.array([track.place]))[0])
        else:
            mixer = track.morph if track.source is Source.MORPH else None
            plan = PathPlan(path, 0 if mixer is None else sweep_anchor(mixer, 0))
            loops = palette.at(plan.points())
            pattern = plan.pattern(1, loops)
            write(f"{track.name}, path", export.path_music(plan, loops, track))
        parts.append((track, pattern))
    music = export.band_music(parts, BARS * 16)
    if music.tracks:
        write("band", music)
    return found


@pytest.mark.parametrize("number", range(len(SAVED_2)))
def test_a_session_of_version_2_sounds_as_it_did(number: int, tmp_path: Path) -> None:
    saved = SAVED_2[number]
    assert saved["text"]["version"] == 2
    session = opened(saved["text"])
    assert exports_of(session, tmp_path) == saved["exported"]
    assert decode(encode(session), "x") == session


def test_all_that_a_version_2_file_says_is_kept() -> None:
    for saved in SAVED_2:
        old, new = saved["text"], json.loads(encode(opened(saved["text"])))
        assert new.pop("version") == VERSION == 3
        assert (new.pop("coupling"), new.pop("groove_amount")) == (old["link"], old["feel"])
        for track, before in zip(new["tracks"], old["tracks"], strict=True):
            assert track.pop("model") == ("drums-2bar" if before["kind"] == "drums" else "melody-2bar")
            assert track.pop("source") == {"mixer": "morph"}.get(before["source"], before["source"])
            assert track.pop("wander") == DEFAULT_WANDER
            morph, mixer = track.pop("morph"), before.pop("mixer")
            assert (morph is None) == (mixer is None)
            ends = [] if morph is None else zip(morph.pop("ends"), mixer.pop("ends"), strict=True)
            for loop, earlier in (*zip(track.pop("corners"), before.pop("corners"), strict=True), *ends):
                assert loop.pop("steps") == 32
                assert loop.pop("user_edited") == earlier.pop("drawn")
                assert loop == earlier
            assert morph == mixer
            assert track == {name: before[name] for name in track}
        for clip, before in zip(new.pop("clips"), old["clips"], strict=True):
            assert clip.pop("steps") == 32
            assert clip == before
        del new["tracks"]
        assert new == {name: old[name] for name in new}


def test_migrations_lead_from_each_version_to_the_newest() -> None:
    assert sorted(MIGRATIONS) == list(range(1, VERSION))
    first = json.loads((DATA / "version_1.blend.json").read_text())
    assert migrated(first, 1) == from_2_to_3(from_1_to_2(first))
    assert migrated(first, 2) == from_2_to_3(first)
    assert migrated(first, 3) == first


@pytest.mark.parametrize("migrate", MIGRATIONS.values())
def test_a_migration_changes_nothing_in_what_it_is_given(migrate: Any) -> None:
    for document in (json.loads((DATA / "version_1.blend.json").read_text()), SAVED_2[1]["text"]):
        before = json.dumps(document)
        migrate(document)
        assert json.dumps(document) == before


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"tracks": None, "clips": 3},
        {"tracks": [3, {"corners": 3, "mixer": [], "kind": []}], "clips": [[]]},
        {"tracks": [{"corners": [3], "mixer": {"ends": 7}, "source": 3, "kind": "gong"}]},
    ],
)
def test_what_is_damaged_stays_for_the_reader_to_tell(odd: dict[str, Any]) -> None:
    assert isinstance(from_2_to_3(odd), dict)
