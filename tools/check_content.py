"""`python -m tools.check_content`: print every fault of the content with its file and line."""

import sys
from collections.abc import Sequence
from pathlib import Path

from content.loader import load
from content.problems import ContentError

SHIPPED = Path(__file__).resolve().parent.parent / "content"


def main(arguments: Sequence[str] = ()) -> int:
    """Exit code 0 when the tree (by default the shipped one) can be loaded, else 1."""
    root = Path(arguments[0]) if arguments else SHIPPED
    try:
        library = load(root)
    except ContentError as error:
        for problem in error.problems:
            print(problem)
        print(f"{len(error.problems)} to mend in {root.name}/", file=sys.stderr)
        return 1
    facts = sum(len(topic.facts) for topic in library.topics.values())
    print(
        f"{root.name}/ is sound: {len(library.topics)} rights with {facts} facts, "
        f"{len(library.stops)} stops, {len(library.places)} places, "
        f"{len(library.categories)} categories of cases, {len(library.messages)} messages, "
        f"version {library.version}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
