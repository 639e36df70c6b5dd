"""The fixtures that these tests share with the other layers."""

from tests.testers.chat import chat, library, worker

__all__ = ["chat", "library", "worker"]
