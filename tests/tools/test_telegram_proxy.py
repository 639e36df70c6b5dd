"""The Bot API of the test bench, driven by a real python-telegram-bot."""

import io
from contextlib import asynccontextmanager

import aiogram
import pytest
from PIL import Image
from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from tools.telegram.bench import telegram_api

BUTTONS = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("Open now", callback_data="open"),
            InlineKeyboardButton("All", callback_data="all"),
        ],
        [InlineKeyboardButton("Map", url="https://example.org/map?x=1&y=2")],
    ]
)
KEYS = ReplyKeyboardMarkup(
    [[KeyboardButton("Where I am", request_location=True), "Menu"]], resize_keyboard=True
)


def picture(side=800):
    written = io.BytesIO()
    Image.new("RGB", (side, side // 2), "navy").save(written, "JPEG")
    return written.getvalue()


@pytest.fixture(scope="module")
def shared():
    with telegram_api() as running:
        yield running


@pytest.fixture
def api(shared):
    """The bench with nothing left of the test before."""
    shared.forget()
    return shared


@pytest.fixture(autouse=True)
def _durations(monkeypatch):
    # Otherwise python-telegram-bot warns of its next version at each RetryAfter.
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def phone(api):
    return api.phone(1001)


@asynccontextmanager
async def bot_of(api, token=None, seconds=5.0):
    request = HTTPXRequest(
        connection_pool_size=8, read_timeout=seconds, httpx_kwargs={"trust_env": False}
    )
    bot = ExtBot(
        token or api.token,
        base_url=f"{api.base}/bot",
        base_file_url=f"{api.base}/file/bot",
        request=request,
        get_updates_request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
    )
    async with bot:
        yield bot


@pytest.fixture
async def bot(api):
    async with bot_of(api) as made:
        yield made


async def test_the_bot_knows_its_name_and_sends_a_text_with_buttons(api, bot, phone):
    assert bot.username == "yizhan_test_bot"

    sent = await bot.send_message(
        1001, "<b>A &amp; B</b>", parse_mode="HTML", reply_markup=BUTTONS, protect_content=True
    )

    assert (sent.text, sent.from_user.id, sent.date.year > 2020) == ("A & B", bot.id, True)
    assert sent.entities[0].type == "bold"
    seen = phone.messages[0]
    assert (seen.text, seen.titles) == ("A & B", ["Open now", "All", "Map"])
    call = api.log("sendMessage")[0]
    assert (call["chat_id"], call["status"], call["delivered"]) == (1001, 200, True)
    assert call["params"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "open"
    assert api.problems() == []


async def test_a_reply_keyboard_comes_and_goes(bot, phone):
    await bot.send_message(1001, "Where?", reply_markup=KEYS)
    assert phone.keyboard == ["Where I am", "Menu"]
    assert phone.messages[0].location_keys == ("Where I am",)

    await bot.send_photo(1001, picture(), reply_markup=ReplyKeyboardRemove())
    assert phone.keyboard == []


async def test_places_and_contacts(bot, phone):
    venue = await bot.send_venue(1001, 23.1, 113.3, "Stop 1", "Road 2", reply_markup=BUTTONS)
    place = await bot.send_location(1001, latitude=23.2, longitude=113.4)
    contact = await bot.send_contact(1001, "+4912345", "Ann")

    assert (venue.venue.title, venue.venue.location.latitude) == ("Stop 1", 23.1)
    assert place.location.longitude == 113.4
    assert contact.contact.phone_number == "+4912345"
    assert phone.messages[0].venue["address"] == "Road 2"
    assert phone.messages[0].titles == ["Open now", "All", "Map"]
    assert phone.messages[1].location == {"latitude": 23.2, "longitude": 113.4}


async def test_a_photo_of_a_worker_comes_back_to_him(api, bot, phone):
    phone.sends_photo(picture(), caption="broken")
    update = (await bot.get_updates(timeout=1))[0]
    sizes = update.message.photo
    assert [size.width for size in sizes] == [90, 320, 800]
    assert update.message.caption == "broken"

    file = await sizes[-1].get_file()
    data = bytes(await file.download_as_bytearray())
    assert data == picture()
    sent = await bot.send_photo(
        1001, data, caption="<i>got it</i>", parse_mode="HTML", filename="photo.jpg"
    )
    again = await bot.send_photo(1001, sent.photo[-1].file_id, reply_markup=BUTTONS)

    assert (sent.photo[-1].width, sent.caption) == (800, "got it")
    assert again.photo[-1].file_id == sent.photo[-1].file_id
    assert phone.messages[0].text == "got it"
    assert phone.downloads(phone.messages[0]) == data
    assert api.log("sendPhoto")[0]["files"] == [
        {"field": "photo", "name": "photo.jpg", "size": len(data), "type": "image/jpeg"}
    ]


async def test_an_album_goes_out_as_messages_that_belong_together(bot, phone):
    photos = [InputMediaPhoto(picture(side), caption=f"{side}") for side in (100, 200)]
    sent = await bot.send_media_group(1001, photos)

    assert len({message.message_id for message in sent}) == 2
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.text for message in phone.messages] == ["100", "200"]


async def test_a_pressed_button_is_answered_and_taken_away(bot, phone):
    await bot.send_message(1001, "Choose", reply_markup=BUTTONS)
    phone.presses("All")
    query = (await bot.get_updates(timeout=1))[0].callback_query

    assert (query.data, query.from_user.id) == ("all", 1001)
    assert query.message.reply_markup == BUTTONS
    await query.answer("Fine")
    await query.edit_message_reply_markup(None)
    assert phone.messages[0].titles == []
    with pytest.raises(BadRequest, match="not modified"):
        await query.edit_message_reply_markup(None)
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query("77")


async def test_edits_and_deletions_need_a_message_of_the_bot(bot, phone):
    sent = await bot.send_message(1001, "One")
    edited = await bot.edit_message_text("Two", 1001, sent.message_id, reply_markup=BUTTONS)
    phone.says("Hello")
    said = phone.updates[0]["message"]["message_id"]

    assert (edited.text, phone.messages[0].edited) == ("Two", True)
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("Three", 1001, said)
    await bot.delete_message(1001, sent.message_id)
    assert phone.messages == []
    with pytest.raises(BadRequest, match="to edit not found"):
        await bot.edit_message_text("Three", 1001, sent.message_id)
    with pytest.raises(BadRequest, match="to delete not found"):
        await bot.delete_message(1001, sent.message_id)


async def test_ids_increase_over_both_sides_and_an_answer_quotes(bot, phone):
    phone.says("One")
    said = phone.updates[0]["message"]["message_id"]
    sent = await bot.send_message(1001, "Two", reply_parameters=ReplyParameters(said))
    assert sent.message_id > said
    assert sent.reply_to_message.text == "One"


async def test_the_menu_of_commands_is_kept(bot):
    assert await bot.set_my_commands([BotCommand("start", "Begin"), BotCommand("help", "Help")])
    assert [command.command for command in await bot.get_my_commands()] == ["start", "help"]
    assert await bot.set_my_short_description("Stops")


@pytest.mark.parametrize(
    ("text", "mode"), [("<b>open", "HTML"), ("x" * 4097, None), ("<b> </b>", "HTML")]
)
async def test_what_telegram_would_refuse_is_refused_and_noted(api, bot, text, mode):
    with pytest.raises(BadRequest):
        await bot.send_message(1001, text, parse_mode=mode)
    call = api.log("sendMessage")[0]
    assert (call["status"], call["delivered"], len(call["problems"])) == (400, False, 1)


async def test_a_long_text_counts_as_it_is_shown(bot):
    sent = await bot.send_message(1001, "<b>x</b>" * 4096, parse_mode="HTML")
    assert len(sent.text) == 4096


async def test_a_wrong_token_is_unauthorized(api):
    with pytest.raises(InvalidToken):
        async with bot_of(api, token=f"{api.token}x"):
            pass


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ({"status": 403}, (Forbidden, "blocked by the user")),
        ({"status": 400, "description": "Bad Request: chat not found"}, (BadRequest, "not found")),
        ({"status": 401}, (InvalidToken, "Unauthorized")),
        ({"status": 409}, (Conflict, "other getUpdates")),
        ({"status": 502}, (NetworkError, "Bad Gateway")),
        ({"status": 429, "retry_after": 7}, (RetryAfter, "Retry in")),
        ({"hang": 0}, (NetworkError, "disconnected")),
    ],
)
async def test_a_fault_happens_so_often_and_nothing_is_delivered(api, bot, phone, fault, answer):
    error, words = answer
    api.fault(method="sendMessage", chat_id=1001, times=2, **fault)

    for _ in range(2):
        with pytest.raises(error, match=words):
            await bot.send_message(1001, "Hello")
    await bot.send_message(2002, "Not his")
    await bot.send_message(1001, "At last")

    assert [message.text for message in phone.messages] == ["At last"]
    assert [call["delivered"] for call in api.log("sendMessage")] == [False, False, True, True]


async def test_a_hanging_call_times_out(api, phone):
    async with bot_of(api, seconds=0.2) as bot:
        api.fault(method="sendMessage", hang=30)
        with pytest.raises(TimedOut):
            await bot.send_message(1001, "Lost")
        api.fault(method="sendMessage", hang_after=30)
        with pytest.raises(TimedOut):
            await bot.send_message(1001, "Delivered")

    assert [message.text for message in phone.messages] == ["Delivered"]
    assert [(c["status"], c["delivered"]) for c in api.log("sendMessage")] == [
        (0, False),
        (0, True),
    ]


async def test_a_download_can_fail(api, bot, phone):
    phone.sends_photo(picture())
    photo = (await bot.get_updates(timeout=1))[0].message.photo[-1]
    api.fault(method="download", status=502)
    file = await photo.get_file()

    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    assert len(await file.download_as_bytearray()) == photo.file_size
    assert [call["status"] for call in api.log("download")] == [502, 200]


async def test_both_libraries_read_all_that_a_phone_does_without_a_rest(api, bot, phone):
    phone.starts("stops").sends_location(1, 2, live=True).moves_to(1.1, 2.1)
    phone.sends_venue(1, 2, "A", "B").sends_contact("+49123").sends_album([picture(), picture()])
    phone.sends_document(b"%PDF-", "a.pdf").sends_voice().sends_video().sends_sticker()
    phone.says("Hello").edits("Hallo").posts_in_channel("News").blocks().unblocks()
    await bot.send_message(1001, "Choose", reply_markup=BUTTONS)
    phone.presses("All")
    api.phone(1001, group=True).says("Hello")

    updates = await bot.get_updates(timeout=1)

    assert len(updates) == 18
    for update in updates:
        assert not update.api_kwargs
        body = update.effective_message or update.my_chat_member
        assert not body.api_kwargs
        aiogram.types.Update.model_validate(update.to_dict())


async def test_an_update_waits_until_the_offset_moves_past_it(api, bot, phone):
    phone.says("One").says("Two")
    first = await bot.get_updates(timeout=1)
    assert [update.message.text for update in first] == ["One", "Two"]
    assert first[0].update_id < first[1].update_id
    again = await bot.get_updates(timeout=1, offset=first[1].update_id, limit=1)
    assert [update.message.text for update in again] == ["Two"]
    assert await bot.get_updates(timeout=0, offset=first[1].update_id + 1) == ()
    assert api.pending() == []
    assert isinstance(first[0], Update)
