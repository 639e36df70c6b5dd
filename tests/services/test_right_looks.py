"""Facts about rights that wait for a look: why, in what order, and what a look does."""

from datetime import date, timedelta

import pytest

from content.library import Library
from content.schema import Fact, RightTopic
from db.session import transaction
from kit.errors import BadInput, NotAllowed, NotFound
from services import right_looks
from services.right_looks import HALF_A_YEAR
from services.staff.permissions import Role
from tests.services.casing import Office

AS_OF = date(2026, 1, 10)
SOON, LATE = date(2026, 1, 20), AS_OF + HALF_A_YEAR + timedelta(days=1)


@pytest.fixture
def topic(library: Library) -> RightTopic:
    any_topic = next(iter(library.topics.values()))
    days = {"as_of": AS_OF, "review_by": date(2027, 1, 10)}
    return any_topic.model_copy(update=days)


@pytest.mark.parametrize(
    ("about", "today", "looked", "reasons"),
    [
        ({}, SOON, None, ()),
        ({"force": "draft"}, SOON, None, ("draft",)),
        ({"confidence": "medium", "link": None}, SOON, None, ("unsure", "no_link")),
        ({"effective": date(2026, 3, 1)}, SOON, None, ("future",)),
        ({"effective": date(2026, 1, 15)}, SOON, None, ("passed",)),
        ({"effective": AS_OF}, SOON, None, ()),
        ({"review_by": date(2026, 1, 19)}, SOON, None, ("due",)),
        ({"review_by": SOON}, SOON, None, ()),
        ({}, AS_OF + HALF_A_YEAR, None, ()),
        ({}, LATE, None, ("old",)),
        # After a look it rests for half a year.
        ({"force": "draft", "link": None}, SOON, SOON, ()),
        ({"force": "draft"}, SOON + HALF_A_YEAR, SOON, ()),
        ({"force": "draft"}, SOON + HALF_A_YEAR + timedelta(days=1), SOON, ("old", "draft")),
        ({"effective": date(2026, 1, 15)}, SOON, SOON, ()),
        ({"review_by": date(2026, 1, 19)}, SOON, SOON, ()),
        # A day that comes after the look is news.
        ({"effective": date(2026, 2, 1)}, date(2026, 2, 1), SOON, ("passed",)),
        ({"review_by": date(2026, 2, 1)}, date(2026, 2, 2), SOON, ("due",)),
    ],
)
def test_why_a_fact_waits(
    topic: RightTopic,
    about: dict[str, object],
    today: date,
    looked: date | None,
    reasons: tuple[str, ...],
):
    sure = {"confidence": "high", "force": "law", "link": "https://flk.npc.gov.cn/"}
    given = {"claim": "要给钱。", "law": "劳动法", "region": "全国", **sure, **about}
    fact = Fact.model_validate(given)
    assert right_looks.reasons_of(topic, fact, today, looked) == reasons


async def test_the_list_has_filters_pages_and_order(office: Office):
    editor = await office.actor(Role.CONTENT_EDITOR)
    async with transaction(office.sessions) as session:
        parts = (session, office.library, office.clock, editor)
        first = await right_looks.page(*parts)
        last = await right_looks.page(*parts, 999)
        drafts = await right_looks.page(*parts, region="广东", reason="unsure")
        assert await right_looks.count(*parts) == first.waiting == first.total
    facts = [fact for topic in office.library.topics.values() for fact in topic.facts]
    for reason, count in {
        "draft": sum(fact.force == "draft" for fact in facts),
        "unsure": sum(fact.confidence != "high" for fact in facts),
        "no_link": sum(fact.link is None for fact in facts),
    }.items():
        assert first.reasons[reason] == count
    assert len(first.items) == right_looks.PAGE_SIZE
    assert last.page == last.pages
    ages = [(card.checked, card.fact.effective or date.min) for card in first.items]
    assert ages == sorted(ages)
    assert drafts.items
    assert {card.fact.region for card in drafts.items} == {"广东"}
    assert all("unsure" in card.reasons and card.intents for card in drafts.items)


async def test_a_look_takes_a_fact_off_the_list_and_stays_in_its_history(office: Office):
    editor = await office.actor(Role.CONTENT_EDITOR)
    async with transaction(office.sessions) as session:
        parts = (session, office.library, office.clock, editor)
        page = await right_looks.page(*parts, reason="draft")
        card = page.items[0]
        with pytest.raises(BadInput):
            await right_looks.look(*parts, card.key, note=" 看 ")
        await right_looks.look(*parts, card.key, note="查过，\n还是草案")
        assert await right_looks.count(*parts) == page.waiting - 1
        shown, (look,) = await right_looks.show(*parts, card.key)
        assert (shown.reasons, look.note, look.at) == ((), "查过， 还是草案", office.clock())
        assert look.by
        assert look.reasons == card.reasons
        assert (await right_looks.page(*parts, reason="draft")).total == page.total - 1
    office.clock.advance(days=HALF_A_YEAR.days + 10)  # the edition was checked later
    async with transaction(office.sessions) as session:
        parts = (session, office.library, office.clock, editor)
        shown, looks = await right_looks.show(*parts, card.key)
        assert {"draft", "old"} <= set(shown.reasons)
        assert len(looks) == 1


async def test_only_editors_look_and_only_at_what_is_there(office: Office):
    reviewer = await office.actor(Role.REVIEWER)
    editor = await office.actor(Role.CONTENT_EDITOR)
    async with transaction(office.sessions) as session:
        parts = (session, office.library, office.clock)
        for refused in (right_looks.page, right_looks.count):
            with pytest.raises(NotAllowed):
                await refused(*parts, reviewer)
        with pytest.raises(NotFound):
            await right_looks.look(*parts, editor, "none", note="看过了")


def test_no_two_facts_have_one_key(library: Library):
    keys = [
        right_looks.key_of(topic, fact)
        for topic in library.topics.values()
        for fact in topic.facts
    ]
    assert len(set(keys)) == len(keys)
