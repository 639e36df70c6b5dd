"""Pictures of figures as shapes with round numbers, which a template writes as SVG."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.figures import Line, Sketch

# Of the picture of arrivals, in its own units.
WIDTH, HEIGHT, LEFT, BELOW = 720, 200, 44, 24
TICKS = 4
LETTERS = 44  # that fit beneath the bars on a phone: eight days, or four with their hour
SIDE, MOST_SIDE = 480, 24  # of the sketch, and of one of its cells
LEVELS = 4


@dataclass(frozen=True)
class Box:
    """A rectangle, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    said: str = ""


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


def sketch(of: Sketch) -> tuple[int, int, tuple[Box, ...]]:
    """Width, height and cells of the sketch; darker ones have more cases."""
    side = max(4, min(MOST_SIDE, SIDE // max(of.rows, of.columns, 1)))
    most = max((cell.cases for cell in of.cells), default=1)
    cells = tuple(
        Box(
            cell.column * side,
            cell.row * side,
            side - 1,
            side - 1,
            f"c{_level(cell.cases, most)}",
            str(cell.cases),
        )
        for cell in of.cells
    )
    return of.columns * side, of.rows * side, cells


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
