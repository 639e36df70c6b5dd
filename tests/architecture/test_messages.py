"""Every message that the code names is written, and every written one is said somewhere."""

import pytest
import yaml

from tests.architecture import messages, tree

KNOWN = ("cases.sent", "cases.state_received", "workers.trade_rider", "form.ask_place")


def written():
    return {
        f"{name.removeprefix('content/messages/').removesuffix('.yml')}.{key}"
        for name in tree.named(".yml", under=("content/messages",))
        for key in yaml.safe_load(tree.read(name)) or {}
    }


@pytest.fixture(scope="module")
def named():
    templates = tree.named(".html", ".js", under=("bot", "console"))
    # Content names messages as well: step tables, the catalogue of intents.
    data = [
        name
        for name in tree.named(".yml", under=("content",))
        if not name.startswith("content/messages/")
    ]
    # The database layer says nothing to anybody; its "cases.id" is a column.
    code = [name for name in tree.python() if not name.startswith("db/")]
    return messages.read(tree.read_all([*code, *templates, *data]))


def test_every_message_that_is_named_is_written(named):
    faults = list(messages.unknown(named, written()))

    assert not faults, "\n".join(faults)


def test_every_written_message_is_said(named):
    faults = list(messages.unused(named, written()))

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "text",
    [
        "scene.say('cases.snet')",
        "raise NotFound('cases.gone', code=code)",
        "class TooLate(AppError):\n    key = 'cases.too_late'",
        "scene.say('cases.sent' if done else 'cases.lost')",
        "scene.say(f'cases.colour_{state}')",
    ],
)
def test_a_planted_unknown_key_is_found(text):
    assert list(messages.unknown(messages.read({"services/x.py": text}), KNOWN))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("services/x.py", "TASKS = {'cases.begin': begin}\nTask('cases.begin')"),
        ("services/x.py", "scene.say(f'cases.state_{state}')"),
        ("services/x.py", "read('cases.yml')"),
        ("services/x.py", "scene.say(f'{form.words}.ask_{field}')"),
        ("services/x.py", "log.info('stopped.early')"),
        ("console/templates/x.html", "{{ say('cases.sent') }}"),
    ],
)
def test_what_is_no_unknown_key_is_let_through(name, text):
    assert list(messages.unknown(messages.read({name: text}), KNOWN)) == []


def test_a_planted_unused_message_is_found():
    files = {
        "services/x.py": "TASKS = {'cases.sent': send}\nscene.say(f'{form.words}.ask_{field}')",
        "console/templates/x.html": "{{ say('workers.trade_rider') }}",
    }

    faults = list(messages.unused(messages.read(files), KNOWN))

    assert [fault.split()[0] for fault in faults] == ["cases.sent", "cases.state_received"]
