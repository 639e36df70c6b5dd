"""A shared position as words that a reviewer can read."""

from services import gazetteer
from services.geo import to_wgs84
from services.scene import Scene
from services.turns import Position

BESIDE_M = 1_000
# Four decimals of a degree are eleven metres: near enough to find what is broken.
DECIMALS = 4


def in_words(scene: Scene, position: Position) -> str:
    """The place beside it, if one is known, and the coordinates."""
    inside = to_wgs84(position)
    point = f"{inside.lat:.5f},{inside.lon:.5f}"
    beside = gazetteer.nearest(scene.library, inside, BESIDE_M)
    if beside is None:
        return scene.say("form.position", point=point)
    return scene.say("form.position_beside", place=beside.place.name, point=point)


def rounded(position: Position) -> tuple[float, float]:
    """Latitude and longitude in WGS-84, as they are kept with a case."""
    inside = to_wgs84(position)
    return round(inside.lat, DECIMALS), round(inside.lon, DECIMALS)
