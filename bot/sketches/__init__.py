"""Schematic maps of a few stops, drawn by us."""

from bot.sketches.drawing import draw
from bot.sketches.showing import Sketches
from bot.sketches.tiles import Tiles

__all__ = ["Sketches", "Tiles", "draw"]
