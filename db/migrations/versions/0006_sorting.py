"""Sorting: examples to learn from, the models made of them, and units by area."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LIVE = sa.text("state = 'live'")
WHERE = ("category", "province", "city", "district", "street", "road")


def upgrade() -> None:
    """Add the tables."""
    _create_imports()
    _create_examples()
    _create_models()
    _create_units()


def downgrade() -> None:
    """What was learned is lost."""
    for table in ("area_units", "sorting_models", "case_examples", "sorting_imports"):
        op.drop_table(table)


def _create_imports() -> None:
    op.create_table(
        "sorting_imports",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('history', 'units')", name=op.f("ck_sorting_imports_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sorting_imports")),
    )


def _create_examples() -> None:
    op.create_table(
        "case_examples",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("unit", sa.Text()),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("case_id", sa.String(32)),
        sa.Column("import_id", sa.String(32)),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('imported', 'confirmed')", name=op.f("ck_case_examples_source")
        ),
        sa.CheckConstraint(
            "(source = 'confirmed') = (case_id IS NOT NULL)",
            name=op.f("ck_case_examples_of_a_case"),
        ),
        sa.CheckConstraint(
            "(source = 'imported') = (import_id IS NOT NULL)",
            name=op.f("ck_case_examples_of_an_import"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_examples_case_id_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["sorting_imports.id"],
            name=op.f("fk_case_examples_import_id_sorting_imports"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_case_examples_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_examples")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_examples_case_id")),
    )
    op.create_index(op.f("ix_case_examples_digest"), "case_examples", ["digest"])
    op.create_index("ix_case_examples_at", "case_examples", ["at"])


def _create_models() -> None:
    op.create_table(
        "sorting_models",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("night", sa.Date()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("examples_until", sa.DateTime(timezone=True)),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("macro_f1", sa.Double()),
        sa.Column("spread", sa.Double()),
        sa.Column("live_macro_f1", sa.Double()),
        sa.Column("body", sa.LargeBinary()),
        sa.CheckConstraint(
            "state IN ('training', 'live', 'retired', 'worse', 'too_few', 'unchanged', 'failed')",
            name=op.f("ck_sorting_models_state"),
        ),
        sa.CheckConstraint(
            "(state = 'live') = (body IS NOT NULL)", name=op.f("ck_sorting_models_body")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sorting_models")),
        sa.UniqueConstraint("night", name=op.f("uq_sorting_models_night")),
    )
    op.create_index(
        "uq_sorting_models_state",
        "sorting_models",
        ["state"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _create_units() -> None:
    op.create_table(
        "area_units",
        sa.Column("id", sa.String(32), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in WHERE),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("import_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["sorting_imports.id"],
            name=op.f("fk_area_units_import_id_sorting_imports"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_units")),
    )
    op.create_index("uq_area_units_where", "area_units", list(WHERE), unique=True)
    op.create_index("ix_area_units_city_district", "area_units", ["city", "district"])
