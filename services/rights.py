"""Answers about rights: only verified facts, each with its proof, its force and its date."""

from collections.abc import Iterable

from content.library import Library
from content.schema import Fact, RightTopic
from kit.clock import Clock, in_shanghai
from services.turns import Claim, Hotline, RightCard

NATIONAL = "全国"
COMMA, DOT = "、", " · "
# Forces whose name alone would mislead: the answer says beside the claim what they are worth.
SAID_ALOUD = frozenset({"draft", "recommended_standard", "company", "case"})

# Of these the date may be the day of issue or of the report, not of taking effect.
DATED_LOOSELY = frozenset({"policy", "case", "practice", "company", "guideline"})


def card(library: Library, clock: Clock, topic: RightTopic, city: str | None) -> RightCard:
    """The answer to a topic, for a city (or province) where one is known.

    Facts of other places are left out once the worker's own is known, since a number of the
    wrong city is worse than none; what is missing for his place is said.
    """
    facts = _for_place(topic.facts, _regions(library, city))
    remarks = list(_remarks(library, clock, topic, facts, city))
    return RightCard(
        topic=topic.id,
        title=topic.title,
        claims=tuple(claim(library, fact) for fact in facts),
        steps=topic.steps,
        hotline=tuple(Hotline(line.number, line.name) for line in topic.hotlines),
        as_of=topic.as_of.isoformat(),
        remarks=tuple(remarks),
    )


def _regions(library: Library, city: str | None) -> tuple[str, ...]:
    """The place itself, then what it lies in."""
    if city is None:
        return ()
    province = library.province_of(city)
    return (city, province) if province and province != city else (city,)


def _for_place(facts: Iterable[Fact], regions: tuple[str, ...]) -> tuple[Fact, ...]:
    """Local facts first, then national ones; with no place known, all of them as they stand."""
    if not regions:
        return tuple(facts)

    def rank(fact: Fact) -> int | None:
        # A region may name several places ("江苏、广东"); another place's practice binds nobody.
        if not fact.reference_only:
            for n, region in enumerate(regions):
                if region in fact.region or region in fact.also_for:
                    return n
        return len(regions) if fact.region == NATIONAL else None

    ranked = [
        (place, n, fact) for n, fact in enumerate(facts) if (place := rank(fact)) is not None
    ]
    return tuple(fact for _, _, fact in sorted(ranked, key=lambda entry: entry[:2]))


def _remarks(
    library: Library, clock: Clock, topic: RightTopic, facts: tuple[Fact, ...], city: str | None
) -> Iterable[str]:
    hotline = topic.hotlines[0].number
    regions = _regions(library, city)
    local = any(region in fact.region for fact in facts for region in regions)
    has_local_facts = any(fact.region != NATIONAL for fact in topic.facts)
    if city and has_local_facts and not local:
        yield library.say("rights.no_local_fact", place=city, hotline=hotline)
    if topic.unverified:
        points = "；".join(topic.unverified)
        yield library.say("rights.unverified", points=points, hotline=hotline)
    if topic.caveat:
        yield topic.caveat
    due = min((fact.review_by or topic.review_by for fact in facts), default=topic.review_by)
    if due < in_shanghai(clock()).date():
        yield library.say("rights.overdue", hotline=hotline)
    if any(fact.force in DATED_LOOSELY for fact in facts):
        yield library.say("rights.about_dates")
    yield library.say("rights.disclaimer")


def claim(library: Library, fact: Fact) -> Claim:
    """One fact with its proof."""
    missing = library.say("rights.missing")
    region, force = _region(library, fact), library.say(f"rights.name_{fact.force}")
    return Claim(
        text=fact.claim,
        law=fact.law,
        article=fact.article or missing,
        number=fact.doc_no or missing,
        effective=_effective(library, fact),
        region=region,
        force=force,
        proof=_proof(library, fact, region, force),
        remarks=tuple(_fact_remarks(library, fact)),
        link=fact.link,
    )


def _proof(library: Library, fact: Fact, region: str, force: str) -> str:
    """What is known of the source, then in one phrase what of it is not."""
    is_quoted = "《" in fact.law or "〈" in fact.law
    law = fact.law if is_quoted else library.say("rights.law", name=fact.law)
    since = _effective(library, fact) if fact.force == "draft" else ""
    if fact.effective:
        since = library.say("rights.in_force", date=fact.effective.isoformat())
    parts = {"article": fact.article, "number": fact.doc_no, "effective": since}
    missing = COMMA.join(library.say(f"rights.part_{key}") for key in parts if not parts[key])
    unverified = missing and missing + library.say("rights.missing")
    said = (law + (fact.article or ""), fact.doc_no, since, region, force, unverified)
    return DOT.join(part for part in said if part)


def _effective(library: Library, fact: Fact) -> str:
    if fact.force == "draft":
        return library.say("rights.not_in_force")
    return fact.effective.isoformat() if fact.effective else library.say("rights.missing")


def _region(library: Library, fact: Fact) -> str:
    if fact.reference_only:
        return library.say("rights.reference_region", place=fact.region)
    return fact.region


def _fact_remarks(library: Library, fact: Fact) -> Iterable[str]:
    if fact.force in SAID_ALOUD:
        yield library.say(f"rights.force_{fact.force}")
    if fact.confidence == "medium":
        yield library.say("rights.confidence_medium")
    if fact.note:
        yield fact.note
