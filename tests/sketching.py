"""Scenes of schematic maps for tests."""

from services.rest_stops.sketches import SketchScene, SketchStop
from services.turns import OpenState


def spot(
    lat: float, lon: float, number: int = 1, state: OpenState = "open", *, about: bool = False
) -> SketchStop:
    """A stop of a scene."""
    return SketchStop(number, lat, lon, about, state)


def scene(lat: float, lon: float, *stops: SketchStop, of_place: bool = False) -> SketchScene:
    """A scene around a point."""
    return SketchScene(lat, lon, of_place, stops)


SCENE = scene(22.79, 113.53, spot(22.795, 113.535))
