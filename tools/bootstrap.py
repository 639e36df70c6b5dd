"""The first step of every make target: prepare the locked environments it needs.

`python3 -m tools.bootstrap app nlu` with a bare Python 3.11 or newer; standard library only.
"""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tools.start.environments import APP, DEV, NLU, Environment, is_missing, prepare
from tools.start.machine import Stopped, need_writable
from tools.start.progress import Progress, explain, words
from tools.start.pythons import TOOLS

ENVIRONMENTS = {"app": APP, "dev": DEV, "nlu": NLU}
INTERRUPTED = 130


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    """Let only one set-up work in this clone; a second waits for the first to finish."""
    need_writable(TOOLS, "root_not_writable")
    with (TOOLS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say(words("steps", "env_wait"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _count_steps(wanted: list[Environment]) -> int:
    missing = [environment for environment in wanted if is_missing(environment)]
    return 1 + len(missing) + (NLU in missing and NLU.is_half_built)


def main() -> int:
    """Prepare the environments named on the command line."""
    wanted = [ENVIRONMENTS[name] for name in sys.argv[1:]]
    progress = Progress(_count_steps(wanted))
    try:
        with _alone(progress):
            prepare(wanted, progress)
    except Stopped as stopped:
        progress.say(explain(stopped))
        return 1
    except KeyboardInterrupt:
        progress.say(words("run", "interrupted"))
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
