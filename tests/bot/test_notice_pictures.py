"""The picture of a notice in the web chat: the inbox names it, the bot gives it."""

import pytest

from db.session import transaction
from services import notices, photos
from tests import pictures
from tests.bot.api import Api
from tests.bot.test_api import check_fault
from tests.services.noticing import Newsroom
from tests.testers.chat import on_sqlite

pytestmark = on_sqlite


async def test_the_inbox_names_the_picture_and_the_bot_gives_it(api: Api):
    room = Newsroom(api.chat.sessions, api.chat.library, api.chat.clock)
    encoded = photos.encode(pictures.photo())
    async with transaction(room.sessions) as session:
        kept = await notices.keep_picture(session, room.clock, await room.author(), encoded)
        assert (
            await notices.keep_picture(session, room.clock, await room.author(), encoded) == kept
        )
    await room.scheduled(urgent=True, picture=kept)
    for _ in range(3):
        await room.look()

    (row,) = await room.rows()
    answer = await api.client.get(f"/api/images/{row.reply['image']}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content == encoded.jpeg
    assert pictures.PHONE_NUMBER.encode() not in answer.content


@pytest.mark.parametrize("digest", ["0" * 64, "x", "'"])
async def test_what_there_is_not_is_not_given(api: Api, digest: str):
    check_fault(await api.client.get(f"/api/images/{digest}"), 404)
