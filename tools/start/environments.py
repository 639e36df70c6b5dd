"""Builds the two locked environments, and knows when one is finished, stale or half built.

Standard library only: `tools.bootstrap` imports it before anything is installed.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.start.machine import ROOT, Stopped, need_space, need_writable, run_logged
from tools.start.progress import Progress
from tools.start.pythons import TOOLS, find_python310, find_uv

# What uv or the system says, and the line of messages.toml that it means.
CAUSES = (
    (("No space left", "os error 28", "Disk quota", "os error 122"), "disk_full"),
    (("Hash mismatch", "hash mismatch"), "bad_hash"),
    (("Permission denied", "os error 13", "Read-only file system"), "root_not_writable"),
    (("invalid peer certificate",), "bad_certificate"),
    (("error sending request", "dns error", "Failed to fetch"), "no_network"),
    (("Network connectivity", "Connection refused", "timed out"), "no_network"),
)


@dataclass(frozen=True)
class Environment:
    """One locked environment: where it stands, what it holds, what it needs."""

    name: str  # its step in messages.toml is env_<name>
    folder: Path
    lock: Path
    gigabytes: float  # free space that building it takes, with the packages' cache
    find_python: Callable[[Path, Progress], Path]

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """Written last: an environment without it is half built."""
        return self.folder / "yizhan.stamp"

    def expected(self) -> str:
        """What the stamp says when the environment is finished and nothing changed since."""
        packages = sorted(
            path.name for path in self.folder.glob("lib/python*/site-packages/*-info")
        )
        parts = [str(self.folder), self.lock.read_text(encoding="utf-8"), *packages]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def is_half_built(self) -> bool:
        """It is not there, or set-up was ended in the middle of it."""
        return not (self.stamp.is_file() and os.access(self.python, os.X_OK))

    def is_ready(self) -> bool:
        """Nothing to do."""
        return not self.is_half_built and self.stamp.read_text(encoding="utf-8") == self.expected()


def _this_python(_uv: Path, _progress: Progress) -> Path:
    return Path(sys.executable)


APP = Environment("app", ROOT / ".venv", ROOT / "requirements/app.lock", 1.0, _this_python)
DEV = Environment("dev", ROOT / ".venv", ROOT / "requirements/dev.lock", 1.5, _this_python)
NLU = Environment("nlu", ROOT / ".venv-nlu", ROOT / "nlu/requirements.lock", 4.0, find_python310)


def prepare(wanted: list[Environment], progress: Progress) -> None:
    """Bring each environment to what its lock says; one that is so already costs nothing."""
    missing = [environment for environment in wanted if is_missing(environment)]
    if not missing:
        return
    need_writable(TOOLS, "root_not_writable")
    need_space(ROOT, sum(environment.gigabytes for environment in missing))
    uv = find_uv(progress)
    for environment in missing:
        _build(environment, uv, progress)


def is_missing(environment: Environment) -> bool:
    """Whether it must be built or brought up to date."""
    # The checks' environment holds all that the application needs, at the same versions.
    return not (environment.is_ready() or (environment is APP and DEV.is_ready()))


def _build(environment: Environment, uv: Path, progress: Progress) -> None:
    folder, python = environment.folder, environment.python
    half_built = environment.is_half_built
    if half_built:
        base = environment.find_python(uv, progress)
        shutil.rmtree(folder, ignore_errors=True)
    environment.stamp.unlink(missing_ok=True)
    with progress.step(f"env_{environment.name}"):
        if half_built:
            _run(environment, [uv, "venv", "--no-project", "--python", base, folder], progress)
        sync: list[str | Path] = [uv, "pip", "sync", "--require-hashes", "--python", python]
        _run(environment, [*sync, environment.lock], progress)
        environment.stamp.write_text(environment.expected(), encoding="utf-8")


def _run(environment: Environment, command: list[str | Path], progress: Progress) -> None:
    log = TOOLS / f"{environment.name}.log"
    code, lines = run_logged(command, log, heard=progress.detail)
    if code == 0:
        return
    said = "\n".join(lines)
    for signs, key in CAUSES:
        if any(sign in said for sign in signs):
            raise Stopped(key, where=environment.folder, log=log)
    reason = next((line for line in reversed(lines) if line.strip()), str(code)).strip()
    raise Stopped("env_failed", env=environment.folder.name, reason=reason, log=log)
