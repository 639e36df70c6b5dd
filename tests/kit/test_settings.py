"""Settings: what is read from the environment, and how a wrong one is told."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from kit.settings import Settings


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"YIZHAN_{name.upper()}", raising=False)


def test_the_defaults_need_nothing():
    settings = Settings()

    assert settings.host == "127.0.0.1"
    assert make_url(settings.database).drivername == "sqlite+aiosqlite"
    assert settings.content_dir.is_dir()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://a:b@db/yizhan", "postgresql+psycopg://a:b@db/yizhan"),
        ("postgres://a@db/yizhan", "postgresql+psycopg://a@db/yizhan"),
        ("postgresql+psycopg://a@db/yizhan", "postgresql+psycopg://a@db/yizhan"),
        ("sqlite:///here.db", "sqlite+aiosqlite:///here.db"),
        ("sqlite+aiosqlite:////there/x.db", "sqlite+aiosqlite:////there/x.db"),
    ],
)
def test_a_database_url_is_given_its_driver(monkeypatch, given, used):
    monkeypatch.setenv("YIZHAN_DATABASE_URL", given)

    assert Settings().database == used


@pytest.mark.parametrize("folder", ["plain", "with space", "数据 100%"])
def test_the_database_file_lies_in_the_data_folder(tmp_path, folder):
    settings = Settings(data_dir=tmp_path / folder)

    assert make_url(settings.database).database == str(tmp_path / folder / "yizhan.db")


def test_the_data_folder_may_be_relative(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = Settings(data_dir=Path("data"))

    assert make_url(settings.database).database == str(tmp_path / "data" / "yizhan.db")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bot_port", "0"),
        ("bot_port", "65536"),
        ("console_port", "eight thousand"),
        ("rasa_timeout", "-1"),
        ("turns_per_minute", "0"),
        ("log_level", "LOUD"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch, name, value):
    monkeypatch.setenv(f"YIZHAN_{name.upper()}", value)

    with pytest.raises(ValidationError, match=name):
        Settings()


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("YIZHAN_DATABASE_URL", "")
    monkeypatch.setenv("YIZHAN_BOT_PORT", "")

    assert Settings() == Settings(bot_port=8000, database_url=None)


def test_the_level_may_be_written_in_small_letters(monkeypatch):
    monkeypatch.setenv("YIZHAN_LOG_LEVEL", "debug")

    assert Settings().log_level == "DEBUG"


def test_a_password_does_not_show(monkeypatch):
    monkeypatch.setenv("YIZHAN_DATABASE_URL", "postgresql://yizhan:hunter2@db/yizhan")

    assert "hunter2" not in f"{Settings()!r} {Settings()}"


def test_addresses_follow_the_ports():
    settings = Settings(rasa_port=15005, console_port=18001)

    assert settings.rasa == "http://127.0.0.1:15005"
    assert settings.console == "http://127.0.0.1:18001"


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Settings().bot_port = 1
