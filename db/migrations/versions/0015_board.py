"""Exports of cases, the public board, sentences that were not understood."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables."""
    _create_exports()
    _create_board()
    _create_sentences()


def downgrade() -> None:
    """Drop them, and lose what stands in them."""
    for table in ("sentences", "board_changes", "board_posts", "case_exports"):
        op.drop_table(table)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _by_staff(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}_staff"))


def _create_exports() -> None:
    table = "case_exports"
    op.create_table(
        table,
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("under_way", sa.String(32)),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("filters", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("with_words", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer()),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        _check(table, "format", "format IN ('csv', 'xlsx')"),
        _check(table, "under_way", "under_way IS NULL OR under_way = staff_id"),
        _check(table, "ended", "(under_way IS NULL) = (ended_at IS NOT NULL)"),
        _by_staff(table, "staff_id"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_case_exports")),
        sa.UniqueConstraint("under_way", name=op.f("uq_case_exports_under_way")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_case_exports_staff_id"), table, ["staff_id"])


def _create_board() -> None:
    areas = ("province", "city", "district")
    op.create_table(
        "board_posts",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(32)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("category", sa.String(64)),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("unit", sa.String(64)),
        *(sa.Column(name, sa.String(64)) for name in areas),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("released_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        _check("board_posts", "kind", "kind IN ('suggestion', 'hazard')"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_board_posts_case_id_cases"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_board_posts")),
        sa.UniqueConstraint("case_id", name=op.f("uq_board_posts_case_id")),
        sqlite_autoincrement=True,
    )
    for column in ("released_at", "received_on"):
        op.create_index(f"ix_board_posts_{column}", "board_posts", [column])
    op.create_table(
        "board_changes",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _check("board_changes", "what", "what IN ('released', 'changed', 'withdrawn')"),
        _check("board_changes", "reason", "(what = 'withdrawn') = (reason IS NOT NULL)"),
        sa.ForeignKeyConstraint(
            ["number"],
            ["board_posts.number"],
            name=op.f("fk_board_changes_number_board_posts"),
            ondelete="CASCADE",
        ),
        _by_staff("board_changes", "staff_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_changes")),
    )
    op.create_index(op.f("ix_board_changes_number"), "board_changes", ["number"])


def _create_sentences() -> None:
    table = "sentences"
    rules = {
        "state": "state IN ('new', 'labelled', 'ignored')",
        "intent": "(state = 'labelled') = (intent IS NOT NULL)",
        "decided": "(state = 'new') = (decided_by IS NULL)",
        "count": "count > 0",
    }
    op.create_table(
        table,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("intent", sa.String(64)),
        sa.Column("decided_by", sa.String(32)),
        sa.Column("decided_at", MOMENT),
        *(_check(table, name, rule) for name, rule in rules.items()),
        _by_staff(table, "decided_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sentences")),
        sa.UniqueConstraint("digest", name=op.f("uq_sentences_digest")),
    )
    op.create_index(op.f("ix_sentences_last_on"), table, ["last_on"])
