"""A worker's own things: his cases, his news, what is stored of him, and deleting it."""

import pytest
from sqlalchemy import func, select

from db.base import Base
from db.models import Account, Case, OutboxRow, TurnRow, Worker
from db.session import transaction
from kit.errors import NotAllowed, NotFound, NotKnown
from services import accounts, cases
from services.cases import Draft
from tests.factories import add_staff, add_turn
from tests.fakes import heard
from tests.staffing import everything
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

HEARD = {
    "别给我发消息了": heard("unsubscribe_notices"),
    "给我发消息吧": heard("subscribe_notices"),
    "有什么通知": heard("latest_notices"),
    "我提的怎么样了": heard("check_case"),
    "撤回我提的": heard("withdraw_case"),
    "存了我什么": heard("show_my_data"),
    "删掉我的资料": heard("delete_my_data"),
    "我是广州送外卖的": heard("set_profile", trade="rider", place="广州"),
}


@pytest.fixture(autouse=True)
def hearing(chat: Chat) -> None:
    chat.rasa.hears = dict(HEARD)


async def hand_in(chat: Chat, worker: WorkerTester) -> str:
    """The code of a suggestion by this worker, some time after the one before."""
    chat.clock.advance(minutes=5)
    async with transaction(chat.sessions) as session:
        turn = await add_turn(session, worker.id, received_at=chat.clock())
        draft = Draft("suggestion", "路灯不亮 电话13800138000", "蕉门")
        done = await cases.hand_in(
            session, chat.library, chat.clock, worker.id, turn.id, draft=draft
        )
        return done.case.code


async def start_review(chat: Chat, code: str) -> None:
    chat.clock.advance(seconds=1)
    async with transaction(chat.sessions) as session:
        staff = await add_staff(session)
        await cases.take(
            *(session, chat.library, chat.clock, everything(staff.id), code), step="take_up"
        )


async def news(chat: Chat) -> list[OutboxRow]:
    async with transaction(chat.sessions) as session:
        return list(await session.scalars(select(OutboxRow)))


async def test_handing_in_twice_in_one_turn_is_one_case(chat: Chat, worker: WorkerTester):
    async with transaction(chat.sessions) as session:
        turn = await add_turn(session, worker.id)
        draft = Draft("hazard", "井盖没了")
        first = await cases.hand_in(
            session, chat.library, chat.clock, worker.id, turn.id, draft=draft
        )
        again = await cases.hand_in(
            session, chat.library, chat.clock, worker.id, turn.id, draft=draft
        )
    assert (first.case.code, first.query_word) == (again.case.code, again.query_word)


async def test_his_cases_are_his_alone(chat: Chat, worker: WorkerTester):
    code = await hand_in(chat, worker)
    await worker.says("我提的怎么样了")
    assert worker.card("case")["code"] == code
    stranger = await chat.newcomer()
    await stranger.says("我提的怎么样了")
    stranger.sees("还没")
    assert stranger.cards("case") == []
    async with transaction(chat.sessions) as session:
        with pytest.raises(NotFound):
            await cases.withdraw(session, chat.library, chat.clock, stranger.id, code)


async def test_taking_back(chat: Chat, worker: WorkerTester):
    code = await hand_in(chat, worker)
    await worker.says("撤回我提的")
    button = worker.token(f"撤回 {code}")
    await worker.sends({"choice": button})
    assert worker.card("case")["state"] == "已撤回"
    await worker.sends({"choice": button})
    worker.sees("不能这样办")
    await worker.says("撤回我提的")
    worker.sees("没有可以撤回的")
    with pytest.raises(NotAllowed):
        await start_review(chat, code)
    assert await news(chat) == []


async def test_a_review_is_told_once(chat: Chat, worker: WorkerTester):
    code = await hand_in(chat, worker)
    await start_review(chat, code)
    [row] = await news(chat)
    async with transaction(chat.sessions) as session:
        account = await session.get_one(Account, row.account_id)
    assert (account.worker_id, row.cause) == (worker.id, f"case:{code}:2:in_review")
    assert code in row.reply["text"]
    with pytest.raises(NotAllowed):
        await start_review(chat, code)
    assert len(await news(chat)) == 1
    await worker.says("有什么通知")
    worker.sees(code)
    await worker.says("我提的怎么样了")
    assert worker.card("case")["state"] == "工作人员正在看"


async def test_nothing_is_sent_to_one_who_wants_nothing(chat: Chat, worker: WorkerTester):
    first, second = await hand_in(chat, worker), await hand_in(chat, worker)
    await worker.says("别给我发消息了")
    await worker.presses("全部不收")
    worker.sees("不再主动给你发")
    await start_review(chat, first)
    assert await news(chat) == []
    await worker.presses("还是发吧")
    await start_review(chat, second)
    assert [row.cause for row in await news(chat)] == [f"case:{second}:2:in_review"]


@on_sqlite
async def test_staff_see_masked_words(chat: Chat, worker: WorkerTester):
    code = await hand_in(chat, worker)
    async with transaction(chat.sessions) as session:
        staff = await add_staff(session)
        detail = await cases.show(
            session, chat.library, chat.clock, code.lower().replace("-", " "), everything(staff.id)
        )
        page = await cases.inbox(session, chat.clock, everything(staff.id))
    assert detail.subject == "路灯不亮 电话〔电话〕"
    assert [item.subject for item in page.items] == [detail.subject]
    assert [step.state for step in detail.history] == ["received"]


async def test_what_is_stored_is_shown(chat: Chat, worker: WorkerTester):
    await worker.says("存了我什么")
    worker.sees("行业：没有", "交过的：0件", "没写完的：没有")
    await worker.says("我是广州送外卖的")
    worker.sees("记下了")
    await start_review(chat, await hand_in(chat, worker))
    await worker.says("提建议")
    await worker.says("换电柜太少")
    await worker.says("我的资料")
    worker.sees("行业：送外卖", "地区：广州", "交过的：1件", "没写完的：有一份", "收过的消息：1条")


async def traces(chat: Chat, worker_id: str) -> dict[str, int]:
    """In which tables and how often the worker's id still stands, wherever it may."""
    found = {}
    async with transaction(chat.sessions) as session:
        for table in Base.metadata.sorted_tables:
            rows = (await session.execute(table.select())).all()
            count = sum(worker_id in map(str, row) for row in rows)
            if count:
                found[table.name] = count
    return found


async def test_deleting_deletes(chat: Chat, worker: WorkerTester):
    await worker.says("我是广州送外卖的")
    code = await hand_in(chat, worker)
    await start_review(chat, code)
    await worker.says("别给我发消息了")
    await worker.presses("天气停工")
    await worker.says("提建议")
    await worker.says("换电柜太少")
    await worker.says("删掉我的资料")
    await worker.presses("先回答我")
    worker.sees("要删吗")
    await worker.presses("删掉")
    worker.sees("都删掉了")
    # His row, the account with the token, the turn that asked for it, its button, an empty state.
    left = await traces(chat, worker.id)
    assert left == {
        "workers": 1, "accounts": 1, "turns": 1, "choices": len(worker.titles), "dialogues": 1,
    }  # fmt: skip
    async with transaction(chat.sessions) as session:
        me = await session.get_one(Worker, worker.id)
        assert (me.trade, me.platform, me.area) == (None, None, None)
        case = (await session.scalars(select(Case))).one()
        assert (case.code, case.worker_id, case.turn_id) == (code, None, None)
        assert (case.subject, case.original) == ("路灯不亮 电话〔电话〕", None)
        assert await session.scalar(select(func.count()).select_from(TurnRow)) == 1
    await worker.says("我提的怎么样了")
    worker.sees_not(code)
    await worker.says("提建议")
    await worker.says("还能接着用")
    worker.sees("在什么地方")


@on_sqlite
async def test_deleting_is_asked_first(chat: Chat, worker: WorkerTester):
    code = await hand_in(chat, worker)
    await worker.says("删掉我的资料")
    await worker.presses("不删")
    await worker.says("我提的怎么样了")
    worker.sees(code)


@pytest.mark.parametrize("token", ["", "forged", "\x00", "a" * 100_000])
@on_sqlite
async def test_a_forged_token_is_nobody(chat: Chat, token: str):
    async with transaction(chat.sessions) as session:
        with pytest.raises(NotKnown):
            await accounts.by_token(session, token)
