"""What a worker writes about himself and others is read by him, and by nobody else.

A new way out (an export, a page) becomes one more test here that asks `traces`.
"""

import io
import logging
import sys
from collections.abc import AsyncGenerator, Iterator

import httpx
import pytest
import structlog
from PIL import Image
from sqlalchemy import select

from bot.pipeline import Pipeline
from bot.rasa_client import RasaClient
from db.base import Base
from db.models import OutboxRow
from db.session import transaction
from kit.logging import set_up_logging
from services import cases
from services.masking import masker
from services.turns import Channel
from tests import pictures
from tests.bot.api import serving
from tests.canary import NAME, PHONE, SPOKEN, traces
from tests.console.conftest import app, built, reader, staff_at
from tests.console.reader import Reader
from tests.factories import add_staff
from tests.staffing import everything
from tests.testers.chat import PER_MINUTE, Chat, chat, library, on_sqlite
from tests.testers.worker import WorkerTester

__all__ = ["app", "built", "chat", "library", "reader", "staff_at"]

pytestmark = on_sqlite
# The words of a turn until it is answered, and what was answered, which is the worker's own.
OWN_WORDS = {"turns", "dialogues"}
both_channels = pytest.mark.parametrize("channel", ["web", "telegram"])


class Outside:
    """All that leaves the bot's process: what Rasa is told, and what is logged."""

    def __init__(self) -> None:
        self.to_rasa: list[str] = []
        self.log = io.StringIO()

    def answer(self, request: httpx.Request) -> httpx.Response:
        """As Rasa answers when it understood nothing."""
        self.to_rasa += [str(request.url), request.content.decode(), str(request.headers)]
        return httpx.Response(200, json=[])


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """Logging as a process sets it up, at its most talkative, into memory."""
    made = Outside()
    monkeypatch.setattr(sys, "stderr", made.log)
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    set_up_logging("test", "DEBUG")
    root.setLevel(logging.DEBUG)
    yield made
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
async def talking(chat: Chat, outside: Outside) -> AsyncGenerator[Chat]:
    """A chat whose Rasa is reached by the real client."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(outside.answer)) as http:
        rasa = RasaClient(http, "http://rasa", 2.0, masker(chat.library))
        chat.pipeline = Pipeline(
            chat.sessions, chat.library, chat.clock, rasa, per_minute=PER_MINUTE
        )
        yield chat


async def hands_in(chat: Chat, channel: Channel, words: str = SPOKEN[0]) -> str:
    """A worker hands in a suggestion full of canaries, with a photo, and his own name and number
    to be reached at; adds to it later; and another says that it is his matter too. Returns its
    code.
    """
    worker = await chat.newcomer(channel)
    for said in (words, "建议", f"{words}，蕉门公园北门多装几个换电柜"):
        await worker.says(said)
    await worker.sends_photo(pictures.photo())
    await to_the_summary(worker)
    await worker.presses("改地点")
    await worker.says(f"蕉门公园北门，{words}")
    await to_the_summary(worker)
    await worker.presses("改署名")
    await worker.says(f"{NAME} {PHONE}")
    await worker.presses("发送")
    code = str(worker.card("case")["code"])

    await worker.says("查我提的")
    await worker.presses("补充一件")
    await worker.says(f"{words}，晚上八点以后最缺")
    await worker.presses("发送")
    worker.sees("补进")

    other = await chat.newcomer(channel)
    for said in ("建议", f"{words}，蕉门公园北门的换电柜不够用，多装几个吧"):
        await other.says(said)
    await to_the_summary(other, "第1件，我也是")
    other.sees("加进", code)
    return code


async def to_the_summary(worker: WorkerTester, wanted: str = "发送") -> None:
    """Agree to what is proposed and skip what is asked, until this can be pressed."""
    while wanted not in worker.titles:
        ways = [title for title in ("对", "跳过") if title in worker.titles]
        await worker.presses((ways or worker.titles)[0])
    if wanted != "发送":
        await worker.presses(wanted)


@both_channels
@pytest.mark.parametrize("words", SPOKEN)
async def test_rasa_is_never_told(talking: Chat, outside: Outside, channel: Channel, words: str):
    await hands_in(talking, channel, words)
    assert len(outside.to_rasa) >= 9
    assert traces(outside.to_rasa) == []


@both_channels
@pytest.mark.parametrize("words", SPOKEN)
async def test_no_log_says_it(talking: Chat, outside: Outside, channel: Channel, words: str):
    await hands_in(talking, channel, words)
    structlog.get_logger().warning("canary_test", text=words)
    logging.getLogger("some.library").error("answered %s", words)
    logging.getLogger("some.library").error(words)
    logged = outside.log.getvalue()
    assert "canary_test" in logged
    assert traces([logged]) == []


@both_channels
async def test_no_stored_photo_holds_what_its_camera_noted(talking: Chat, channel: Channel):
    picture = pictures.photo()
    assert pictures.PHONE_NUMBER.encode() in picture
    await hands_in(talking, channel)
    [file] = talking.folder.rglob("*.jpg")
    stored = file.read_bytes()
    assert pictures.PHONE_NUMBER.encode() not in stored
    with Image.open(io.BytesIO(stored)) as image:
        assert dict(image.getexif()) == {}
        assert {"xmp", "comment", "icc_profile", "exif"}.isdisjoint(image.info)
    assert traces([file.name]) == []


async def pages(talking: Chat, reader: Reader, words: str) -> list[str]:
    """The console's pages that list or show cases, and the addresses they lead to."""
    codes = [await hands_in(talking, "web", words)]
    shown = [await reader.opens(path) for path in ("/cases", *(f"/cases/{c}" for c in codes))]
    return [text for page in shown for text in (page.answer.text, page.path, *page.links.values())]


@pytest.mark.parametrize("words", SPOKEN)
async def test_no_page_of_the_console_shows_it(talking: Chat, reader: Reader, words: str):
    assert traces(await pages(talking, reader, words)) == []


@both_channels
async def test_nothing_that_is_stored_holds_it_unsealed(talking: Chat, channel: Channel):
    """What is routed, compared and learned from; only what was told to its own worker is his."""
    await hands_in(talking, channel)
    async with transaction(talking.sessions) as session:
        for table in Base.metadata.sorted_tables:
            rows = [str(row) for row in await session.execute(select(table))]
            if table.name not in OWN_WORDS:
                assert traces(rows) == [], table.name


@both_channels
async def test_no_notice_repeats_it(talking: Chat, channel: Channel):
    code = await hands_in(talking, channel)
    async with transaction(talking.sessions) as session:
        reviewer = await add_staff(session)
        actor = everything(reviewer.id)
        await cases.take(session, talking.library, talking.clock, actor, code, step="take_up")
        rows = list(await session.scalars(select(OutboxRow)))
    assert len(rows) == 2  # to him who wrote it, and to him who joined
    assert traces(str(vars(row)) for row in rows) == []


async def test_no_figure_and_no_address_holds_it(talking: Chat, outside: Outside):
    addresses: list[str] = []

    async def note(request: httpx.Request) -> None:
        addresses.append(str(request.url))

    async with serving(talking, talking.pipeline) as api:
        api.client.event_hooks["request"].append(note)
        worker = api.worker()
        for words in ("建议", *SPOKEN, "发送"):
            await worker.says(words)
        figures = (await api.client.get("/metrics")).text
    assert "yizhan_turn_seconds" in figures
    assert traces([figures, outside.log.getvalue()]) == []
    assert traces(addresses) == []
