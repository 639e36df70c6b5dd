"""Little programs in the place of the four real ones, for tests of starting and stopping."""

import sys
from pathlib import Path

from tests.stack import free_ports
from tools.start.programs import Program

HOST = "127.0.0.1"
SERVER = """
import http.server, sys
class Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
print("serving", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Well).serve_forever()
"""
FAILING = "import sys; sys.exit('no such database')"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER


def stand_ins(folder: Path, **code: str) -> tuple[Program, ...]:
    """Two well-behaved programs, and one more for each piece of code given by name."""
    sources = {"bot": SERVER, "rasa": SERVER} | code
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    ports = free_ports(len(sources))
    return tuple(
        Program(name, (sys.executable, str(folder / f"{name}.py"), str(port)), HOST, port, "/")
        for name, port in zip(sources, ports, strict=True)
    )


def is_alive(pid: int) -> bool:
    """Whether a process of that id exists and is not merely waiting to be noticed as dead."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
