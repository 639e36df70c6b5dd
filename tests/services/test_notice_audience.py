"""Who gets a notice: counted and sent by one query, against a model that asks each by himself."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from content.library import Library
from db.models import Account, Consent, NoticeWish
from db.session import Sessions, transaction
from kit.ids import new_id
from services import notices
from services.notices import Audience
from services.notices.values import EXCLUSIONS
from tests.factories import FixedClock, add_account, add_turn, add_worker
from tests.services.notice_model import Person
from tests.services.noticing import Newsroom, drafted

PLACES = (("广东", "广州", "南沙区"), ("广东", "广州", "天河区"), ("江苏", "盐城", "亭湖区"), None)
TRADES = ("rider", "courier", None)
AUDIENCES = (
    Audience(), Audience(districts=("广东/广州",)),
    Audience(districts=("广东/广州/南沙区", "江苏")),
    Audience(trades=("rider",)), Audience(districts=("广东",), trades=("courier", "rider")),
    Audience(subscribers=True),
)  # fmt: skip


@pytest.fixture
def room(sessions: Sessions, library: Library, clock: FixedClock) -> Newsroom:
    return Newsroom(sessions, library, clock)


def drawn(random: Random) -> Person:
    return Person(
        place=random.choice(PLACES),
        trade=random.choice(TRADES),
        told=random.random() < 0.7,
        gone=random.random() < 0.2,
        no_account=random.random() < 0.1,
        forgotten=random.random() < 0.2,
        wrote_again=random.random() < 0.5,
        news=random.choice(("given", "withdrawn", None, None)),
        wish=random.choice((True, False, None, None)),
    )


async def settle(room: Newsroom, person: Person) -> str:
    """Make this person; his id."""
    now = room.clock()
    async with transaction(room.sessions) as session:
        province, city, district = person.place or (None, None, None)
        worker = await add_worker(
            session,
            province=province,
            city=city,
            district=district,
            trade=person.trade,
            told_at=now if person.told else None,
            forgotten_at=now if person.forgotten else None,
        )
        await session.delete((await session.scalars(_accounts(worker.id))).one())
        if not person.no_account:
            gone = now if person.gone else None
            key = str(int(worker.id[:7], 16))
            await add_account(session, worker.id, channel="telegram", key=key, gone_at=gone)
        seconds = 5 if person.wrote_again else -5
        await add_turn(session, worker.id, received_at=now + timedelta(seconds=seconds))
        for days, decision in ((2, "withdrawn"), (1, "given"), (0, person.news)):
            if person.news and decision:
                session.add(_consent(worker.id, decision, now - timedelta(days=days)))
        if person.wish is not None:
            session.add(
                NoticeWish(worker_id=worker.id, topic="weather", wanted=person.wish, at=now)
            )
    return worker.id


def _accounts(worker_id: str):
    return select(Account).where(Account.worker_id == worker_id)


def _consent(worker_id: str, decision: str, at):
    return Consent(
        id=new_id(),
        worker_id=worker_id,
        notice="news",
        version=1,
        decision=decision,
        decided_at=at,
    )


@pytest.mark.parametrize("topic", ["weather", "health"])
async def test_the_count_is_what_is_sent_and_what_a_naive_model_says(room: Newsroom, topic: str):
    random = Random(7)  # noqa: S311 - a test's people
    people = [drawn(random) for _ in range(60)]
    ids = [await settle(room, person) for person in people]
    if topic == "health":  # nobody said a word of this one
        people = [Person(**{**vars(person), "wish": None}) for person in people]
    room.clock.advance(minutes=1)
    unasked = room.library.notices.topics[topic].unasked

    for audience in AUDIENCES:
        verdicts = [person.verdict(audience, unasked=unasked) for person in people]
        expected = Counter(verdict for verdict in verdicts if verdict is not None)
        draft = drafted(topic=topic, audience=audience, urgent=True)
        async with transaction(room.sessions) as session:
            counted = await notices.count_audience(session, room.library, room.clock, draft)

        assert counted.accounts == counted.workers == expected.pop("", 0)
        assert counted.excluded == dict(expected)
        assert list(counted.excluded) == [r for r in EXCLUSIONS if r in counted.excluded]

        known = {row.number for row in await room.rows()}
        await room.scheduled(topic=topic, audience=audience, urgent=True)
        for _ in range(3):
            await room.look()
        made = [row for row in await room.rows() if row.number not in known]
        async with transaction(room.sessions) as session:
            owners = {(await session.get(Account, row.account_id)).worker_id for row in made}
        assert owners == {id_ for id_, v in zip(ids, verdicts, strict=True) if v == ""}
