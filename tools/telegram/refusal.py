"""A call that the Bot API answers with an error."""

from typing import Any


class Refusal(Exception):
    """Answered with this status and description, and with parameters such as retry_after."""

    def __init__(
        self, status: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    @property
    def body(self) -> dict[str, Any]:
        """The answer as Telegram writes it."""
        body = {"ok": False, "error_code": self.status, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})
