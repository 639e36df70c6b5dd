"""Sign-up notices for tests: one that went out, and a naive list to hold the real one against."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from db.models import Account, OutboxRow, Signup, SignupList
from db.session import transaction
from kit.clock import in_shanghai
from services.signups import Offer
from tests.services.noticing import Newsroom
from tests.testers.chat import Chat
from tests.testers.worker import WorkerTester

TITLE, TAP = "江边义诊", "报名"


def offer(clock, places: int | None = 2, **ahead: float) -> Offer:
    """What closes in some hours, in whole minutes as forms say it."""
    closes = clock() + timedelta(**(ahead or {"hours": 6}))
    return Offer(places, closes.replace(second=0, microsecond=0))


async def offered(room: Newsroom, places: int | None = 2, **fields) -> int:
    """A sign-up notice that all have before them; its number."""
    given = {"urgent": True, "title": TITLE, "offer": offer(room.clock, places), **fields}
    number = await room.scheduled(**given)
    for _ in range(4):
        await room.look()
    return number


async def approved(room: Newsroom, places: int | None = 2, **fields) -> int:
    """The same, to nobody yet."""
    return await room.approved(title=TITLE, offer=offer(room.clock, places), **fields)


async def listed(room: Newsroom, notice: int) -> SignupList:
    async with transaction(room.sessions) as session:
        return await session.get_one(SignupList, notice)


async def on_list(room: Newsroom, notice: int) -> dict[int, tuple[str, str]]:
    """Worker and state of who is in or waits, by number, in order."""
    query = select(Signup).where(Signup.notice == notice, Signup.state != "cancelled")
    async with transaction(room.sessions) as session:
        rows = await session.scalars(query.order_by(Signup.number))
        return {row.number: (row.worker_id, row.state) for row in rows}


async def moved_up(room: Newsroom) -> list[str]:
    """The causes of all that was told of moving up, oldest first."""
    query = select(OutboxRow.cause).where(OutboxRow.cause.startswith("signup:"))
    async with transaction(room.sessions) as session:
        return list(await session.scalars(query.order_by(OutboxRow.number)))


async def read(chat: Chat, query):
    async with transaction(chat.sessions) as session:
        return list(await session.scalars(query))


async def has_before_him(chat: Chat, worker: WorkerTester, cause: str = "notice:") -> None:
    """The newest message that was queued for him is what he looks at."""
    query = (
        select(OutboxRow)
        .join(Account, Account.id == OutboxRow.account_id)
        .where(Account.worker_id == worker.id, OutboxRow.cause.startswith(cause))
        .order_by(OutboxRow.number.desc())
    )
    worker.replies = [(await read(chat, query))[0].reply]


async def signs_up(chat: Chat, worker: WorkerTester) -> None:
    await has_before_him(chat, worker)
    await worker.presses(TAP)


def as_typed(moment: datetime) -> str:
    """A moment as a form of the console sends it."""
    return f"{in_shanghai(moment):%Y-%m-%dT%H:%M}"


@dataclass
class Naive:
    """A list as one would keep it with a pencil."""

    places: int | None
    closes: datetime
    ended: bool = False
    last: int = 0
    inside: list[int] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)
    who: dict[int, str] = field(default_factory=dict)
    told: list[int] = field(default_factory=list)

    def number_of(self, worker: str) -> int | None:
        return next((n for n in (*self.inside, *self.queue) if self.who[n] == worker), None)

    def is_open(self, now: datetime) -> bool:
        return not self.ended and now < self.closes

    def sign(self, worker: str, now: datetime) -> bool:
        if self.number_of(worker):
            return True
        if not self.is_open(now):
            return False
        self.last += 1
        self.who[self.last] = worker
        full = self.places is not None and len(self.inside) >= self.places
        (self.queue if full else self.inside).append(self.last)
        return True

    def leave(self, worker: str, now: datetime) -> bool:
        number = self.number_of(worker)
        if number is None:
            return False
        (self.inside if number in self.inside else self.queue).remove(number)
        if self.is_open(now):
            self.fill()
        return True

    def more(self, places: int | None) -> bool:
        if self.ended or self.places is None or (places is not None and places < self.places):
            return False
        self.places = places
        self.fill()
        return True

    def become(self, leaving: str, staying: str, now: datetime) -> None:
        """One worker becomes another, who keeps the better of their two places."""
        theirs, mine = self.number_of(leaving), self.number_of(staying)
        if theirs and mine:
            self.leave(leaving if theirs > mine else staying, now)
        self.who = {n: staying if w == leaving else w for n, w in self.who.items()}

    def fill(self) -> None:
        while self.queue and (self.places is None or len(self.inside) < self.places):
            self.inside.append(self.queue.pop(0))
            self.told.append(self.inside[-1])

    @property
    def lines(self) -> dict[int, tuple[str, str]]:
        states = {**dict.fromkeys(self.inside, "in"), **dict.fromkeys(self.queue, "waiting")}
        return {n: (self.who[n], states[n]) for n in sorted(states)}
