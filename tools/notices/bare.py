"""How many messages a second the Bot API of this machine takes from who does nothing else.

python -m tools.notices.bare <base> <token> <messages>       prints the figure
"""

import asyncio
import sys
import time

from aiohttp import ClientSession, TCPConnector

from tools.notices.office import FIRST_CHAT, TEXT

AT_ONCE = 24  # as many as the bot has under way


async def measured(base: str, token: str, messages: int) -> float:
    """Messages a second."""
    chats = iter(range(FIRST_CHAT, FIRST_CHAT + messages))
    connector = TCPConnector(limit=AT_ONCE)
    async with ClientSession(connector=connector) as client:

        async def send() -> None:
            for chat in chats:
                data = {"chat_id": str(chat), "text": TEXT}
                async with client.post(f"{base}/bot{token}/sendMessage", data=data) as answer:
                    answer.raise_for_status()

        began = time.monotonic()
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    return messages / (time.monotonic() - began)


if __name__ == "__main__":
    print(asyncio.run(measured(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
