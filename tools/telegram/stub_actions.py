"""An action server that does nothing and answers every action with the same text.

python -m tools.telegram.stub_actions PORT

Rasa's own Telegram channel cannot use ours, which answers turns that our bot stored before.
"""

import sys

from aiohttp import web

TEXT = "This is an answer of the length that a short answer of ours has."


def main() -> None:
    """Serve on this machine only."""
    app = web.Application()
    app.router.add_post("/webhook", _act)
    app.router.add_get("/health", _health)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


async def _act(_: web.Request) -> web.Response:
    return web.json_response({"events": [], "responses": [{"text": TEXT}]})


async def _health(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


if __name__ == "__main__":
    main()
