"""Import-linter's contracts hold, and each breaks when its violation is planted."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture import tree

RUN = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
)
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads(tree.read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
]

# One module for each contract, which breaks it.
PLANTED = {
    "Calls go down": ("services/planted_up.py", "import console"),
    "Only services see tables and queries": ("bot/planted_query.py", "import db.models"),
    "Rasa SDK stays in actions": ("bot/planted_sdk.py", "import rasa_sdk"),
    "HTTP frameworks stay at the doors": ("tools/planted_http.py", "import fastapi"),
    "Rules know no transport": ("content/planted_http.py", "import httpx"),
    "Services form no cycle": ("services/planted_a.py", "import services.planted_b"),
    "Kit knows nobody": ("kit/planted_db.py", "import db.base"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's Python alone, so that a violation can be planted."""
    for name in ["pyproject.toml", *tree.python()]:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(tree.read(name))
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN], cwd=folder, capture_output=True, text=True, check=False
    )


def verdicts(output: str) -> dict[str, str]:
    return {
        name: line.removeprefix(name).split()[0]
        for line in output.splitlines()
        for name in CONTRACTS
        if line.startswith(f"{name} ")
    }


def test_the_contracts_hold(copy):
    done = lint(copy)

    assert verdicts(done.stdout) == dict.fromkeys(CONTRACTS, "KEPT"), done.stdout + done.stderr
    assert done.returncode == 0


def test_each_contract_breaks_when_its_violation_is_planted(copy):
    for name, text in [*PLANTED.values(), ("services/planted_b.py", "import services.planted_a")]:
        (copy / name).write_text(text)

    done = lint(copy)

    assert set(PLANTED) == set(CONTRACTS)
    assert verdicts(done.stdout) == dict.fromkeys(CONTRACTS, "BROKEN"), done.stdout + done.stderr
    assert done.returncode == 1
