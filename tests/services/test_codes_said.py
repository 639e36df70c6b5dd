"""A code as people say it: aloud, in small letters, with a slip; and what is done with one."""

import pytest

from services.cases import code_and_word
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

pytestmark = on_sqlite
CODE = "2345-6785"
IDEA = "建议在蕉门地铁口多装几个换电柜"


@pytest.fixture(autouse=True)
def without_rasa(chat: Chat) -> None:
    """Nothing here needs understanding."""
    chat.rasa.mode = "down"


async def handed_in(worker: WorkerTester) -> str:
    for said in ("提建议", IDEA, "对", "发送"):
        await worker.says(said)
    return str(worker.card("case")["code"])


SPOKEN = [
    "{0} {1}",
    "{0} - {1}",
    "{0}—{1}",
    "{0}·{1}",
    "查 {0}{1}",
    "编号：{0}－{1}",
    "【{0}-{1}】",
]


@pytest.mark.parametrize("how", SPOKEN)
async def test_a_code_in_any_spelling_is_read(worker: WorkerTester, how: str):
    code = await handed_in(worker)
    for said in (code, code.lower()):
        await worker.says(how.format(*said.split("-")))
        worker.sees(f"编号 {code}", "补充一件", "撤回一件")


@pytest.mark.parametrize("between", [" ", "-", " - ", "."])
async def test_a_code_is_read_aloud(worker: WorkerTester, between: str):
    code = await handed_in(worker)
    await worker.says(between.join(code.replace("-", "")))
    worker.sees(f"编号 {code}")


def test_a_query_word_is_read_in_groups():
    for said in ("123456", "123 456", "1 2 3 4 5 6", "123-456"):
        assert code_and_word(f"{CODE} {said}") == (CODE, "123456")


async def test_a_slip_is_told(worker: WorkerTester):
    code = await handed_in(worker)
    last = "2" if code[-1] != "2" else "3"
    for said in (code[:-1] + last, "O" + code[1:], "查 " + code[:-1] + last):
        await worker.says(said)
        worker.sees("看错了一个字", "查我提的")


@pytest.mark.parametrize(
    "said", ["ABCD-EFGH", "O345-67BC", "查ABC1-DEFG", "查一下编号 AB3D-7KMN", "A B 3 D 7 K M N"]
)
async def test_what_looks_like_a_code_is_told(worker: WorkerTester, said: str):
    await worker.says(said)
    worker.sees("看错了一个字")


@pytest.mark.parametrize("said", ["1 2 3 4 5 6 7 8", "我要找一个2026年的车位", "GOOD MORN"])
async def test_what_is_no_code_is_not_told_of_one(worker: WorkerTester, said: str):
    await worker.says(said)
    worker.sees_not("看错了一个字")


async def test_who_stands_behind_a_case_follows_it_by_its_code(chat: Chat, worker: WorkerTester):
    code = await handed_in(worker)
    other = await chat.newcomer()
    for said in ("提建议", "蕉门地铁站换电柜不够用，多装几个吧", "对", "我也是"):
        await other.says(said)
    other.sees("加进", code)
    await other.says(code)
    other.sees(f"编号 {code}", "已收到")
    other.sees_not("撤回一件", "补充一件")


@pytest.mark.parametrize("said", ["补充", "补一句", "加张照片", "我要补充"])
async def test_something_is_added_by_word(worker: WorkerTester, said: str):
    await worker.says(said)
    worker.sees("没有还在办的")
    code = await handed_in(worker)
    await worker.says(said)
    await worker.says("晚上八点以后最缺")
    await worker.says("发送")
    worker.sees(f"补进 {code}")


async def test_what_is_over_can_neither_be_added_to_nor_withdrawn(worker: WorkerTester):
    code = await handed_in(worker)
    await worker.says(code)
    await worker.presses("撤回一件")
    await worker.presses(f"撤回 {code}")
    await worker.says(code)
    worker.sees("已撤回")
    worker.sees_not("补充一件", "撤回一件", "答复期限")
