"""Staff: their roles, links, sessions, second factors, and what was done to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import DIGEST_LENGTH, ID_LENGTH, KEY_LENGTH, Base, Words


class Staff(Base):
    """A person who works in the console. Suspended when he leaves, never deleted.

    Without password and second factor he was invited and has not joined yet. `totp_step` is the
    half minute whose code he used last: none up to it is taken again.
    """

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    created_at: Mapped[datetime]
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    suspended_at: Mapped[datetime | None]

    roles: Mapped[list["StaffRole"]] = relationship(
        order_by="StaffRole.role", lazy="raise", cascade="all, delete-orphan"
    )


class StaffRole(Base):
    """One role of one member of staff and how far it reaches: no district, no category is all."""

    __tablename__ = "staff_roles"
    __table_args__ = (
        CheckConstraint(
            "role IN ('reviewer', 'handler', 'notice_author', 'notice_approver',"
            " 'urgent_approver', 'content_editor', 'data_officer', 'admin', 'auditor')",
            name="role",
        ),
        CheckConstraint("(role = 'handler') = (unit IS NOT NULL)", name="unit"),
    )

    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    districts: Mapped[tuple[str, ...]] = mapped_column(Words, default=())
    categories: Mapped[tuple[str, ...]] = mapped_column(Words, default=())
    unit: Mapped[str | None] = mapped_column(String(KEY_LENGTH))


class SignInLink(Base):
    """A link by which one member of staff sets his password, once."""

    __tablename__ = "sign_in_links"
    __table_args__ = (
        CheckConstraint("purpose IN ('first', 'invitation', 'reset')", name="purpose"),
    )

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StaffSession(Base):
    """A browser of a member of staff: signed in, or on the way there.

    At the stage `code` the password was right, at `setup` a second factor is being set up. A
    second factor that is not confirmed yet waits in `pending_secret`.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (CheckConstraint("stage IN ('code', 'setup', 'full')", name="stage"),)

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    stage: Mapped[str] = mapped_column(String(8))
    csrf_token: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    pending_secret: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    browser: Mapped[str] = mapped_column(String(KEY_LENGTH))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship(lazy="raise")


class RecoveryCode(Base):
    """What stands in for the second factor, once."""

    __tablename__ = "recovery_codes"

    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    used_at: Mapped[datetime | None]


class SignInDoor(Base):
    """The failures of late behind one name or one address, known by its digest."""

    __tablename__ = "sign_in_doors"

    key: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    failures: Mapped[list[Any]]  # seconds since 1970
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class StaffEvent(Base):
    """Who did what to whom. Rows are only ever added; nobody as actor is the command line."""

    __tablename__ = "staff_events"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(KEY_LENGTH))
    actor_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))
    details: Mapped[dict[str, Any] | None]
