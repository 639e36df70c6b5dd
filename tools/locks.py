"""Compiles the hashed locks, and tells when one is stale: `python -m tools.locks check|compile`.

The check needs no network and never drifts: each lock's first line carries the hash of what it was
compiled from, and every requirement must be pinned, hashed and satisfied.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.start.machine import ROOT
from tools.start.progress import Progress
from tools.start.pythons import find_uv

HEADER = "# compiled from sha256:"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)", re.MULTILINE)
FOREIGN = re.compile(r"://|^\s*-|\s@\s", re.MULTILINE)  # an address, an option, a direct reference
HASHED = "    --hash=sha256:"


@dataclass(frozen=True)
class Lock:
    """One lock: what it is compiled from, for which Python, agreeing with which other lock."""

    source: Path
    python: str
    within: Path | None = None  # a lock whose pins this one must repeat
    keeps_pins: bool = True

    @property
    def path(self) -> Path:
        """The compiled file."""
        return self.source.with_suffix(".lock")

    def inputs(self) -> str:
        """The requirements as written, those it includes too."""
        return "\n".join(_read(self.source))

    def header(self) -> str:
        """The first line of an up-to-date lock."""
        return HEADER + hashlib.sha256(self.inputs().encode()).hexdigest()


def _read(source: Path) -> Iterator[str]:
    for raw in source.read_text(encoding="utf-8").splitlines():
        line = raw.split("#", 1)[0].strip()
        if line.startswith("-r "):
            yield from _read(source.parent / line.removeprefix("-r ").strip())
        elif line:
            yield line


APP = Lock(ROOT / "requirements/app.in", "3.11")
LOCKS = (
    APP,
    Lock(ROOT / "requirements/dev.in", "3.11", within=APP.path),
    Lock(ROOT / "requirements/setup.in", "3.11"),
    # uv 0.13 splits by platform differently when it prefers old pins: numpy would then differ
    # between operating systems. Rasa itself pins nearly all that is in here.
    Lock(ROOT / "nlu/requirements.in", "3.10", keeps_pins=False),
)


def problems(lock: Lock) -> list[str]:
    """What is wrong with one lock, a line each."""
    if not lock.path.is_file():
        return [f"{lock.path.name} is missing: run make lock"]
    text = lock.path.read_text(encoding="utf-8")
    found = []
    if text.split("\n", 1)[0] != lock.header():
        found.append(f"{lock.path.name} is older than {lock.source.name}: run make lock")
    body = text.replace(HASHED, "")
    found += [f"{lock.path.name} holds {hit[0].strip()!r}" for hit in FOREIGN.finditer(body)]
    pins = _pins(text)
    found += [problem for line in lock.inputs().splitlines() for problem in _unmet(line, pins)]
    found += [
        f"{lock.path.name}: {name} has no hash"
        for name in pins
        if not re.search(
            rf"^{re.escape(name)}\b[^\n]*\\\n{HASHED}", text, re.MULTILINE | re.IGNORECASE
        )
    ]
    if lock.within:
        found += _disagreements(pins, lock.within)
    return found


def _pins(text: str) -> dict[str, str]:
    return {canonicalize_name(hit["name"]): hit["version"] for hit in PIN.finditer(text)}


def _unmet(line: str, pins: dict[str, str]) -> Iterator[str]:
    requirement = Requirement(line)
    version = pins.get(canonicalize_name(requirement.name))
    if version is None:
        yield f"{line} is not pinned: run make lock"
    elif not requirement.specifier.contains(version, prereleases=True):
        yield f"{line} is pinned to {version}: run make lock"


def _disagreements(pins: dict[str, str], within: Path) -> list[str]:
    other = _pins(within.read_text(encoding="utf-8"))
    return [
        f"{name} is {version} in {within.name} and {pins.get(name)} beside it: run make lock"
        for name, version in other.items()
        if pins.get(name) != version
    ]


def compile_lock(lock: Lock, uv: Path) -> None:
    """Write the lock anew; most keep every pin that still fits."""
    if not lock.keeps_pins:
        lock.path.unlink(missing_ok=True)
    options = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    options += ["--python-version", lock.python, "--output-file", str(lock.path)]
    if lock.within:
        options += ["--constraints", str(lock.within)]
    subprocess.run([str(uv), "pip", "compile", *options, str(lock.source)], check=True)
    body = lock.path.read_text(encoding="utf-8")
    lock.path.write_text(f"{lock.header()}\n{body}", encoding="utf-8")


def main() -> int:
    """Check or compile all locks."""
    if sys.argv[1:] == ["compile"]:
        uv = find_uv(Progress(1))
        for lock in LOCKS:
            compile_lock(lock, uv)
    found = [problem for lock in LOCKS for problem in problems(lock)]
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
