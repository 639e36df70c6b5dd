"""Finds uv and a Python 3.10, or gets them.

Standard library only: `tools.bootstrap` imports it before anything is installed.
"""

import shutil
import sys
from pathlib import Path

from tools.start.machine import (
    ROOT,
    Stopped,
    answer,
    path_without_shims,
    pyenv_versions,
    run_logged,
    setting,
)
from tools.start.progress import Progress

TOOLS = ROOT / ".tools"
OWN_UV = TOOLS / "uv" / "bin" / "uv"
SETUP_LOCK = ROOT / "requirements" / "setup.lock"
NLU_VERSION = "3.10"

# Rasa needs these at import; a Python built without their libraries lacks them.
PROBE = "import ctypes, sqlite3, ssl, sys; print('%d.%d' % sys.version_info[:2])"


def find_uv(progress: Progress) -> Path:
    """The path of a uv that works: the caller's, ours, or one fetched with pip."""
    with progress.step("uv"):
        found = shutil.which("uv")
        for candidate in (found, OWN_UV):
            if candidate and answer([candidate, "--version"]):
                return Path(candidate)
        return _install_uv(progress)


def _install_uv(progress: Progress) -> Path:
    log = TOOLS / "uv.log"
    # --target needs no virtual environment, which a bare Debian Python cannot make.
    command: list[str | Path] = [*_python_with_pip(), "install", "--upgrade", "--no-deps"]
    command += ["--target", TOOLS / "uv", "--require-hashes", "--requirement", SETUP_LOCK]
    run_logged(command, log, heard=progress.detail)
    if not answer([OWN_UV, "--version"]):
        raise Stopped("no_uv", log=log)
    return OWN_UV


def _python_with_pip() -> list[str | Path]:
    for pip in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        if answer([*pip, "--version"]):
            return list(pip)
    # A Python that carries pip's wheel with it can unpack that.
    if answer([sys.executable, "-m", "venv", TOOLS / "pip"]) is not None:
        return [TOOLS / "pip" / "bin" / "python", "-m", "pip"]
    raise Stopped("no_uv", log="python3 -m pip --version")


def find_python310(uv: Path, progress: Progress) -> Path:
    """A Python 3.10: the setting, what uv finds, pyenv's, or uv's own download."""
    with progress.step("python310"):
        named = setting("NLU_PYTHON")
        if named:
            if not _is_310(Path(named)):
                raise Stopped("bad_python310", path=named)
            return Path(named)
        return _known(uv) or _pyenv() or _download(uv, progress)


def _known(uv: Path) -> Path | None:
    path = answer(
        [uv, "python", "find", "--no-project", "--system", "--no-python-downloads", NLU_VERSION],
        path_without_shims(),
    )
    return Path(path) if path and _is_310(Path(path)) else None


def _pyenv() -> Path | None:
    for folder in sorted(pyenv_versions().glob(f"{NLU_VERSION}.*"), reverse=True):
        python = folder / "bin" / "python"
        if _is_310(python):
            return python
    return None


def _download(uv: Path, progress: Progress) -> Path:
    run_logged(
        [uv, "python", "install", "--no-bin", NLU_VERSION],
        TOOLS / "python310.log",
        extra=path_without_shims(),
        heard=progress.detail,
    )
    found = _known(uv)
    if found is None:
        raise Stopped("no_python310", log=TOOLS / "python310.log")
    return found


def _is_310(python: Path) -> bool:
    return answer([python, "-I", "-c", PROBE]) == NLU_VERSION
