"""Write the palette that plays while the model loads; run after a new model is shipped."""

from pathlib import Path

import blender_app
from blender_app.core.presets import DEFAULT_CORNERS, PRESETS
from blender_app.core.stored_palette import StoredPalette, file_name

SIZE = 33


def main() -> None:
    """Decode the default corners' palette and store it beside the code."""
    loops = {preset.name: preset.loop for preset in PRESETS}
    palette = blender_app.load_model("drums-2bar").make_palette([loops[name] for name in DEFAULT_CORNERS])
    target = Path(blender_app.__file__).parent / "resources" / file_name("drums")
    StoredPalette(palette.cells(SIZE, SIZE)).save(target)


if __name__ == "__main__":
    main()
