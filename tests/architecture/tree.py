"""The files of the project, as the rules of the house look at them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("kit", "db", "content", "services", "actions", "bot", "console", "tools")


@cache
def files() -> tuple[str, ...]:
    """Every file that is committed or would be: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return tuple(sorted(name for name in set(listed) if name and (ROOT / name).is_file()))


def named(*endings: str, under: tuple[str, ...] = ()) -> list[str]:
    """The files with these endings, in these folders or anywhere."""
    folders = tuple(f"{folder}/" for folder in under)
    return [
        name
        for name in files()
        if name.endswith(endings) and (not folders or name.startswith(folders))
    ]


def python() -> list[str]:
    """The Python of the application: no tests, nothing of Rasa's own project."""
    return named(".py", under=CODE)


@cache
def read(name: str) -> str:
    """The text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def read_all(names: list[str]) -> dict[str, str]:
    """The texts of several files by their names."""
    return {name: read(name) for name in names}
