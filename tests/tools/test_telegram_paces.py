"""The limits of the Bot API on this machine: counted to the letter, and told as Telegram tells."""

import pytest
from telegram.error import RetryAfter
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from tools.telegram.bench import telegram_api
from tools.telegram.paces import Limits, Paces
from tools.telegram.refusal import Refusal

PAID = {"allow_paid_broadcast": "true"}


def paces(**limits: int) -> Paces:
    made = Paces()
    made.set(Limits(**limits))
    return made


def refused(paces: Paces, at: float, method="sendMessage", chat=1, **fields) -> int:
    """The seconds to wait that a call is told, 0 where it is taken."""
    try:
        paces.check(method, {"chat_id": chat, **fields}, at)
    except Refusal as refusal:
        return refusal.body["parameters"]["retry_after"]
    return 0


def test_thirty_within_any_second_and_no_more():
    kept = paces()
    assert not any(refused(kept, n / 30, chat=n) for n in range(30))
    assert refused(kept, 0.99, chat=99) == 1
    # Who was too fast is shut out for whole seconds, whatever would fit meanwhile.
    assert refused(kept, 1.5, chat=99) == 1
    assert refused(kept, 2.0, chat=99) == 0


def test_one_a_second_in_a_chat_and_twenty_a_minute_in_a_group():
    kept = paces()
    assert [refused(kept, at) for at in (0, 1, 1.9)] == [0, 0, 1]
    assert [refused(kept, 5 + n, chat=-7) for n in range(21)] == [0] * 20 + [40]
    assert refused(kept, 26, chat="-7") == 39
    assert refused(kept, 26, chat=2) == 0


def test_edits_and_answers_to_presses_count_for_the_bot_alone():
    kept = paces(free=3)
    assert refused(kept, 0, "editMessageText") == refused(kept, 0, "deleteMessage") == 0
    assert refused(kept, 0, "answerCallbackQuery", chat=None) == 0
    assert refused(kept, 0) == 1
    assert refused(kept, 0, "getMe", chat=None) == refused(kept, 0, "getFile", chat=None) == 0


def test_what_is_paid_for_has_a_limit_of_its_own_where_the_bot_may():
    kept = paces(free=1, paid=2)
    assert [refused(kept, 0, chat=n, **PAID) for n in (1, 2, 3)] == [0, 0, 1]
    assert refused(kept, 0, chat=4) == 0
    may_not = paces(free=1)
    assert [refused(may_not, 0, chat=n, **PAID) for n in (1, 2)] == [0, 1]


async def test_a_real_bot_is_told_how_long_to_wait_and_nothing_arrives():
    with telegram_api() as api:
        api.limits(free=30)
        request = HTTPXRequest(httpx_kwargs={"trust_env": False})
        async with ExtBot(api.token, base_url=f"{api.base}/bot", request=request) as bot:
            await bot.send_message(5, "one")
            with pytest.raises(RetryAfter):
                await bot.send_message(5, "two")
        first, second = api.log("sendMessage")
        assert (first["delivered"], second["delivered"], second["status"]) == (True, False, 429)
        assert second["fault"] is None
