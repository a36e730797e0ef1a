"""Write the palettes that play while the models load; run after a new model is shipped."""

from pathlib import Path

import blender_app
from blender_app.core.kinds import TrackKind
from blender_app.core.stored_palette import StoredPalette, file_name

SIZE = 33
FOLDER = Path(blender_app.__file__).parent / "resources"


def main() -> None:
    """Decode the default corners' palettes and store them beside the code."""
    for kind in TrackKind:
        loops = {preset.name: preset.loop for preset in kind.spec.presets}
        corners = [loops[name] for name in kind.spec.default_corners]
        palette = blender_app.load_model(kind.spec.model).make_palette(corners)
        StoredPalette(palette.cells(SIZE, SIZE)).save(FOLDER / file_name(kind.value))


if __name__ == "__main__":
    main()
