"""The four programs of a running Yizhan: how each is started, and how it says that it is well."""

import configparser
import getpass
import ipaddress
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from kit.settings import Settings
from tools.start.environments import NLU
from tools.start.machine import LEASH, ROOT


@dataclass(frozen=True)
class Program:
    """One supervised process."""

    name: str
    command: tuple[str, ...]
    host: str
    port: int
    health: str
    stop_signal: str = "TERM"

    @property
    def port_setting(self) -> str:
        """The environment variable that moves its port."""
        return f"YIZHAN_{self.name.upper()}_PORT"

    @property
    def asked_at(self) -> str:
        """The host under which this machine reaches it."""
        try:
            everywhere = ipaddress.ip_address(self.host).is_unspecified
        except ValueError:  # a name
            everywhere = False
        return "localhost" if everywhere else self.host


def programs(settings: Settings, model: Path) -> tuple[Program, ...]:
    """All four, in the order in which they are shown."""
    python = sys.executable
    host, actions_host = settings.host, settings.actions_host
    return (
        Program("bot", (python, "-m", "bot"), host, settings.bot_port, "/readyz"),
        Program("console", (python, "-m", "console"), host, settings.console_port, "/readyz"),
        Program(
            "actions", (python, "-m", "actions"), actions_host, settings.actions_port, "/health"
        ),
        Program(
            "rasa",
            _rasa(settings.rasa_port, model),
            "127.0.0.1",
            settings.rasa_port,
            "/",
            stop_signal="KILL",  # it keeps nothing, and takes 6 s to end when asked
        ),
    )


def _rasa(port: int, model: Path) -> tuple[str, ...]:
    # Its REST channel asks nobody who he is: never on another address than this machine's own.
    command = f"-m nlu.run_rasa run -i 127.0.0.1 -p {port} --endpoints nlu/endpoints.yml"
    command += " --credentials nlu/credentials.yml --model"
    return (str(NLU.python), *command.split(), str(model))


def surroundings(settings: Settings) -> dict[str, str]:
    """What the programs must find in their environment to read these same settings."""
    explicit = {name: getattr(settings, name) for name in settings.model_fields_set}
    explicit |= {"data_dir": settings.data_dir.resolve()}
    explicit |= {name: getattr(settings, name) for name in ("actions_host", "actions_port")}
    shown = {
        f"YIZHAN_{name.upper()}": value.get_secret_value()
        if isinstance(value, SecretStr)
        else str(value)
        for name, value in explicit.items()
        if value is not None
    }
    return shown | {
        "PYTHONWARNINGS": "ignore",  # Rasa's old libraries would fill the log
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def supervisor_config(wanted: tuple[Program, ...], run: Path, logs: Path) -> str:
    """The configuration file for supervisord, which restarts each program by itself."""
    config = configparser.RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "pidfile": _escape(run / "supervisord.pid"),
        "logfile": _escape(logs / "supervisord.log"),
        "directory": _escape(ROOT),
    }
    if os.geteuid() == 0:  # Without a name supervisord warns that it stays root.
        config["supervisord"]["user"] = getpass.getuser()
    # One group, so that all are told to stop at once.
    config["group:yizhan"] = {"programs": ",".join(program.name for program in wanted)}
    for program in wanted:
        command = (sys.executable, "-I", "-S", str(LEASH), str(run / f"{program.name}.pid"))
        config[f"program:{program.name}"] = {
            "command": _escape(shlex.join(command + program.command)),
            "autorestart": "true",
            "startsecs": "2",
            "startretries": "100000",
            "stopsignal": program.stop_signal,
            "stopwaitsecs": "6",
            "stopasgroup": "true",
            "killasgroup": "true",
            "redirect_stderr": "true",
            # supervisor 4.3 expands this one twice.
            "stdout_logfile": _escape(_escape(logs / f"{program.name}.log")),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "3",
        }
    lines: list[str] = []
    for section in config.sections():
        lines += [f"[{section}]", *(f"{key}={value}" for key, value in config.items(section)), ""]
    return "\n".join(lines)


def _escape(value: str | Path) -> str:
    return str(value).replace("%", "%%")
