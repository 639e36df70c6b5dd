"""Kills the bot while workers hand in suggestions on Telegram: no update may be lost or doubled.

python -m tools.telegram.soak [--door polling|webhook|both] [--kills 50] [--cycles 60]
    [--workers 10] [--seed …]                        writes docs/figures/telegram-soak.md

A cycle is one suggestion: six updates, more where others said the same before. A worker who is
asked whether an answer arrived, and waits for one, presses the button that shows it again. What
came out is judged in `verdict`.
"""

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from content.library import Library
from content.loader import load
from kit import ids
from tools import figures
from tools.start.machine import ROOT
from tools.telegram.bench import TelegramApi
from tools.telegram.database import stored
from tools.telegram.killer import Killer, Kind, Messages, draw
from tools.telegram.markup import parse
from tools.telegram.phone import Phone
from tools.telegram.screen import Message
from tools.telegram.verdict import Said, Shown, Stored, Verdict, judge
from tools.telegram.whole import DOORS, Door, whole

PAGE = "telegram-soak.md"
SUBJECT = (ROOT / "tools" / "telegram" / "soak.words.txt").read_text(encoding="utf-8").strip()
# At least; beyond these are presses of the button that shows an answer again, and of the one that
# says that what others said is another matter.
UPDATES_A_CYCLE = 6
CATEGORY = ("sorting.is_it", "sorting.which")
FIRST_CHAT = 910_001
LONGEST_PAUSE_MS = 2000
KILLED: dict[Kind, str] = {"start": "starting", "message": "just sent", "well": "any time"}
LOOK_EVERY = 0.2
PATIENCE = 180.0
HEAD = (
    *("updates come by", "updates", "kills", "delivered again", "cases", "answers"),
    *("unknown", "of these lost", "asked", "shown again", "result"),
)

ABOUT = """\
{plan.workers} workers hand in {plan.cycles} suggestions, {updates} updates each, while the bot's
process is ended with kill -9: at drawn moments of the chat, while it starts, or just after it sent
a message. Updates beyond these are presses of the button that shows an answer again, and of the
one that says of a suggestion alike that it is another matter. Unknown: the
bot ended between sending an answer and noting that it was sent; it asks the worker whether the
answer arrived, and never sends it again unasked. Lost: the bot ended before it left the machine.
"""


@dataclass(frozen=True)
class Plan:
    """How much is to happen, and from which seed the moments are drawn."""

    kills: int
    cycles: int
    workers: int
    seed: str

    @property
    def subjects(self) -> list[str]:
        """What the workers suggest, each once."""
        return [f"{SUBJECT}{number}" for number in range(1, self.cycles + 1)]


class Worker:
    """One who hands in suggestions, one after the other, and looks at what he is told."""

    def __init__(self, phone: Phone, library: Library, killer: Killer, seed: str) -> None:
        self.phone = phone
        self.said: list[Said] = []
        self.pressed: set[int] = set()
        self._library = library
        self._killer = killer
        self._seed = seed

    def hands_in(self, subjects: Sequence[str]) -> None:
        """Suggest all of this; raises when an answer does not come."""
        say, opening = self._library.say, partial(_opening, self._library)
        for subject in subjects:
            self._says(say("menu.suggest_title"), opening("suggestion.ask_subject"))
            self._says(subject, opening("suggestion.ask_place"))
            self._says(say("form.skip"), opening("suggestion.ask_remedy"))
            proposed = self._says(say("form.skip"), *map(opening, CATEGORY))
            press = partial(self.phone.presses_data, proposed, proposed.buttons[0].data or "")
            summary = self._does(press, opening("similar.found"), opening("suggestion.summary"))
            if opening("similar.found") in summary.text:
                mine = self._button(summary, "similar.mine")
                summary = self._does(mine, opening("suggestion.summary"))
            self._does(self._button(summary, "form.send"), opening("suggestion.sent"))

    def _button(self, message: Message, key: str) -> Callable[[], Phone]:
        """What presses the button of this title."""
        title = self._library.say(key)
        data = next(b.data for b in message.buttons if b.title == title)
        return partial(self.phone.presses_data, message, data or "")

    def _says(self, text: str, *wanted: str) -> Message:
        return self._does(partial(self.phone.says, text), *wanted)

    def _does(self, do: Callable[[], Phone], *wanted: str) -> Message:
        """Do something and wait for one of its answers."""
        time.sleep(self._pause())
        self._killer.lets_pass()
        before = max((message.id for message in self.phone.messages), default=0)
        self._note(do)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            new = [message for message in self.phone.messages if message.id > before]
            for message in new:
                if any(words in message.text for words in wanted):
                    return message
            self._press_again(new)
            time.sleep(LOOK_EVERY)
        raise self.phone.failure(f"no answer with {wanted!r} in {PATIENCE:g} s")

    def _press_again(self, new: Sequence[Message]) -> None:
        """Ask to see the answer again, as a person does who is told that it may be lost."""
        title = self._library.say("commands.again_title")
        for message in new:
            offer = next((b.data for b in message.buttons if b.title == title), None)
            if offer and message.id not in self.pressed:
                self.pressed.add(message.id)
                self._note(partial(self.phone.presses_data, message, offer))

    def _note(self, do: Callable[[], Phone]) -> None:
        at = time.monotonic()
        do()
        chat = int(self.phone.chat["id"])
        self.said += [Said(one["update_id"], chat, at) for one in self.phone.updates]

    def _pause(self) -> float:
        """How long he thinks: drawn too, so that workers do not move in step."""
        drawn = ids.digest(f"{self._seed} pause {self.phone.chat['id']} {len(self.said)}")
        return int(drawn, 16) % LONGEST_PAUSE_MS / 1000


@dataclass(frozen=True)
class Result:
    """One run, judged."""

    door: Door
    said: int
    kills: int
    kinds: str
    again: int
    pressed: int
    cases: int
    verdict: Verdict
    faults: list[str]

    @property
    def row(self) -> tuple[object, ...]:
        """Its line in the table."""
        one = self.verdict
        result = "nothing lost, nothing twice" if not self.faults else "FAULT"
        return (
            *(self.door, self.said, f"{self.kills} ({self.kinds})", self.again),
            *(self.cases, one.answers, one.unknown, one.lost, one.asked, self.pressed, result),
        )


def run(door: Door, plan: Plan) -> Result:
    """Chat and kill, wait until all is quiet, and judge."""
    library = load(ROOT / "content")
    moments = draw(plan.seed, plan.kills, plan.cycles * UPDATES_A_CYCLE - plan.workers)
    with (
        tempfile.TemporaryDirectory(prefix="yizhan-soak-") as folder,
        whole(Path(folder), door) as it,
    ):
        killer = Killer(it.stack, Messages(it.api), moments, ahead=plan.workers)
        phones = [it.api.phone(FIRST_CHAT + number) for number in range(plan.workers)]
        workers = [Worker(phone, library, killer, plan.seed) for phone in phones]
        impatient = _chat(workers, killer, plan)
        there = _settled(it.api, it.data)
        shown, log_faults = arrived(it.api, phones)
        deliveries = it.api.deliveries()
    said = [one for worker in workers for one in worker.said]
    verdict = judge(said, shown, there, plan.subjects)
    kinds = Counter(moment.kind for moment in killer.done)
    missed = [f"only {len(killer.done)} kills"] if len(killer.done) < plan.kills else []
    return Result(
        door=door,
        said=len(said),
        kills=len(killer.done),
        kinds=", ".join(f"{kinds[kind]} {KILLED[kind]}" for kind in KILLED),
        again=len(deliveries) - len({one["update_id"] for one in deliveries}),
        pressed=sum(len(worker.pressed) for worker in workers),
        cases=len(there.subjects),
        verdict=verdict,
        faults=[*impatient, *missed, *verdict.faults, *log_faults],
    )


def arrived(api: TelegramApi, phones: Sequence[Phone]) -> tuple[list[Shown], list[str]]:
    """Every message that arrived, as the Bot API's log has it, and what is wrong with that."""
    calls = [call for call in api.log() if call["method"].startswith("send")]
    shown = [_shown(call) for call in calls if call["delivered"]]
    faults = list(api.problems())
    for phone in phones:
        chat = int(phone.chat["id"])
        logged, seen = sum(one.chat == chat for one in shown), len(phone.messages)
        if logged != seen:
            faults.append(f"chat {chat}: {logged} messages in the log, {seen} on the phone")
    return shown, faults


def _chat(workers: Sequence[Worker], killer: Killer, plan: Plan) -> list[str]:
    """Let all chat while the bot is killed; who waited in vain."""
    impatient = []
    with ThreadPoolExecutor(plan.workers + 1) as pool:
        killing = pool.submit(killer.run)
        chats = [
            pool.submit(worker.hands_in, plan.subjects[number :: plan.workers])
            for number, worker in enumerate(workers)
        ]
        for chat in chats:
            error = chat.exception()
            if isinstance(error, AssertionError):
                print(error, file=sys.stderr)
                impatient.append(str(error).splitlines()[0])
            elif error is not None:
                killer.stop()
                raise error
        killer.stop()
        killing.result()
    return impatient


def _settled(api: TelegramApi, data: Path) -> Stored:
    """The database once nothing is under way, or what it is after all patience."""
    end = time.monotonic() + PATIENCE
    while True:
        there = stored(data)
        quiet = not there.waiting and "waiting" not in there.states.values()
        if (quiet and not api.pending()) or time.monotonic() > end:
            return there
        time.sleep(LOOK_EVERY)


def _shown(call: dict[str, Any]) -> Shown:
    params = call["params"]
    text = str(params.get("text", ""))
    rows = (params.get("reply_markup") or {}).get("inline_keyboard", ())
    return Shown(
        chat=call["chat_id"],
        at=call["at"],
        text=parse(text).text if params.get("parse_mode") == "HTML" else text,
        tokens=frozenset(b["callback_data"] for row in rows for b in row if "callback_data" in b),
    )


def _opening(library: Library, key: str) -> str:
    """What a message surely begins with."""
    return re.split(r"[{\n]", library.messages[key])[0].strip()


def main() -> int:
    """Run, judge, write the page; 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--door", choices=(*DOORS, "both"), default="polling")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--cycles", type=int, default=60)
    parser.add_argument("--workers", type=int, default=10)
    parser.add_argument("--seed", default=ids.new_id()[:8])
    given = parser.parse_args()
    plan = Plan(given.kills, given.cycles, given.workers, given.seed)
    results = [run(door, plan) for door in DOORS if given.door in (door, "both")]
    command = f"--door {given.door} --kills {plan.kills} --cycles {plan.cycles}"
    command += f" --workers {plan.workers} --seed {plan.seed}"
    faults = [f"- {result.door}: {fault}" for result in results for fault in result.faults]
    lines = [
        "# Soak of the Telegram channel",
        "",
        f"{figures.today()}, {figures.machine()}, `python -m tools.telegram.soak {command}`:",
        ABOUT.format(plan=plan, updates=UPDATES_A_CYCLE),
        *figures.table(HEAD, [result.row for result in results]),
        *(["", *faults] if faults else []),
    ]
    figures.write(PAGE, lines)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
