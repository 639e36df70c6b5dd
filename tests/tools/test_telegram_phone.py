"""Phones of the test bench, and the ways an update takes to a bot: polling and webhook."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from aiohttp import web
from PIL import Image

from tools.telegram.bench import telegram_api

HEADER = {"X-Telegram-Bot-Api-Secret-Token": "s-1"}


@pytest.fixture(scope="module")
def shared():
    with telegram_api() as running:
        yield running


@pytest.fixture
def api(shared):
    shared.forget()
    return shared


@pytest.fixture
def phone(api):
    return api.phone(1001)


@pytest.fixture
def call(api):
    """Call a method as a bot does, synchronously; gives status and answer."""
    with httpx.Client(trust_env=False, timeout=20) as client:

        def ask(method, **params):
            answer = client.post(f"{api.base}/bot{api.token}/{method}", json=params)
            return answer.status_code, answer.json().get("result", answer.json())

        yield ask


class Webhook:
    """A bot's webhook that answers as it is told and keeps what it was sent."""

    def __init__(self):
        self.got = []
        self.at_once = self.most_at_once = 0
        self.statuses = []
        self.seconds = 0.0

    async def take(self, request):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.got.append((await request.json(), dict(request.headers)))
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def ids(self):
        return [update["update_id"] for update, _ in self.got]


@pytest.fixture
async def hook(api):
    """The webhook, set and answering."""
    webhook = Webhook()
    app = web.Application()
    app.router.add_post("/hook", webhook.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    about = {"url": url, "secret_token": next(iter(HEADER.values()))}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{api.base}/bot{api.token}/setWebhook", json=about)
    assert answer.status_code == 200
    yield webhook
    api.forget()
    await runner.cleanup()


async def taken(api):
    await asyncio.to_thread(api.waits_until_taken)


def picture():
    written = io.BytesIO()
    Image.new("RGB", (400, 300), "navy").save(written, "PNG")
    return written.getvalue()


def only(result):
    """The one update of an answer, without its id and kind."""
    (update,) = result[1]
    (kind,) = set(update) - {"update_id"}
    return kind, update[kind]


@pytest.mark.parametrize(
    ("does", "kind", "shows"),
    [
        (lambda p: p.says("Hello"), "message", {"text": "Hello"}),
        (
            lambda p: p.starts("s_7"),
            "message",
            {
                "text": "/start s_7",
                "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
            },
        ),
        (
            lambda p: p.sends_location(23.1, 113.3, live=True),
            "message",
            {"location": {"latitude": 23.1, "longitude": 113.3, "live_period": 900}},
        ),
        (
            lambda p: p.sends_contact("+4912345"),
            "message",
            {"contact": {"phone_number": "+4912345", "first_name": "Worker", "user_id": 1001}},
        ),
        (
            lambda p: p.sends_venue(1.0, 2.0, "Stop", "Road"),
            "message",
            {"location": {"latitude": 1.0, "longitude": 2.0}},
        ),
        (lambda p: p.posts_in_channel("News"), "channel_post", {"text": "News"}),
    ],
)
def test_what_a_worker_does_arrives_as_telegram_sends_it(phone, call, does, kind, shows):
    does(phone)

    got, body = only(call("getUpdates"))

    assert got == kind
    assert shows.items() <= body.items()
    assert body["message_id"] > 0
    assert body["date"] > 1_700_000_000
    if kind == "message":
        assert (body["from"]["id"], body["chat"]["type"]) == (1001, "private")


@pytest.mark.parametrize("kind", ["voice", "video", "sticker", "document"])
def test_other_files_arrive_with_an_id_that_can_be_fetched(api, phone, call, kind):
    data = b"%PDF-1.7"
    getattr(phone, f"sends_{kind}")(data, *(["report.pdf"] if kind == "document" else []))

    _, body = only(call("getUpdates"))
    _, file = call("getFile", file_id=body[kind]["file_id"])

    path = f"{api.base}/file/bot{api.token}/{file['file_path']}"
    assert httpx.get(path, trust_env=False).content == data
    if kind == "document":
        assert (body[kind]["file_name"], body[kind]["mime_type"]) == (
            "report.pdf",
            "application/pdf",
        )


def test_an_album_is_an_update_for_each_photo(phone, call):
    phone.sends_album([picture(), picture(), picture()], caption="three")

    _, updates = call("getUpdates")
    messages = [update["message"] for update in updates]

    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["three", None, None]
    assert len({message["photo"][-1]["file_id"] for message in messages}) == 3
    assert [size["width"] for size in messages[0]["photo"]] == [90, 320, 400]


def test_an_edit_keeps_the_message_id_and_gets_a_new_update_id(phone, call):
    phone.says("Helo").edits("Hello")

    first, second = call("getUpdates")[1]

    assert first["update_id"] < second["update_id"]
    assert second["edited_message"]["message_id"] == first["message"]["message_id"]
    assert (second["edited_message"]["text"], "edit_date" in second["edited_message"]) == (
        "Hello",
        True,
    )
    assert second["edited_message"]["from"]["id"] == 1001
    assert first["message"]["text"] == "Helo"


def test_in_a_group_the_chat_is_another_than_the_sender(api, call):
    api.phone(1001, group=True).says("Hello")

    _, body = only(call("getUpdates"))

    assert (body["chat"]["type"], body["chat"]["id"] < 0, body["from"]["id"]) == (
        "supergroup",
        True,
        1001,
    )


def test_who_blocks_the_bot_gets_nothing_until_he_unblocks(phone, call):
    phone.blocks()
    kind, body = only(call("getUpdates"))
    assert (kind, body["new_chat_member"]["status"]) == ("my_chat_member", "kicked")

    status, answer = call("sendMessage", chat_id=1001, text="Hello")
    assert (status, answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    phone.unblocks()
    assert call("sendMessage", chat_id=1001, text="Hello again")[0] == 200
    assert [message.text for message in phone.messages] == ["Hello again"]


def test_a_press_finds_the_newest_button_and_then_the_keys(phone, call):
    for n in (1, 2):
        rows = [[{"text": "More", "callback_data": f"more-{n}"}]]
        call("sendMessage", chat_id=1001, text="x", reply_markup={"inline_keyboard": rows})
    keys = {"keyboard": [[{"text": "Menu"}, "Help"]]}
    call("sendMessage", chat_id=1001, text="y", reply_markup=keys)

    phone.presses("More").presses("Help")

    pressed, said = call("getUpdates")[1]
    assert pressed["callback_query"]["data"] == "more-2"
    assert said["message"]["text"] == "Help"
    with pytest.raises(AssertionError, match=r"(?s)no button 'Nothing'.*\[More\].*worker: Help"):
        phone.presses("Nothing")


def test_waiting_sees_only_what_came_after_the_worker_did_something(api, phone, call):
    call("sendMessage", chat_id=1001, text="Old news")
    phone.says("Hello")
    with pytest.raises(AssertionError, match=r"(?s)no message with.*Old news.*worker: Hello"):
        phone.waits_for("news", seconds=0)

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(phone.waits_for, "new", lambda m: m.titles == [], seconds=10)
        api.waits(lambda: not waiting.done() or None, "it waits")
        call("sendMessage", chat_id=1001, text="Good news")
        assert waiting.result().text == "Good news"


def test_an_edit_of_an_older_message_is_waited_for_too(phone, call):
    _, sent = call("sendMessage", chat_id=1001, text="Searching")
    phone.says("Hello")
    call("editMessageText", chat_id=1001, message_id=sent["message_id"], text="Found")
    assert phone.waits_for("Found", seconds=0).edited


def test_an_update_can_come_three_times_by_polling(api, phone, call):
    phone.says("Once")
    (update,) = call("getUpdates")[1]
    after = update["update_id"] + 1

    api.again(update["update_id"], times=2)
    answers = [call("getUpdates", offset=after)[1] for _ in range(3)]

    assert answers == [[update], [update], []]
    assert [one["update_id"] for one in api.deliveries()] == [update["update_id"]] * 3


def test_a_newer_poll_ends_the_older_one(api, phone):
    def poll():
        path = f"{api.base}/bot{api.token}/getUpdates"
        return httpx.post(path, json={"timeout": 20}, trust_env=False, timeout=30)

    with ThreadPoolExecutor() as pool:
        older = pool.submit(poll)
        api.waits_for_call("getUpdates")
        newer = pool.submit(poll)
        assert older.result().json()["error_code"] == 409
        phone.says("Hello")
        assert newer.result().json()["result"][0]["message"]["text"] == "Hello"


def test_a_burst_of_500_updates_from_200_chats_comes_in_order_and_whole(api, call):
    chats = [{"id": 1 + n % 200, "type": "private", "first_name": "W"} for n in range(500)]
    made = api.updates(
        *(
            {"message": {"from": chat, "chat": chat, "text": str(n)}}
            for n, chat in enumerate(chats)
        )
    )
    got, offset = [], 0
    while batch := call("getUpdates", offset=offset)[1]:
        got += batch
        offset = batch[-1]["update_id"] + 1
    assert got == made
    assert api.pending() == []


def test_allowed_kinds_and_webhook_rules_hold(phone, call):
    phone.says("Hello").blocks()
    kinds = [set(update) for update in call("getUpdates", allowed_updates=["my_chat_member"])[1]]
    assert kinds == [{"update_id", "my_chat_member"}]
    assert call("setWebhook", url="http://example.org/hook")[0] == 400
    assert call("setWebhook", url="https://127.0.0.1:1/hook")[0] == 200
    assert call("getUpdates")[0] == 409
    assert call("getWebhookInfo")[1]["pending_update_count"] == 2
    assert call("deleteWebhook", drop_pending_updates=True)[0] == 200
    assert call("getUpdates", allowed_updates=[]) == (200, [])


async def test_a_webhook_gets_each_update_with_the_secret(api, phone, hook):
    phone.says_at_once("One", "Two").blocks()
    await taken(api)

    kinds = [next(k for k in update if k != "update_id") for update, _ in hook.got]
    assert sorted(kinds) == ["message", "message", "my_chat_member"]
    for _, headers in hook.got:
        assert HEADER.items() <= headers.items()
        assert headers["Content-Type"] == "application/json"


async def test_a_webhook_is_asked_again_until_it_takes_the_update(api, phone, hook):
    hook.statuses = [500, 403, 200]
    phone.says("Hello")
    await taken(api)

    assert hook.ids == [phone.updates[0]["update_id"]] * 3
    assert [one["status"] for one in api.deliveries()] == [500, 403, 200]


async def test_an_update_can_come_three_times_by_webhook(api, phone, hook):
    api.updates({"message": {"from": phone.user, "chat": phone.chat, "text": "x"}}, times=2)
    await taken(api)
    api.again(hook.ids[0])
    await taken(api)

    assert len(hook.ids) == 3
    assert len(set(hook.ids)) == 1


async def test_one_chat_is_posted_in_order_and_several_at_once(api, hook):
    hook.seconds = 0.02
    for n in range(3):
        api.phone(1 + n).says_at_once(*(str(i) for i in range(5)))
    await taken(api)

    texts = {}
    for update, _ in hook.got:
        texts.setdefault(update["message"]["chat"]["id"], []).append(update["message"]["text"])
    assert texts == {1 + n: ["0", "1", "2", "3", "4"] for n in range(3)}
    assert hook.most_at_once > 1
