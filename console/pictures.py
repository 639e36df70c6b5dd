"""Pictures of figures as shapes with round numbers, which a template writes as SVG."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.figures import Cell, Line, Sketch

# Of the picture of arrivals, in its own units.
WIDTH, HEIGHT, LEFT, BELOW = 720, 200, 44, 24
TICKS = 4
LETTERS = 44  # that fit beneath the bars on a phone: eight days, or four with their hour
SIDE, MOST_SIDE = 480, 24  # of the sketch, and of one of its cells
LEVELS = 4
MOST_TOLD = 20  # cells whose numbers stand beneath the sketch


@dataclass(frozen=True)
class Box:
    """A rectangle, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Mark:
    """A number or a day beside an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Bars:
    """Bars on a ground: suggestions below, hazards on top of them."""

    boxes: tuple[Box, ...]
    heights: tuple[Mark, ...]
    days: tuple[Mark, ...]


@dataclass(frozen=True)
class Cells:
    """The sketch: a path for the cells of each shade, as an office has a thousand cells; those
    with most cases by their numbers; how many others there are, and their cases.
    """

    width: int
    height: int
    shades: Mapping[str, str]
    busiest: tuple[Cell, ...]
    others: int
    others_cases: int


def day(label: str) -> str:
    """What stands below the bar of a day."""
    return f"{date.fromisoformat(label):%m-%d}"


def bars(
    lines: Sequence[Line],
    kinds: Sequence[str] = ("suggestion", "hazard"),
    below: Callable[[str], str] = day,
) -> Bars:
    """A bar for each line: its counts of these kinds on top of one another, and `below` of its
    label beneath some of them.
    """
    most = max((sum(line.counts.values()) for line in lines), default=0)
    top = _round_up(most)
    slot = (WIDTH - LEFT) / max(1, len(lines))
    boxes: list[Box] = []
    for number, line in enumerate(lines):
        x, floor = LEFT + number * slot, float(HEIGHT - BELOW)
        for kind in kinds:
            height = line.counts[kind] / top * (HEIGHT - BELOW - 10)
            if height:
                floor -= height
                boxes.append(
                    Box(
                        round(x + slot * 0.1, 1),
                        round(floor, 1),
                        round(slot * 0.8, 1),
                        round(height, 1),
                        kind,
                    )
                )
    heights = tuple(
        Mark(
            round(HEIGHT - BELOW - share / TICKS * (HEIGHT - BELOW - 10), 1),
            f"{top * share // TICKS}",
        )
        for share in range(TICKS + 1)
    )
    return Bars(tuple(boxes), heights, _beneath([below(line.label) for line in lines], slot))


def sketch(of: Sketch) -> Cells:
    """The sketch of cells; darker ones have more cases."""
    side = max(4, min(MOST_SIDE, SIDE // max(of.rows, of.columns, 1)))
    most = max((cell.cases for cell in of.cells), default=1)
    shades: dict[str, list[str]] = {}
    for cell in of.cells:
        drawn = f"M{cell.column * side} {cell.row * side}h{side - 1}v{side - 1}h{1 - side}z"
        shades.setdefault(f"c{_level(cell.cases, most)}", []).append(drawn)
    order = sorted(of.cells, key=lambda cell: -cell.cases)
    return Cells(
        of.columns * side,
        of.rows * side,
        {kind: "".join(shades[kind]) for kind in sorted(shades)},
        tuple(order[:MOST_TOLD]),
        len(order[MOST_TOLD:]),
        sum(cell.cases for cell in order[MOST_TOLD:]),
    )


def shares(lines: Sequence[Line], name: str = "arrived") -> Mapping[str, float]:
    """How long each line's bar is, of 100 for the longest."""
    most = max((line.counts[name] for line in lines), default=0) or 1
    return {line.label: round(line.counts[name] / most * 100, 1) for line in lines}


def _round_up(most: int) -> int:
    """The least of 4, 8, 20, 40, 80, 200 ... that is not below: quarters of it are whole."""
    top = TICKS
    while top < most:
        top = top * 5 // 2 if str(top)[0] == "8" else top * 2
    return top


def _level(cases: int, most: int) -> int:
    return min(LEVELS, cases * LEVELS // (most + 1) + 1)


def _beneath(labels: Sequence[str], slot: float) -> tuple[Mark, ...]:
    longest = max(map(len, labels), default=1)
    step = max(1, -(-len(labels) // (LETTERS // longest)))
    return tuple(
        Mark(round(LEFT + (number + 0.5) * slot, 1), labels[number])
        for number in range(0, len(labels), step)
    )
