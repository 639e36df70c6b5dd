"""What the workers of a soak say and tap, as `tools/soak.words.txt` has it."""

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "soak.words.txt"
VERBS = frozenset(
    {"says", "answers", "taps", "photo", "is_at", "confirms", "joins", "leaves", "sends"}
)


@dataclass(frozen=True)
class Step:
    """One thing a worker does; `field` is set where what he says must be found later."""

    verb: str
    words: str = ""
    field: str | None = None


@dataclass(frozen=True)
class Script:
    """One way to hand in, or not to."""

    name: str
    steps: tuple[Step, ...]

    def numbered(self, number: int) -> "Script":
        """The script with the words of one intake."""
        steps = (Step(s.verb, _filled(s.words, number), s.field) for s in self.steps)
        return Script(self.name, tuple(steps))


def scripts(file: Path = FILE) -> tuple[Script, ...]:
    """All scripts, in their order. Raises ValueError naming a line that is none."""
    found: dict[str, list[Step]] = {}
    steps: list[Step] | None = None
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            steps = found.setdefault(line.strip("[]"), [])
        elif steps is None:
            raise ValueError(line)
        else:
            steps.append(_step(line))
    return tuple(Script(name, tuple(steps)) for name, steps in found.items())


def _step(line: str) -> Step:
    verb, _, words = line.partition(" ")
    if verb not in VERBS:
        raise ValueError(line)
    if verb != "answers":
        return Step(verb, words)
    field, _, said = words.partition(" ")
    return Step(verb, said, field)


def _filled(words: str, number: int) -> str:
    return words.replace("{nnnn}", f"{number:04}").replace("{n}", str(number))
