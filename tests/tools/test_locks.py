"""The locks are up to date, and the gate notices when one is not."""

from pathlib import Path

import pytest

from tools.locks import HASHED, LOCKS, Lock, problems

HASH = HASHED + "0" * 64


@pytest.fixture
def lock(tmp_path):
    """A small lock that is as it should be."""
    (tmp_path / "base.in").write_text("alpha[extra]>=1,<2  # why\n")
    source = tmp_path / "all.in"
    source.write_text("# a remark\n-r base.in\nbeta\n")
    made = Lock(source, "3.11")
    write(made, "alpha==1.5", "beta==2 ; sys_platform == 'linux'")
    return made


def write(lock: Lock, *pins: str) -> None:
    body = "\n".join(f"{pin} \\\n{HASH}" for pin in pins)
    lock.path.write_text(f"{lock.header()}\n{body}\n")


@pytest.mark.parametrize("ours", LOCKS, ids=lambda lock: lock.path.name)
def test_ours_are_up_to_date(ours):
    assert problems(ours) == []


def test_a_good_lock_passes(lock):
    assert problems(lock) == []


def test_a_changed_requirement_makes_it_stale(lock):
    lock.source.write_text(lock.source.read_text().replace("beta", "beta>1"))
    assert problems(lock) == ["all.lock is older than all.in: run make lock"]


def test_a_change_in_an_included_file_makes_it_stale(lock, tmp_path):
    (tmp_path / "base.in").write_text("alpha>=1\n")
    assert problems(lock) == ["all.lock is older than all.in: run make lock"]


def test_a_changed_remark_does_not(lock):
    lock.source.write_text(lock.source.read_text().replace("a remark", "another"))
    assert problems(lock) == []


def test_a_missing_pin_is_named(lock):
    write(lock, "alpha==1.5")
    assert problems(lock) == ["beta is not pinned: run make lock"]


def test_a_pin_outside_its_bounds_is_named(lock):
    write(lock, "alpha==2.0", "beta==2")
    assert problems(lock) == ["alpha[extra]>=1,<2 is pinned to 2.0: run make lock"]


def test_a_missing_hash_is_named(lock):
    lock.path.write_text(
        lock.path.read_text().replace(f"beta==2 ; sys_platform == 'linux' \\\n{HASH}", "beta==2")
    )
    assert problems(lock) == ["all.lock: beta has no hash"]


@pytest.mark.parametrize(
    "line", ["--index-url https://example.org/simple", "beta @ file:///x", "-e ."]
)
def test_an_address_or_option_is_refused(lock, line):
    lock.path.write_text(lock.path.read_text() + line + "\n")
    assert problems(lock) != []


def test_a_missing_lock_is_named(lock):
    lock.path.unlink()
    assert problems(lock) == ["all.lock is missing: run make lock"]


def test_two_locks_must_agree(lock, tmp_path):
    inner = Lock(tmp_path / "base.in", "3.11")
    write(inner, "alpha==1.4")
    outer = Lock(lock.source, "3.11", within=Path(inner.path))
    assert problems(outer) == ["alpha is 1.4 in base.lock and 1.5 beside it: run make lock"]
