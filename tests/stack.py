"""The whole of Yizhan for a test: the same trial that pictures and figures are taken from."""

from tools.start.trial import free_ports, running, settings_for
from tools.train_nlu import MODELS

__all__ = ["MODELS", "free_ports", "running", "settings_for"]
