"""Where the models that come with the program are: package data in an installed wheel, `models/` in a checkout."""

from __future__ import annotations

from pathlib import Path

from metadata_digger.errors import ModelError

DEFAULT = "nanodet-coco80"
PACKAGE = Path(__file__).resolve().parents[1]
PLACES = (PACKAGE / "bundled" / "models", PACKAGE.parents[1] / "models")


def bundled_model(name: str = DEFAULT) -> Path:
    """The folder of a bundled model; raises ModelError when this installation has none of that name."""
    places = [place / name for place in PLACES]
    for place in places:
        if (place / "model.toml").is_file():
            return place
    raise ModelError(f"the bundled model {name} is missing from this installation; looked in {places[0]}, {places[1]}")


def bundled_names() -> list[str]:
    """The names of all of them, sorted."""
    return sorted({card.parent.name for place in PLACES for card in place.glob("*/model.toml")})
