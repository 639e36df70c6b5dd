"""The fixtures that these tests share with the other layers."""

from tests.testers.chat import chat, library, phone, stocked, worker

__all__ = ["chat", "library", "phone", "stocked", "worker"]
