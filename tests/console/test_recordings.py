"""The voices of a case: played on its page, to members of staff only, each listening on record."""

import pytest
from sqlalchemy import select

from db.models import CaseView, Recording
from db.session import Sessions, transaction
from kit.settings import Settings
from services import recordings
from tests.console.conftest import HandIn
from tests.console.reader import Page, Reader, check, check_headers
from tests.voices import CANARY, voice

ONE, TWO = voice(3, seed=1), voice(59, seed=2)


async def looks(sessions: Sessions) -> list[str]:
    async with transaction(sessions) as session:
        return list(await session.scalars(select(CaseView.kind)))


async def test_a_case_plays_its_voices(reader: Reader, hand_in: HandIn, sessions: Sessions):
    code = await hand_in("桥底积水", kind="hazard", voices=[ONE, TWO])
    page = await reader.opens(f"/cases/{code}")
    assert "语音（2段）" in page.text
    shown = [found for tag, found in page.elements if tag == "audio"]
    assert [(found["src"], found["aria-label"], found["preload"]) for found in shown] == [
        (f"/cases/{code}/recordings/1", "语音1，3秒", "none"),
        (f"/cases/{code}/recordings/2", "语音2，59秒", "none"),
    ]
    # To open the page is not to listen.
    assert await looks(sessions) == ["case"]


async def test_without_a_voice_the_page_does_not_speak_of_one(reader: Reader, hand_in: HandIn):
    page = await reader.opens(f"/cases/{await hand_in()}")
    assert "段）" not in page.text


async def test_a_voice_is_ogg_and_listening_is_on_record(
    reader: Reader, hand_in: HandIn, sessions: Sessions
):
    code = await hand_in("桥底积水", voices=[ONE])
    answer = await reader.client.get(f"/cases/{code}/recordings/1")
    assert answer.status_code == 200
    check_headers(answer)
    assert answer.headers["content-type"] == "audio/ogg"
    assert answer.headers["cache-control"] == "no-store"
    assert "media-src 'self'" in answer.headers["content-security-policy"]
    assert answer.content == recordings.encode(ONE).ogg
    assert CANARY.encode() not in answer.content
    assert await looks(sessions) == ["recording"]


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "²", "9" * 30, "01x"])
async def test_a_voice_there_is_none_of_is_a_clear_page(
    reader: Reader, hand_in: HandIn, number: str
):
    code = await hand_in("桥底积水", voices=[ONE])
    answer = await reader.client.get(f"/cases/{code}/recordings/{number}")
    assert answer.status_code == 404
    page = Page(answer)
    check(page)
    assert "没有这段语音" in page.text


async def test_nothing_is_found_by_guessing(reader: Reader, hand_in: HandIn, sessions: Sessions):
    """Neither the id nor the digest opens a file, and no other case does."""
    code, other = await hand_in("桥底积水", voices=[ONE]), await hand_in()
    async with transaction(sessions) as session:
        row = (await session.scalars(select(Recording))).one()
    for path in (
        f"/cases/{other}/recordings/1",
        f"/cases/{code}/recordings/{row.id}",
        f"/cases/{code}/recordings/{row.digest}",
        f"/recordings/{row.digest}",
        f"/cases/{code}/photos/1",
    ):
        assert (await reader.client.get(path)).status_code == 404, path


async def test_a_file_that_is_gone_is_a_clear_page(
    reader: Reader, hand_in: HandIn, settings: Settings
):
    code = await hand_in("桥底积水", voices=[ONE])
    recordings.SHELF.path_of(settings.recordings, recordings.encode(ONE).digest).unlink()
    assert "没有这段语音" in (await reader.opens(f"/cases/{code}/recordings/1", 404)).text


async def test_who_is_not_signed_in_hears_nothing(
    stranger: Reader, hand_in: HandIn, sessions: Sessions
):
    code = await hand_in("桥底积水", voices=[ONE])
    answer = await stranger.client.get(f"/cases/{code}/recordings/1")
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert await looks(sessions) == []
