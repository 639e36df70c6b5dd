"""One trained model, one running Rasa and one look inside it for all of these tests."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rasa_server import MODELS, PYTHON, FakeActions, Rasa, rasa_server
from tools.train_nlu import ROOT, rasa_command, train


@pytest.fixture(scope="session")
def model() -> Path:
    """The model of the present inputs."""
    return train(PYTHON, MODELS)[0]


@pytest.fixture(scope="session")
def actions() -> Iterator[FakeActions]:
    """The action server that Rasa calls."""
    with FakeActions() as listening:
        yield listening


@pytest.fixture(scope="session")
def rasa(actions: FakeActions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    """The real server."""
    with rasa_server(actions.port, tmp_path_factory.mktemp("rasa")) as running:
        yield running


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    """What `probe.py` finds out inside Rasa's own environment."""
    command = rasa_command(PYTHON, str(Path(__file__).with_name("probe.py")))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
