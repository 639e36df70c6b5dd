"""Runs supervisord so that it stops, with all it supervises, when whoever started it is gone."""

import os
import signal
import sys
import threading

from supervisor import supervisord


def main() -> None:
    """Supervise what the configuration file named on the command line says."""
    threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
    supervisord.main(["--nodaemon", "--configuration", sys.argv[1]])


def _stop_at_end_of_input() -> None:
    # Our input is a pipe that the starter holds open: it ends when he does, kill -9 included.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
