"""Which tests pytest-xdist runs side by side: whole groups of them, the longest first.

A group is a test file, so what a file shares is built once. All that start a Rasa are one group:
two that start at once on two cores only wait for each other.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

RASA = ("tests/e2e/", "tests/nlu/", "tests/tools/test_compose.py")
# Begun first, so that at the end no process is alone with a long group.
LONG = (
    *RASA,
    "tests/tools/test_run_stack.py",
    "tests/telegram/",
    "tests/web/",
    "tests/tools/",
    "tests/console/",
)
REFUSED, NOT_RUN = "refused", "not run"
_NOTES = pytest.StashKey[dict[str, str]]()


class Groups(LoadScopeScheduling):
    """Hands each process the next group, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return "rasa" if nodeid.startswith(RASA) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Groups:
    """Use our groups, whatever `--dist` says, and not in the order of their sizes."""
    config.option.loadscopereorder = False
    return Groups(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    """Take over what an ended process had to say; one that crashed says nothing."""
    said = getattr(node, "workeroutput", {})
    if REFUSED in said:
        raise pytest.UsageError(said[REFUSED])
    if NOT_RUN in said:
        notes(node.config)[NOT_RUN] = said[NOT_RUN]


def notes(config: pytest.Config) -> dict[str, str]:
    """What remains to be said; it reaches the one process that writes to the screen."""
    if _is_part(config):
        return config.workeroutput  # type: ignore[attr-defined, no-any-return]
    return config.stash.setdefault(_NOTES, {})


def refuse(config: pytest.Config, items: list[pytest.Item], why: str) -> None:
    """Run nothing at all, and say why."""
    if not _is_part(config):
        raise pytest.UsageError(why)
    items.clear()
    notes(config)[REFUSED] = why


def arrange(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bring the long groups to the front; see that whatever starts a Rasa is in its group."""
    if not _is_part(config):
        return
    items.sort(key=_place)
    for item in items:
        starts_rasa = any(item.get_closest_marker(name) for name in ("rasa", "stack"))
        if starts_rasa and not item.nodeid.startswith(RASA):
            refuse(config, items, f"{item.nodeid} starts a Rasa: name its file in {__name__}.RASA")
            return


def _place(item: pytest.Item) -> int:
    return next((n for n, path in enumerate(LONG) if item.nodeid.startswith(path)), len(LONG))


def _is_part(config: pytest.Config) -> bool:
    """Whether this process runs a part of the tests for another one."""
    return hasattr(config, "workeroutput")
