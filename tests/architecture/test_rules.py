"""The rules hold for the whole project, and each finds what it is there to find."""

import pytest

from kit.settings import Settings
from tests.architecture import rules, tree

TEXT = (".py", ".md", ".toml", ".yml", ".yaml", ".html", ".js", ".css", ".json", ".txt", ".in")
TEXT += (".lock", ".sh", ".ini", ".cfg", ".csv", ".mako", "Makefile", "Dockerfile", ".ci/run")
READMES = ("README.md", "README.zh-CN.md")


def models():
    return tree.named(".py", under=("db/models",))


def own_python_and_scripts():
    return tree.named(".py", ".js", under=(*tree.CODE, "nlu", "tests"))


def all_text():
    return [name for name in tree.files() if name.endswith(TEXT) or "Dockerfile" in name]


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        (rules.no_commit, tree.python),
        (rules.imports_at_the_doors, tree.python),
        (rules.no_chinese, tree.python),
        (rules.nothing_built_at_import, tree.python),
        (rules.narrow_excepts, tree.python),
        (rules.short_files, own_python_and_scripts),
        (rules.loud_relationships, models),
        (rules.no_host_or_place, all_text),
    ],
    ids=lambda value: value.__name__,
)
def test_the_project_keeps_the_rule(rule, where):
    looked_at = tree.read_all(where())
    assert looked_at

    faults = [fault for name, text in looked_at.items() for fault in rule(name, text)]

    assert not faults, f"{rule.__doc__}\n" + "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (rules.no_commit, "services/cases/intake.py", "async def f(s):\n    await s.commit()"),
        (rules.no_commit, "services/x.py", "async def f(s):\n    await s.rollback()"),
        (rules.no_commit, "services/x.py", "from db.session import Sessions, transaction"),
        (rules.imports_at_the_doors, "bot/render.py", "import telegram.ext"),
        (rules.imports_at_the_doors, "bot/pipeline.py", "from starlette.requests import Request"),
        (rules.imports_at_the_doors, "services/x.py", "def f():\n    from fastapi import FastAPI"),
        (rules.imports_at_the_doors, "bot/web/app.py", "from rasa_sdk import Action"),
        (rules.no_chinese, "bot/x.py", "def f():\n    return '请再发一次'"),
        (rules.no_chinese, "bot/x.py", "def f(n):\n    return f'第{n}个'"),
        (rules.no_chinese, "services/rights.py", "PLACE = '广东'"),
        (rules.nothing_built_at_import, "bot/x.py", "import httpx\nclient = httpx.AsyncClient()"),
        (rules.nothing_built_at_import, "db/x.py", "class A:\n    e = create_async_engine('x')"),
        (rules.nothing_built_at_import, "bot/x.py", "def f(settings=Settings()):\n    pass"),
        (rules.nothing_built_at_import, "console/x.py", "if True:\n    app = FastAPI()"),
        (rules.narrow_excepts, "services/x.py", "try:\n    f()\nexcept Exception:\n    pass"),
        (rules.narrow_excepts, "services/x.py", "try:\n    f()\nexcept:\n    pass"),
        (rules.narrow_excepts, "bot/x.py", "try:\n    f()\nexcept (OSError, Exception):\n    g()"),
        (rules.narrow_excepts, "bot/x.py", "with suppress(Exception):\n    f()"),
        (
            rules.narrow_excepts,
            "actions/base.py",
            "try:\n    f()\nexcept Exception:\n    g()\ntry:\n    f()\nexcept Exception:\n    g()",
        ),
        (rules.short_files, "services/x.py", "x = 1\n" * 301),
        (rules.short_files, "tests/db/test_x.py", "x = 1\n" * 401),
        (rules.loud_relationships, "db/models/x.py", "a = relationship(back_populates='b')"),
        (rules.loud_relationships, "db/models/x.py", "a = orm.relationship(lazy='selectin')"),
        (
            rules.no_host_or_place,
            "requirements/x.lock",
            "--index-url https://pypi." + "org/simple",
        ),
        (rules.no_host_or_place, "docs/x.md", "see /" + "work/main/kit"),
        (rules.no_host_or_place, "Makefile", "DATA := '/" + "root/data'"),
    ],
)
def test_a_planted_fault_is_found(rule, name, text):
    assert list(rule(name, text))


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (rules.no_commit, "bot/pipeline.py", "async def f(s):\n    await s.commit()"),
        (rules.imports_at_the_doors, "bot/telegram/app.py", "import telegram"),
        (rules.imports_at_the_doors, "bot/web/app.py", "from fastapi import FastAPI"),
        (rules.no_chinese, "bot/x.py", '"""驿站 in a docstring."""\n# 注释\nX = "plain"'),
        (rules.no_chinese, "content/x.py", 'FIRST = "\\u4e00"'),
        (rules.no_chinese, "services/rights.py", "PLACE = '全国'"),
        (rules.nothing_built_at_import, "bot/x.py", "def f():\n    return FastAPI()"),
        (rules.nothing_built_at_import, "bot/x.py", "f = lambda: FastAPI()"),
        (rules.nothing_built_at_import, "bot/x.py", "if __name__ == '__main__':\n    Settings()"),
        (rules.narrow_excepts, "actions/base.py", "try:\n    f()\nexcept Exception:\n    g()"),
        (
            rules.narrow_excepts,
            "tools/x.py",
            "try:\n    f()\nexcept BaseException:\n    g()\n    raise",
        ),
        (rules.narrow_excepts, "bot/x.py", "try:\n    f()\nexcept OSError:\n    pass"),
        (rules.short_files, "services/x.py", "x = 1\n" * 300),
        (rules.loud_relationships, "db/models/x.py", "a = relationship(lazy='raise')"),
        (
            rules.no_host_or_place,
            "docs/x.md",
            "https://example.org/tmp/x and ./tmp/x and tests/tmp/x",
        ),
    ],
)
def test_what_is_allowed_is_let_through(rule, name, text):
    assert list(rule(name, text)) == []


def test_the_list_of_readers_of_chinese_has_no_idle_entry():
    for name, words in rules.READERS_OF_CHINESE.items():
        assert name in tree.python(), f"{name} is gone: take it off the list"
        for word in words:
            assert word in tree.read(name), f"{name} no longer says {word}"


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_is_documented(readme):
    assert readme in tree.files()

    assert list(rules.documented_settings(list(Settings.model_fields), tree.read(readme))) == []


def test_an_undocumented_setting_is_found():
    faults = list(rules.documented_settings(["host", "bot_port"], "| `YIZHAN_BOT_PORT` | 8000 |"))

    assert faults == ["YIZHAN_HOST is not in the table of settings"]
