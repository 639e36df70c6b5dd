"""Cases, their appended history, who stands behind them, and who looked at them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import DIGEST_LENGTH, ID_LENGTH, KEY_LENGTH, Base
from db.models.case_flow import CaseRecusal, CaseUnit

CODE_LENGTH = 16
LISTED = (
    *("state", "created_at", "id", "kind", "category", "province", "city", "district", "due"),
)
STATE_IS_KNOWN = (
    "state IN ('held', 'received', 'in_review', 'needs_more', 'accepted', 'assigned', 'returned',"
    " 'handling', 'paused', 'to_approve', 'answered', 'rated', 'archived', 'refused', 'merged',"
    " 'forwarded', 'withdrawn')"
)


class Case(Base):
    """A suggestion or hazard that a worker handed in. Its state is its newest event.

    `state` repeats that for lists; one function writes both (services/cases/states.py).

    `subject`, `place`, `remedy` and `extras` are masked: they are what is listed, routed and told.
    What was written stands in `original`, sealed under the worker's own key (services/vault.py),
    as do `contact` and `caller`.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("kind IN ('suggestion', 'hazard')", name="kind"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="position"),
        CheckConstraint(
            "held_reason IN ('too_many', 'too_fast', 'same_text', 'abusive')", name="held_reason"
        ),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
        CheckConstraint(
            "released_at IS NULL OR held_reason IS NOT NULL", name="released_was_held"
        ),
        CheckConstraint(STATE_IS_KNOWN, name="state"),
        CheckConstraint(
            "adopted IN ('service_measure', 'agency_improvement', 'law_or_policy',"
            " 'congress_supervision', 'deputy_motion', 'decision_reference', 'other')",
            name="adopted",
        ),
        CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL)", name="merged"),
        Index("ix_cases_created_at", "created_at"),
        # All that filters and limits of roles ask, so that counting 100,000 reads no row.
        Index("ix_cases_listed", *LISTED),
        Index("ix_cases_danger_state", "danger", "state"),
        Index("ix_cases_state_due", "state", "due"),
        Index("ix_cases_held_reason_released_at", "held_reason", "released_at"),
        Index("ix_cases_text_digest_created_at", "text_digest", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH), unique=True)
    worker_id: Mapped[str | None] = mapped_column(
        ForeignKey("workers.id", ondelete="SET NULL"), index=True
    )
    # The turn that sent it: a second try of the same turn can never make a second case.
    turn_id: Mapped[str | None] = mapped_column(
        ForeignKey("turns.id", ondelete="SET NULL"), unique=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="received")
    category: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    subject: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    # Answers to the category's own questions, by the question's id.
    extras: Mapped[dict[str, Any]] = mapped_column(default=dict)
    original: Mapped[bytes | None]
    # Whether an answer says danger now; None until a case of older days is judged.
    danger: Mapped[bool | None]
    contact: Mapped[bytes | None]
    caller: Mapped[bytes | None]
    wants_answer: Mapped[bool] = mapped_column(default=True)
    # Of the matter, never of the worker: WGS-84, rounded to 4 decimals (11 m), only where he
    # gave it for this case.
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    province: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    city: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    district: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    street: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    # Working days within which an answer was promised; `due` is the day, once the calendar says.
    answer_days: Mapped[int | None]
    due: Mapped[date | None]
    query_digest: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))
    # Of the masked text; None until a case of older days is sealed (services/cases/sealing.py).
    text_digest: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))
    # Why it waited for a person before it was taken in, and who let it pass.
    held_reason: Mapped[str | None] = mapped_column(String(16))
    released_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    released_at: Mapped[datetime | None]
    # The first of several with the very same words.
    folded_into: Mapped[str | None] = mapped_column(ForeignKey("cases.id", ondelete="SET NULL"))
    # The case in which this one goes on; its author and supporters stand behind that one too.
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("cases.id"))
    # By which of the seven ways of the Shanghai rules (art. 13) it was taken up.
    adopted: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]

    events: Mapped[list["CaseEvent"]] = relationship(
        back_populates="case", order_by="CaseEvent.number", lazy="raise", cascade="all"
    )
    units: Mapped[list[CaseUnit]] = relationship(
        order_by=CaseUnit.unit, lazy="raise", cascade="all, delete-orphan"
    )
    recusals: Mapped[list[CaseRecusal]] = relationship(
        order_by=CaseRecusal.at, lazy="raise", cascade="all, delete-orphan"
    )


class CaseEvent(Base):
    """One step of a case. Rows are only ever added."""

    __tablename__ = "case_events"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint(STATE_IS_KNOWN, name="state"),
        CheckConstraint("actor IN ('worker', 'staff', 'system')", name="actor"),
        Index("ix_case_events_at", "at"),  # what is new since the figures were told
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(KEY_LENGTH))
    actor: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    # What was done (services/cases/states.py), for which unit, and what else was given with it.
    step: Mapped[str] = mapped_column(String(32), default="hand_in")
    unit: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    # For staff; what the worker heard stands in his news.
    note: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]

    case: Mapped[Case] = relationship(back_populates="events", lazy="raise")


class CaseSupporter(Base):
    """One worker who says of a case that it is his matter too, once."""

    __tablename__ = "case_supporters"
    __table_args__ = (UniqueConstraint("case_id", "worker_id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    # A forgotten worker still counts, as nobody.
    worker_id: Mapped[str | None] = mapped_column(
        ForeignKey("workers.id", ondelete="SET NULL"), index=True
    )
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turns.id", ondelete="SET NULL"))
    at: Mapped[datetime]


class CaseAddition(Base):
    """What was added to a case later: a sentence, photos, a voice, or all.

    By its author, or by one who stands behind it: then he is `worker_id`, under whose key the
    original is sealed. `words` are masked; `photos` and `recordings` are numbers of the case's.
    """

    __tablename__ = "case_additions"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    turn_id: Mapped[str | None] = mapped_column(
        ForeignKey("turns.id", ondelete="SET NULL"), unique=True
    )
    worker_id: Mapped[str | None] = mapped_column(
        ForeignKey("workers.id", ondelete="SET NULL"), index=True
    )
    number: Mapped[int]
    words: Mapped[str | None] = mapped_column(Text)
    original: Mapped[bytes | None]
    photos: Mapped[list[Any]]
    recordings: Mapped[list[Any]]
    at: Mapped[datetime]


class CaseTry(Base):
    """One wrong query word, so that nobody can try them all."""

    __tablename__ = "case_tries"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    worker_id: Mapped[str] = mapped_column(
        ForeignKey("workers.id", ondelete="CASCADE"), index=True
    )
    case_id: Mapped[str | None] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(index=True)


class CaseView(Base):
    """One look of one member of staff at one case, and why where a reason is asked."""

    __tablename__ = "case_views"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('case', 'photo', 'recording', 'original', 'contact')", name="kind"
        ),
        CheckConstraint(
            "kind IN ('case', 'photo', 'recording') OR reason IS NOT NULL", name="reason"
        ),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
