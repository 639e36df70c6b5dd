"""The theme of a case stands in its facts: figures count themes as they count states."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OWN, NOTHING = 54, "000000"
ZERO, BASE = ord("0"), 64


def upgrade() -> None:
    """Add six digits to each line of facts: the theme, and one more than the rank in it."""
    connection = op.get_bind()
    connection.execute(
        sa.text("UPDATE case_facts SET body = body || :nothing"), {"nothing": NOTHING}
    )
    themes = connection.execute(sa.text("SELECT case_id, theme, rank FROM case_themes"))
    given = [
        {"of": case_id, "digits": _digits(theme) + _digits(rank + 1)}
        for case_id, theme, rank in themes
    ]
    if given:
        put = "UPDATE case_facts SET body = substr(body, 1, :own) || :digits WHERE case_id = :of"
        connection.execute(sa.text(put), [{"own": OWN, **each} for each in given])


def downgrade() -> None:
    """Lines of facts without a theme."""
    cut = sa.text("UPDATE case_facts SET body = substr(body, 1, :own)")
    op.get_bind().execute(cut, {"own": OWN})


def _digits(value: int) -> str:
    return "".join(chr(ZERO + value // BASE**place % BASE) for place in (2, 1, 0))
