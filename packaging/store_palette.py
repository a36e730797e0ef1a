"""Write the palettes that play while the models load; run after a new model is shipped."""

from pathlib import Path

import blender_app
from blender_app.core.melody_presets import (
    DEFAULT_BASS_CORNERS,
    DEFAULT_MELODY_CORNERS,
    melody_preset_named,
)
from blender_app.core.presets import DEFAULT_CORNERS, preset_named
from blender_app.core.stored_palette import StoredPalette, file_name

SIZE = 33
FOLDER = Path(blender_app.__file__).parent / "resources"


def main() -> None:
    """Decode the default corners' palettes and store them beside the code."""
    drums = blender_app.load_model("drums-2bar")
    corners = [preset_named(name).loop for name in DEFAULT_CORNERS]
    StoredPalette(drums.make_palette(corners).cells(SIZE, SIZE)).save(FOLDER / file_name("drums"))
    melody = blender_app.load_model("melody-2bar")
    for kind, names in (("bass", DEFAULT_BASS_CORNERS), ("melody", DEFAULT_MELODY_CORNERS)):
        tunes = [melody_preset_named(name).loop for name in names]
        StoredPalette(melody.make_palette(tunes).cells(SIZE, SIZE)).save(FOLDER / file_name(kind))


if __name__ == "__main__":
    main()
