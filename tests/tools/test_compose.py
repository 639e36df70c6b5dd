"""docker-compose.yml is sound, and each of its services' commands really serves, without Docker.

Docker's own `compose config` reads the file; then every command runs as a process of this machine
in its environment, with only what a container changes put back: hosts, ports, folders, Python.
"""

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest

from kit.settings import Settings
from tests import postgres
from tests.stack import MODELS, free_ports
from tools.start.environments import NLU
from tools.start.machine import ROOT, environment
from tools.train_nlu import train

OURS = ("actions", "rasa", "bot", "console")
PORTS = {"actions": "5055", "rasa": "5005", "bot": "8000", "console": "8001"}
SECONDS = 240


@pytest.fixture(scope="module")
def services() -> dict[str, dict]:
    """The services when nothing but the password is set."""
    return config({f"YIZHAN_{name.upper()}": "" for name in Settings.model_fields})


def config(extra: Mapping[str, str] = MappingProxyType({})) -> dict[str, dict]:
    """The file as Docker understands it; wrong keys and values make it fail here."""
    done = subprocess.run(
        [Path(sys.executable).with_name("docker-compose"), "config", "--format", "json"],
        cwd=ROOT,
        env=environment({"YIZHAN_POSTGRES_PASSWORD": "secret", **extra}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["services"]


def test_it_holds_all_parts(services):
    assert set(services) == {"postgres", "migrate", *OURS}


def test_the_bot_alone_is_told_of_telegram(monkeypatch):
    named = [f"YIZHAN_{name.upper()}" for name in Settings.model_fields if "telegram" in name]
    for name in named:
        monkeypatch.setenv(name, f"the {name}")
    told = {
        name: [value for key, value in service.get("environment", {}).items() if key in named]
        for name, service in config().items()
    }
    assert {name for name, values in told.items() if values} == {"bot"}
    assert told["bot"] == [f"the {name}" for name in sorted(named)]


def test_without_telegram_the_bot_has_its_usual_settings(services, monkeypatch):
    for name, value in services["bot"]["environment"].items():
        monkeypatch.setenv(name, value)
    usual = Settings.model_fields["telegram_api_base"].default
    assert (Settings().telegram_token, Settings().telegram_api_base) == (None, usual)


def test_nothing_has_more_rights_than_it_needs(services):
    for name in ("migrate", *OURS):
        service = services[name]
        assert not service.get("privileged")
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_chat_and_console_are_published_and_on_this_machine_only(services):
    published = {
        name: service["ports"] for name, service in services.items() if "ports" in service
    }
    assert set(published) == {"bot", "console"}
    assert all(port["host_ip"] == "127.0.0.1" for ports in published.values() for port in ports)


def test_without_a_password_it_does_not_start():
    done = subprocess.run(
        [Path(sys.executable).with_name("docker-compose"), "config", "--quiet"],
        cwd=ROOT,
        env=environment({"YIZHAN_POSTGRES_PASSWORD": ""}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "YIZHAN_POSTGRES_PASSWORD" in done.stderr


@pytest.mark.parametrize("name", ["app", "rasa"])
def test_the_images_install_from_our_locks_and_copy_what_exists(name):
    lines = (ROOT / f"docker/{name}.Dockerfile").read_text().splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY ")]
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert all((ROOT / path).exists() for path in copied)
    assert all(f"!{path}" in ignore or f"!{path.split('/')[0]}" in ignore for path in copied)
    assert any("--require-hashes -r" in line for line in lines)
    assert next(line for line in lines if line.startswith("FROM")).startswith("FROM python:3.1")


class Machine:
    """This machine in the place of the containers: the same commands, other places."""

    def __init__(self, services: dict[str, dict], data: Path, database: str) -> None:
        self.services = services
        ports = free_ports(len(PORTS))
        self.ports = {name: str(port) for name, port in zip(PORTS, ports, strict=True)}
        model, _ = train(NLU.python, MODELS)
        self._places = {
            services["bot"]["environment"]["YIZHAN_DATABASE_URL"]: database,
            "/data": str(data),
            "models/yizhan.tar.gz": str(model),
            "http://rasa:": "http://127.0.0.1:",
            services["bot"]["environment"]["YIZHAN_HOST"]: "127.0.0.1",
            **{PORTS[name]: port for name, port in self.ports.items()},
        }

    def command(self, service: str, words: list[str]) -> list[str]:
        """A command of the container as it runs here."""
        python, *rest = [self._here(word) for word in words]
        assert python == "python"
        return [str(NLU.python if service == "rasa" else sys.executable), *rest]

    def surroundings(self, service: str) -> dict[str, str]:
        """Its environment."""
        given = self.services[service]["environment"]
        return environment({name: self._host(self._here(value)) for name, value in given.items()})

    def _here(self, text: str) -> str:
        for there, here in self._places.items():
            text = text.replace(there, here)
        return text

    def _host(self, text: str) -> str:
        return "127.0.0.1" if text in self.services else text

    def run(self, service: str, words: list[str]) -> subprocess.CompletedProcess:
        """Run a command of a service to its end."""
        return subprocess.run(
            self.command(service, words),
            env=self.surroundings(service),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def serving(self, service: str, log: Path) -> Iterator[subprocess.Popen]:
        """Run its command until the block ends, as `docker compose up` and `stop` do."""
        with log.open("w") as output:
            process = subprocess.Popen(
                self.command(service, self.services[service]["command"]),
                env=self.surroundings(service),
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)  # Docker's own patience
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def database(tmp_path) -> Iterator[str]:
    """PostgreSQL where there is one; it is what the file says."""
    if postgres.why_unreachable() is not None:
        yield f"sqlite+aiosqlite:///{tmp_path / 'yizhan.db'}"
        return
    with postgres.fresh_database() as url:
        yield url


@pytest.mark.rasa
@pytest.mark.stack
def test_each_command_serves_and_its_health_check_agrees(services, tmp_path, database):
    machine = Machine(services, tmp_path, database)
    migrated = machine.run("migrate", services["migrate"]["command"])
    assert migrated.returncode == 0, migrated.stderr
    logs = {name: tmp_path / f"{name}.log" for name in OURS}
    with ExitStack() as running:
        started = {
            name: running.enter_context(machine.serving(name, log)) for name, log in logs.items()
        }
        deadline = time.monotonic() + SECONDS
        for name, process in started.items():
            kind, *check = services[name]["healthcheck"]["test"]
            assert kind == "CMD"
            while machine.run(name, check).returncode:
                assert process.poll() is None, f"{name}: {logs[name].read_text()}"
                assert time.monotonic() < deadline, f"{name}: {logs[name].read_text()}"
                time.sleep(0.5)


def test_health_checks_ask_the_port_that_the_service_listens_on(services):
    for name in OURS:
        assert f":{PORTS[name]}/" in shlex.join(services[name]["healthcheck"]["test"])
