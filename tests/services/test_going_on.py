"""Going on, and leaving off, however it is said and whatever stands in the draft."""

import pytest

from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

pytestmark = on_sqlite
IDEA, HAZARD = "建议在蕉门地铁口多装几个换电柜", "进港大道金沙路口井盖没了"


@pytest.fixture(autouse=True)
def without_rasa(chat: Chat) -> None:
    """Nothing here needs understanding."""
    chat.rasa.mode = "down"


@pytest.mark.parametrize(
    ("opener", "asked"), [("提建议", "想提什么建议"), ("报隐患", "看到什么危险")]
)
async def test_a_form_that_was_left_empty_is_gone_on_with(
    worker: WorkerTester, opener: str, asked: str
):
    for said in (opener, "菜单", "菜单"):
        await worker.says(said)
    worker.sees_not("写了一半")
    await worker.says("继续")
    worker.sees(asked)
    await worker.says(IDEA if opener == "提建议" else HAZARD)
    worker.sees("归到")


@pytest.mark.parametrize("said", ["算了", "不交了"])
async def test_an_empty_form_that_was_given_up_is_not(worker: WorkerTester, said: str):
    for each in ("提建议", said, "继续"):
        await worker.says(each)
    worker.sees("没有写到一半")


async def test_the_newest_of_two_drafts_is_gone_on_with(worker: WorkerTester):
    for said in ("提建议", IDEA, "菜单", "报隐患", HAZARD, "菜单", "继续"):
        await worker.says(said)
    worker.sees("归到“井盖和积水”")


async def test_what_goes_on_is_what_would_be_dropped(worker: WorkerTester):
    for said in ("提建议", IDEA, "菜单", "报隐患", HAZARD, "菜单", "算了", "继续"):
        await worker.says(said)
    worker.sees("归到“充电换电”")


@pytest.mark.parametrize("said", ["算了吧", "算了，不写了", "不提了吧。", "放弃", "不想提了"])
async def test_leaving_off_is_never_written_into_the_draft(worker: WorkerTester, said: str):
    await worker.says("提建议")
    await worker.says(said)
    worker.sees("没有交")


@pytest.mark.parametrize("said", ["继续吧", "接着", "继续写", "继续，继续"])
async def test_going_on_is_never_written_into_the_draft(worker: WorkerTester, said: str):
    for each in ("提建议", IDEA, "菜单", said):
        await worker.says(each)
    worker.sees("归到“充电换电”")


async def at_summary(worker: WorkerTester) -> None:
    for said in ("提建议", IDEA, "对"):
        await worker.says(said)
    worker.sees("请看一遍")


@pytest.mark.parametrize("said", ["改", "改一下", "我要改", "写错了", "不对"])
async def test_which_field_is_to_be_mended_is_asked(worker: WorkerTester, said: str):
    await at_summary(worker)
    await worker.says(said)
    worker.sees("改哪一项", "请看一遍", "改地点")


@pytest.mark.parametrize("said", ["改一下地点", "地点写错了", "地点不对", "我想改地点"])
async def test_a_field_that_is_named_is_mended(worker: WorkerTester, said: str):
    await at_summary(worker)
    await worker.says(said)
    worker.sees("在什么地方")
    await worker.says("横沥地铁站")
    worker.sees("【地点】横沥地铁站")


async def test_me_too_without_a_list_asks_of_what(worker: WorkerTester):
    await worker.says("我也是")
    worker.sees("是哪件事", "提建议", "报隐患")


@pytest.mark.parametrize(
    ("said", "asked"),
    [("我也想提", "想提什么建议"), ("再提一个", "想提什么建议"), ("发现一个隐患", "看到什么危险")],
)
async def test_an_opener_is_not_taken_as_the_matter(worker: WorkerTester, said: str, asked: str):
    await worker.says(said)
    worker.sees(asked)
