"""The index in memory finds what looking at every stop would find, whoever changes the stops."""

from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, inspect, select

from db.models import RestStopRow, StopReport, StopVersion
from db.repositories.stop_imports import StopImportRepository
from db.session import Sessions, make_sessions, transaction
from kit.clock import SHANGHAI
from services.rest_stops import ranking
from services.rest_stops.around import around
from services.rest_stops.finding import Found, Wish
from tests.services.finding_model import LIST, Expected, Model
from tests.services.stops import CENTRE, METRE, stop

NOON = datetime(2026, 11, 18, 12, tzinfo=SHANGHAI)
MOMENTS = (
    NOON,
    NOON + timedelta(hours=15),
    NOON + timedelta(hours=11.9),
    NOON - timedelta(days=40),
)
RULES = (None, "24/7", "Mo-Su 00:00-01:00", "Mo-Fr 08:00-20:00", "Mo-Su 22:00-06:00")
WORDS = st.sampled_from([(), ("水",), ("水", "换电"), ("厕所",)])
DRAWN = {
    "opening_hours": st.sampled_from(RULES),
    "facilities": WORDS,
    "lacks": WORDS,
    "accuracy": st.sampled_from(["exact", "exact", "exact", "landmark", "street", "district"]),
    "status": st.sampled_from(["open_to_public"] * 4 + ["under_construction", "withdrawn"]),
    "entry": st.sampled_from(list(ranking.ENTRY_M)),
    "confidence": st.sampled_from(list(ranking.CONFIDENCE_M)),
    "published_on": st.sampled_from([None, "2020", "2025-02", "-"]),
    "checked_on": st.sampled_from([None, NOON.date()]),
    "north": st.one_of(st.integers(-3_500, 3_500), st.integers(-32_000, 32_000)),
    "east": st.one_of(st.integers(-3_500, 3_500), st.integers(-32_000, 32_000)),
}
STOPS = st.lists(st.fixed_dictionaries(DRAWN), min_size=1, max_size=30)
WISHES = st.builds(
    Wish,
    st.sampled_from([(), ("水",), ("水", "换电"), ("游泳池",)]),
    *[st.booleans() for _ in ("open_now", "always", "strict", "far")],
)
SEARCHES = st.tuples(st.sampled_from(MOMENTS), WISHES)
KINDS = st.sampled_from(["locked", "moved", "open", "dry"])
STEPS = st.one_of(
    st.tuples(st.just("bring"), STOPS, SEARCHES),
    st.tuples(st.just("add"), STOPS, SEARCHES),
    st.tuples(st.just("edit"), STOPS, SEARCHES),
    st.tuples(st.just("update"), STOPS, SEARCHES),
    st.tuples(st.just("report"), st.lists(KINDS, min_size=1, max_size=4), SEARCHES),
)


class Writer:
    """Changes stops by each of the roads that there are."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.numbers = count()
        self.ids: list[str] = []

    async def does(self, road: str, drawn: list) -> None:
        async with transaction(self.sessions) as session:
            if road in {"bring", "add"}:
                rows = [self.row(f"{next(self.numbers):03}", **each) for each in drawn]
                self.ids += [row.id for row in rows]
                if road == "add":
                    session.add_all(rows)
                else:
                    await StopImportRepository(session).insert_stops([*map(values, rows)])
            elif road == "report":
                self.tell(session, drawn)
            else:
                await self.change(session, road, drawn)

    async def change(self, session, road: str, drawn: list) -> None:
        for key, each in zip(self.ids, drawn, strict=False):
            new = values(self.row(key, **each))
            if road == "edit":
                row = await session.get_one(RestStopRow, key)
                for name, value in new.items():
                    setattr(row, name, value)
            else:
                names = sorted(new.keys() - {"id"})
                await StopImportRepository(session).update_stops(names, [{**new, "id_": key}])

    def tell(self, session, kinds: list[str]) -> None:
        for key, kind in zip(self.ids, kinds, strict=False):
            session.add(
                StopReport(
                    id=f"r{next(self.numbers)}", stop_id=key, day=NOON.date(), kind=kind,
                    near=True, known=True, at=NOON - timedelta(hours=1),
                )
            )  # fmt: skip

    def row(self, key: str, *, north: int, east: int, **fields) -> RestStopRow:
        # No two are equally far: the model and the index may round differently.
        lat = CENTRE.lat + (north + int(key) * 0.37) * METRE
        return stop(key, 0, lat=lat, lon=CENTRE.lon + east * METRE / 0.92, **fields)


def values(row: RestStopRow) -> dict:
    """What was given to a row."""
    return {name: each for name, each in inspect(row).dict.items() if not name.startswith("_")}


async def search(sessions: Sessions, now: datetime, wish: Wish) -> Found:
    async with transaction(sessions) as session:
        return await around(session, lambda: now, CENTRE, wish)


async def model(sessions: Sessions, now: datetime, wish: Wish) -> Expected:
    async with transaction(sessions) as session:
        rows = (await session.scalars(select(RestStopRow))).all()
        said = (await session.scalars(select(StopReport).order_by(StopReport.id))).all()
        return Model(rows, said, now, CENTRE).expected(wish)


def assert_as_expected(found: Found, expected: Expected, now: datetime, wish: Wish) -> None:
    ranks, wanted = (
        [
            (*rank[:4], round(rank[4], 3))
            for rank in (ranking.rank(j, wish.needs, now) for j in all_)
        ]
        for all_ in (found.stops, expected.ordered[:LIST])
    )
    first = found.next_to_open
    if first is None or first.stop.id in {each.stop.id for each in expected.ordered[:LIST]}:
        assert ranks == wanted
    else:
        assert ranks[: LIST - 1] == wanted[: LIST - 1]
    assert found.near & set(found.ids) == expected.near & set(found.ids)
    assert (first.hours.opens_at if first else None) == expected.opens_at
    assert not found.whole or expected.near <= set(found.ids)
    assert found.whole == (len(expected.ordered) <= LIST)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, min_size=1, max_size=5))
async def test_found_is_what_a_look_at_every_stop_would_find(engine, steps: list):
    """In the process that writes and in another one, after every change."""
    writing, reading = make_sessions(engine), make_sessions(engine)
    async with transaction(writing) as session:
        for table in (StopReport, RestStopRow, StopVersion):
            await session.execute(delete(table))
    writer = Writer(writing)
    for road, drawn, (now, wish) in steps:
        await writer.does(road, drawn)
        expected = await model(writing, now, wish)
        for sessions in (writing, reading):
            assert_as_expected(await search(sessions, now, wish), expected, now, wish)
