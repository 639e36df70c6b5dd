"""Examples to sort: sentences of content/, said in many ways, each with its category."""

from datetime import datetime, timedelta

from content.library import Library
from db.models import CaseExample, SortingImport
from db.session import Sessions, transaction
from kit.ids import new_id
from services.cases.sorting.learning import example_values
from tests.factories import NOON_OF_TESTS

CATEGORIES = ("battery_charging_swap", "rest_stops", "parking_stopping")
OPENINGS = (
    "您好，",
    "领导好，",
    "我是骑手，",
    "天天路过，",
    "说个事，",
    "麻烦看看，",
    "提个意见，",
)
PLACES = ("金洲", "蕉门", "黄阁", "东涌", "横沥", "万顷沙", "榄核")


def spoken(library: Library, category: str) -> list[str]:
    """Some forty different texts about one category."""
    return [
        f"{opening}{place}这边：{sentence}"
        for sentence in library.categories[category].examples
        for opening, place in zip(OPENINGS, PLACES, strict=True)
    ]


def examples(library: Library, *, wrong: bool = False) -> list[tuple[str, str]]:
    """Texts with their categories, or each with that of the text after the next."""
    found = [(text, name) for name in CATEGORIES for text in spoken(library, name)]
    if not wrong:
        return found
    return [
        (f"又说一遍，{text}", CATEGORIES[number % len(CATEGORIES)])
        for number, (text, _) in enumerate(found)
    ]


async def store(
    sessions: Sessions, found: list[tuple[str, str]], at: datetime = NOON_OF_TESTS
) -> None:
    """Bring examples in, as an import does."""
    async with transaction(sessions) as session:
        row = SortingImport(
            id=new_id(), kind="history", file_name="a.csv", digest="d", imported_by="王敏",
            counts={}, at=at,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        for number, (text, category) in enumerate(found):
            values = example_values(None, text, category, None)
            moment = at + timedelta(milliseconds=number)
            session.add(
                CaseExample(id=new_id(), source="imported", import_id=row.id, at=moment, **values)
            )
