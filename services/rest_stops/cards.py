"""What a worker may be told of a stop: claims that stand, with who made them and when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import RestStopRow
from db.repositories.rest_stops import RestStopRepository
from kit.clock import Clock
from services import hours, map_links
from services.rest_stops import reports
from services.rest_stops.finding import MEASURABLE
from services.rest_stops.ranking import Judged, Use
from services.rest_stops.reports import KINDS
from services.rest_stops.standing import NOTHING_SAID, Standing
from services.turns import Choice, MapLink, OpenState, Position, RestStopCard, Task

REPORT = "rest_stops.report"
MINUTE, HOUR = 60, 3_600
HOURS_A_DAY = 24
KILOMETRE = 1_000
COMMA, DOT = "、", " · "


async def cards(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    ids: Sequence[str],
    *,
    metres: Mapping[str, float] | None = None,
    distance_from: str | None = None,
) -> tuple[RestStopCard, ...]:
    """The cards of these stops, in this order; `metres` are from the worker or a named place."""
    now = clock()
    rows = await RestStopRepository(session).by_ids(ids)
    stands = await reports.standings(session, now, [row.id for row in rows])
    return tuple(
        card(
            library,
            row,
            Judged(
                row,
                hours.status(row.opening_hours, now),
                stands.get(row.id, NOTHING_SAID),
                (metres or {}).get(row.id) if row.accuracy in MEASURABLE else None,
            ),
            now,
            distance_from,
        )
        for row in rows
    )


def card(
    library: Library,
    row: RestStopRow,
    judged: Judged,
    now: datetime,
    distance_from: str | None = None,
) -> RestStopCard:
    """What a worker may be told of a stop; what is not known is said to be unknown."""
    hidden = judged.standing.hidden
    known = judged.metres is not None and "place" not in hidden
    metres = rounded(judged.metres or 0.0, row) if known else None
    place = None if metres is None else distance_from
    is_about = row.accuracy != "exact"
    maps = () if "place" in hidden else _maps(row)
    return RestStopCard(
        id=row.id,
        name=row.name,
        area=" ".join(part for part in (row.city, row.district, row.street) if part),
        address=_address(library, row, judged.standing),
        distance_m=metres,
        distance_about=metres is not None and is_about,
        distance_from=place,
        distance_text=_distance_text(library, metres, place, is_about=is_about),
        open_state=_open_state(judged),
        hours_text=_hours_text(library, row, judged.standing),
        hours_now=_hours_now(library, judged, now),
        entry=_entry(library, row, judged.standing),
        facilities=_facilities(library, row, judged.standing),
        lacks=tuple(row.lacks),
        other_facilities=tuple(row.other_facilities),
        fee=row.fee,
        admits=row.admits,
        under_construction=row.status == "under_construction",
        phone=row.phone,
        source=row.source,
        told=_told(library, row),
        published_on=row.published_on,
        checked_on=row.checked_on.isoformat() if row.checked_on else None,
        map_url=maps[0].url if maps else None,
        maps=maps,
        position=None if "place" in hidden else _pin(row),
        position_about=is_about,
        lines=tuple(_lines(library, row)),
        voices=tuple(_voices(library, judged.standing, now)),
        choices=tuple(_report_choices(library, row)),
    )


def _open_state(judged: Judged) -> OpenState:
    """What the badge says: the hours, unless they are in dispute or somebody stood outside."""
    if judged.use == "doubted" and judged.hours.state == "closed":
        return "unknown" if "hours" in judged.standing.hidden else "closed"
    states: dict[Use, OpenState] = {"open": "open", "closed": "closed", "building": "closed"}
    return states.get(judged.use, "unknown")


def _hours_now(library: Library, judged: Judged, now: datetime) -> str | None:
    """What the hours mean now, or why they are not to be relied on."""
    if judged.use == "building" or "hours" in judged.standing.hidden:
        return None
    if judged.use == "doubted" and judged.hours.state != "closed":
        return library.say("rest_stops.may_be_shut")
    return hours.phrase(library, judged.hours, now)


def _hours_text(library: Library, row: RestStopRow, standing: Standing) -> str:
    if "hours" in standing.hidden:
        return library.say("rest_stops.hours_in_dispute")
    return row.hours_text or library.say("rest_stops.hours_unknown")


def _address(library: Library, row: RestStopRow, standing: Standing) -> str:
    if "place" in standing.hidden:
        return library.say("rest_stops.address_in_dispute")
    return row.address or library.say("rest_stops.address_unknown")


def _entry(library: Library, row: RestStopRow, standing: Standing) -> str:
    if "entry" in standing.hidden:
        return library.say("rest_stops.entry_in_dispute")
    return row.entry_note or library.say(f"rest_stops.entry_{row.entry}")


def _facilities(library: Library, row: RestStopRow, standing: Standing) -> tuple[str, ...]:
    out = library.words["supplies"] if "supplies" in standing.hidden else ()
    return tuple(name for name in row.facilities if name not in out)


def _lines(library: Library, row: RestStopRow) -> Iterable[str]:
    """What must not be hidden: how vague the position is, the published remark, what it costs,
    whom it admits and what it lacks.
    """
    if row.accuracy == "landmark" and row.landmark:
        yield library.say("rest_stops.near_landmark", landmark=row.landmark)
    elif row.accuracy != "exact" and row.street:
        yield library.say("rest_stops.position_street", street=row.street)
    elif row.accuracy != "exact":
        yield library.say("rest_stops.position_vague")
    if row.note:
        yield row.note
    if row.credit:
        yield library.say("rest_stops.credit", credit=row.credit)
    said = {"fee": row.fee, "admits": row.admits, "lacks": COMMA.join(row.lacks)}
    for key, text in said.items():
        if text:
            yield library.say(f"rest_stops.card_{key}", text=text)


def _told(library: Library, row: RestStopRow) -> str:
    """Who said so and when, in one line."""
    published, checked = row.published_on, row.checked_on
    dates = (
        library.say("rest_stops.published", date=published)
        if published
        else library.say("rest_stops.unpublished"),
        library.say("rest_stops.checked", date=checked)
        if checked
        else library.say("rest_stops.unchecked"),
    )
    return DOT.join((row.source, *dates) if row.source else dates)


def _distance_text(
    library: Library, metres: int | None, place: str | None, *, is_about: bool
) -> str | None:
    if metres is None:
        return None
    said = library.say("rest_stops.metres", count=metres)
    if metres >= KILOMETRE:
        # Halves go up, as people round.
        count = (metres + 50) // 100 / 10
        said = library.say("rest_stops.kilometres", count=f"{count:g}")
    said = library.say("rest_stops.about", distance=said) if is_about else said
    return library.say("rest_stops.from_place", place=place, distance=said) if place else said


def _voices(library: Library, standing: Standing, now: datetime) -> Iterable[str]:
    """The newest word from the door, and which claims are in dispute."""
    if standing.newest is not None:
        key = "one" if standing.agree == 1 else "many"
        yield library.say(
            f"rest_stops.voice_{key}",
            ago=ago(library, standing.newest.at, now),
            count=standing.agree,
            what=library.say(f"rest_stops.report_{standing.newest.kind}"),
        )
    for claim in ("place", "supplies"):
        if claim in standing.hidden:
            yield library.say(f"rest_stops.{claim}_in_dispute")


def ago(library: Library, at: datetime, now: datetime) -> str:
    """How long ago, as one says it."""
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < HOUR:
        return library.say("rest_stops.ago_minutes", count=max(1, seconds // MINUTE))
    if seconds < HOURS_A_DAY * HOUR:
        return library.say("rest_stops.ago_hours", count=seconds // HOUR)
    return library.say("rest_stops.ago_days", count=seconds // (HOURS_A_DAY * HOUR))


def _report_choices(library: Library, row: RestStopRow) -> Iterable[Choice]:
    """One tap a word: who stands at the door has one hand free."""
    if row.status == "under_construction":
        return
    for kind in KINDS:
        task = Task(REPORT, {"stop": row.id, "kind": kind})
        yield Choice(library.say(f"rest_stops.report_{kind}"), task)


def rounded(metres: float, row: RestStopRow) -> int:
    """Metres as they may be printed: never finer than the position."""
    # A landmark's is as coarse as its error.
    step = 10 if row.accuracy == "exact" else max(100, row.est_error_m or 0)
    return max(step, round(metres / step) * step)


def _pin(row: RestStopRow) -> tuple[float, float] | None:
    if row.status == "under_construction" or row.accuracy not in MEASURABLE:
        return None
    return (row.lat, row.lon) if row.lat is not None and row.lon is not None else None


def _maps(row: RestStopRow) -> tuple[MapLink, ...]:
    """Ways to an exact position, else searches for the published address."""
    if row.status == "under_construction":
        return ()
    pin = _pin(row)
    if pin and row.accuracy == "exact":
        return map_links.links(row.name, Position(*pin))
    if not row.address:
        return ()
    return map_links.search_links(f"{row.city}{row.district or ''}{row.address}", row.city)
