"""Pictures of figures: what is drawn of many cells, and what is told of them in numbers."""

import re

from console import pictures
from services.figures import Cell, Sketch


def sketch_of(counts: list[int]) -> pictures.Cells:
    cells = tuple(Cell(number // 30, number % 30, count) for number, count in enumerate(counts))
    return pictures.sketch(Sketch(-(-len(counts) // 30), 30, cells, 0, 0))


def test_every_cell_is_drawn_once_in_the_shade_of_its_cases():
    drawn = sketch_of([5] * 400 + [1_000])
    assert list(drawn.shades) == ["c1", "c4"]
    corners = {kind: re.findall(r"M(\d+) (\d+)h", path) for kind, path in drawn.shades.items()}
    assert [len(corners[kind]) for kind in ("c1", "c4")] == [400, 1]
    assert len(set(corners["c1"])) == 400
    assert all(int(x) < drawn.width and int(y) < drawn.height for x, y in corners["c1"])


def test_the_busiest_cells_are_told_and_all_others_together():
    counts = [5 + number * 7 % 101 for number in range(90)]
    drawn = sketch_of(counts)
    told = [cell.cases for cell in drawn.busiest]
    assert told == sorted(counts, reverse=True)[: len(told)]
    assert (len(told) + drawn.others, sum(told) + drawn.others_cases) == (90, sum(counts))


def test_without_cells_nothing_is_drawn():
    drawn = sketch_of([])
    assert (drawn.busiest, drawn.shades, drawn.others) == ((), {}, 0)
