"""Releasing to the board: only what a reviewer wrote, and what looks personal is pointed out."""

from dataclasses import asdict

import pytest

from db.session import transaction
from kit.errors import AppError, BadInput, NotAllowed, NotFound
from services import cases
from services.board import listing, posts, releasing
from services.board.posts import Post, Wanted
from services.board.releasing import Words
from services.staff.actors import Actor
from services.staff.permissions import Role
from tests.services.boarding import TEXT, accepted, release, withdraw
from tests.services.casing import Office

PERSONAL = (
    "找老板张伟民评理",
    "电话13812345678随时打",
    "车牌粤B12345的车",
    "身份证11010519491231002X",
    "微信号：wxid_secret9",
)


async def board(office: Office, **wanted: str) -> tuple[Post, ...]:
    async with transaction(office.sessions) as session:
        return (await posts.page(session, office.library, Wanted(**wanted), 1)).items


async def state(office: Office, code: str) -> releasing.State:
    async with transaction(office.sessions) as session:
        return await releasing.state_of(session, code)


async def test_a_case_is_released_changed_taken_off_and_put_back(office: Office):
    actor = await office.actor()
    code = await accepted(office, actor)
    number = await release(office, actor, code)
    (post,) = await board(office)
    assert (post.number, post.title, post.text, post.stage) == (number, "路口加灯", TEXT, "taken")
    assert post.received_on.isoformat() == "2026-11-18"
    office.clock.advance(minutes=1)
    assert await release(office, actor, code, title="路口装灯") == number
    office.clock.advance(minutes=1)
    await withdraw(office, actor, code)
    assert await board(office) == ()
    office.clock.advance(minutes=1)
    assert await release(office, actor, code) == number
    found = await state(office, code)
    assert found.public
    assert [each.what for each in found.history] == [
        *("released", "withdrawn", "changed", "released")
    ]
    assert found.history[1].reason == "有人认出来了"
    assert found.history[-1].body["title"] == "路口加灯"
    assert {each.by for each in found.history} != {None}


@pytest.mark.parametrize("field", ["title", "text", "answer", "unit"])
@pytest.mark.parametrize("said", PERSONAL)
async def test_what_looks_personal_is_not_released_unseen(office: Office, field: str, said: str):
    actor = await office.actor()
    code = await accepted(office, actor)
    with pytest.raises(releasing.Personal):
        await release(office, actor, code, **{field: said})
    assert await board(office) == ()
    async with transaction(office.sessions) as session:
        words = Words(**{**asdict(Words("路口加灯", TEXT)), field: said})
        (doubt,) = await releasing.doubts(session, office.library, code, words)
    assert (doubt.field, doubt.why) == (field, "masked")
    assert await release(office, actor, code, looked=True, **{field: said})


async def test_the_workers_words_and_the_very_place_are_pointed_out(office: Office):
    actor = await office.actor()
    said = "每天晚上十点从东门推车出来都看不见路"
    code = await accepted(office, actor, said, place="进港大道17号后门")
    text = f"有人说{said}，在进港大道17号后门。"
    async with transaction(office.sessions) as session:
        found = await releasing.doubts(session, office.library, code, Words("路口加灯", text))
    assert [each.why for each in found] == ["own_words", "place"]
    with pytest.raises(releasing.Personal):
        await release(office, actor, code, text=text)


async def test_the_form_begins_with_no_word_of_the_worker(office: Office):
    await office.unit("区城管")
    reviewer, handler = await office.actor(), await office.actor(Role.HANDLER, unit="区城管")
    code = await office.answered(reviewer, handler)
    words = (await state(office, code)).words
    assert words == Words(answer="下周装好", unit="区城管")


async def test_two_at_one_form_lose_nothing(office: Office):
    actor = await office.actor()
    code = await accepted(office, actor)
    await release(office, actor, code, seen="")
    with pytest.raises(releasing.Stale):
        await release(office, actor, code, seen="")


async def test_a_case_is_not_shown_before_it_is_decided_on_nor_after_it_is_taken_back(
    office: Office,
):
    actor, worker = await office.actor(), await office.worker()
    handed = await office.hand_in(worker)
    with pytest.raises(NotAllowed):
        await release(office, actor, handed.case.code)
    await office.takes(actor, handed.case.code, "take_up")
    number = await release(office, actor, handed.case.code)
    async with transaction(office.sessions) as session:
        await cases.withdraw(session, office.library, office.clock, worker, handed.case.code)
    assert await board(office) == ()
    async with transaction(office.sessions) as session:
        assert (await posts.page(session, office.library, Wanted(), 1)).total == 0
        with pytest.raises(NotFound):
            await posts.one(session, office.library, number)


async def test_only_who_decides_on_the_case_and_keeps_not_out_of_it(office: Office):
    actor = await office.actor()
    code = await accepted(office, actor)
    far = await office.actor(districts=("广东/佛山",))
    for other in (far, await office.actor(Role.AUDITOR), await office.actor(Role.DATA_OFFICER)):
        with pytest.raises(NotAllowed):
            await release(office, other, code)
    await office.takes(actor, code, "step_aside", note="亲戚提的")
    with pytest.raises(NotAllowed):
        await release(office, actor, code)


@pytest.mark.parametrize(
    "sent",
    [
        {"title": "", "text": TEXT},
        {"title": "路口\n加灯", "text": TEXT},
        {"title": "长" * 41, "text": TEXT},
        {"title": "路口加灯", "text": "灯"},
        {"title": "路口加灯", "text": TEXT, "answer": "长" * 1_001},
    ],
)
def test_what_nobody_could_read_is_not_taken(sent: dict[str, str]):
    with pytest.raises(BadInput):
        releasing.read(sent)


async def test_the_list_is_narrowed_and_paged(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(posts, "PAGE_SIZE", 2)
    actor: Actor = await office.actor()
    for kind, category in (("hazard", "rest_stops"), ("suggestion", "rest_stops"),
                           ("suggestion", "other")):  # fmt: skip
        code = await accepted(office, actor, f"{kind}{category}灯", kind=kind, category=category)
        await release(office, actor, code)
    assert len(await board(office)) == 2
    assert len(await board(office, kind="hazard")) == 1
    assert len(await board(office, category="other")) == 1
    for area in ("广东/佛山", "\x00", "/" * 99):
        assert await board(office, area=area) == ()
    async with transaction(office.sessions) as session:
        last = await posts.page(session, office.library, Wanted(), 2)
        assert (last.pages, last.total, len(last.items)) == (2, 3, 1)
        for wanted, page in ((Wanted(), 3), (Wanted(), 0), (Wanted(kind="x"), 1)):
            with pytest.raises(AppError):
                await posts.page(session, office.library, wanted, page)


async def test_reviewers_list_the_posts_of_their_cases(office: Office):
    actor, far = await office.actor(), await office.actor(districts=("广东/佛山",))
    auditor = await office.actor(Role.AUDITOR)
    code = await accepted(office, actor)
    number = await release(office, actor, code)
    await withdraw(office, actor, code)
    async with transaction(office.sessions) as session:
        (post,) = (await listing.page(session, actor, 1)).items
        assert (post.number, post.code, post.public) == (number, code, False)
        assert (await listing.page(session, far, 9)).items == ()
        with pytest.raises(NotAllowed):
            await listing.page(session, auditor, 1)


async def test_words_added_later_and_private_answers_are_pointed_out(office: Office):
    """Whoever joined a case wrote there too; and of a private answer the board knows nothing."""
    reviewer = await office.actor()
    handler = await office.actor(Role.HANDLER, unit="区城管")
    await office.unit("区城管")
    author = await office.worker()
    code = (await office.hand_in(author, "路口没有灯")).case.code
    await office.add(author, code, "我每天凌晨两点从这里回出租屋")
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit="区城管")
    await office.takes(handler, code, "sign_for")
    await office.takes(handler, code, "answer", text="你住的那栋楼下周二装好灯", grade="B")
    await office.takes(reviewer, code, "approve")
    for field, said, why in (
        ("text", "有人每天凌晨两点从这里回出租屋，太黑", "own_words"),
        ("answer", "你住的那栋楼下周二装好灯", "private"),
    ):
        words = Words(**{"title": "路口加灯", "text": TEXT, field: said})
        async with transaction(office.sessions) as session:
            found = await releasing.doubts(session, office.library, code, words)
        assert [(each.field, each.why) for each in found] == [(field, why)]
