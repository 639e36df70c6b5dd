"""The four programs running under supervisord: start, wait until all are well, stop."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from kit.settings import Settings
from tools.start.machine import ROOT, Stopped, environment
from tools.start.programs import Program, programs, supervisor_config, surroundings

EXITED = re.compile(r"exited: (?P<name>\w+) \((?P<why>[^;)]*)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LOOK_EVERY = 0.2
FAILURES_BEFORE_GIVING_UP = 3
SECONDS_TO_STOP = 15


def last_line(log: Path) -> str:
    """The last thing a log says: most often why."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "?"
    plain = (COLOUR.sub("", line).strip() for line in reversed(lines))
    return next(filter(None, plain), "?")


class Stack:
    """A context manager: inside the block the programs run, after it none is left."""

    def __init__(
        self,
        wanted: tuple[Program, ...],
        data: Path,
        extra: Mapping[str, str],
        *,
        lock: int | None = None,
    ) -> None:
        self.programs = wanted
        self.logs = data / "logs"
        self.run = data / "run"
        self._surroundings = extra
        # supervisord inherits the data folder's lock: held until the last program is gone.
        self._lock = () if lock is None else (lock,)
        self._last_heard = ""
        self._exits: Counter[str] = Counter()
        self.on_exit: Callable[[str, str], None] = lambda _name, _why: None

    @classmethod
    def of(cls, settings: Settings, model: Path, *, lock: int | None = None) -> Self:
        """The stack that these settings describe."""
        data = settings.data_dir.resolve()
        return cls(programs(settings, model), data, surroundings(settings), lock=lock)

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        self.run.mkdir(parents=True, exist_ok=True)
        config = self.run / "supervisord.conf"
        config.write_text(supervisor_config(self.programs, self.run, self.logs), encoding="utf-8")
        self._supervisor = subprocess.Popen(
            [sys.executable, "-m", "tools.start.supervise", str(config)],
            cwd=ROOT,
            env=environment(self._surroundings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=self._lock,
            start_new_session=True,  # a terminal's Ctrl-C is for us; we stop them in order
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop all; after it no process of ours is left."""
        self.on_exit = lambda _name, _why: None
        self._supervisor.terminate()
        try:
            self._supervisor.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()  # The leashes kill the programs.
            self._supervisor.wait()
        self._listener.join()
        for pipe in (self._supervisor.stdin, self._supervisor.stdout):
            if pipe:
                pipe.close()

    def wait(self) -> None:
        """Wait for the supervisor itself to end, which it should not."""
        self._supervisor.wait()
        raise self.died()

    def died(self) -> Stopped:
        """What to say when the supervisor is gone without having been asked."""
        log = self.logs / "supervisord.log"
        return Stopped("supervisor_died", reason=self._last_heard, log=log)

    def pid(self, name: str) -> int:
        """The process id of one program."""
        return int((self.run / f"{name}.pid").read_text(encoding="ascii"))

    def kill(self, name: str) -> None:
        """Kill one program outright; the supervisor starts it again."""
        os.kill(self.pid(name), signal.SIGKILL)

    def wait_ready(
        self, seconds: float, detail: Callable[[list[str], list[str]], None] = lambda _a, _b: None
    ) -> None:
        """Wait until every program answers that it is well."""
        deadline = time.monotonic() + seconds
        ready: list[str] = []
        while True:
            waiting = [program for program in self.programs if program.name not in ready]
            ready += [program.name for program in waiting if is_well(program)]
            waiting = [program for program in self.programs if program.name not in ready]
            names = [program.name for program in waiting]
            if not names:
                return
            detail(ready, names)
            self._check(names)
            if time.monotonic() > deadline:
                log = self.logs / f"{names[0]}.log"
                raise Stopped(
                    "not_ready",
                    seconds=int(seconds),
                    names="、".join(names),
                    reason=last_line(log),
                    log=log,
                )
            time.sleep(LOOK_EVERY)

    def _check(self, waiting: list[str]) -> None:
        if self._supervisor.poll() is not None:
            raise self.died()
        for name in waiting:
            if self._exits[name] >= FAILURES_BEFORE_GIVING_UP:
                log = self.logs / f"{name}.log"
                raise Stopped("keeps_failing", name=name, reason=last_line(log), log=log)

    def _listen(self) -> None:
        for line in self._supervisor.stdout or ():
            self._last_heard = line.strip()
            found = EXITED.search(line)
            if found:
                self._exits[found["name"]] += 1
                self.on_exit(found["name"], found["why"])


def is_well(program: Program) -> bool:
    """Whether it answers 200 where it should. Never through a proxy."""
    connection = http.client.HTTPConnection(program.asked_at, program.port, timeout=2)
    try:
        connection.request("GET", program.health)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
