"""Faults on demand: which calls are to fail, how, and how often."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from tools.telegram.refusal import Refusal

DESCRIPTIONS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
    429: "Too Many Requests: retry after {retry_after}",
    500: "Internal Server Error",
    502: "Bad Gateway",
}
ANY = "*"


class Fault(BaseModel):
    """One fault: an error as answer, a call that hangs, or one whose answer is lost."""

    model_config = ConfigDict(extra="forbid")

    method: str = ANY
    chat_id: int | None = None
    status: int | None = Field(None, ge=400, le=599)
    retry_after: int | None = Field(None, ge=0)
    description: str | None = None
    hang: float | None = Field(None, ge=0)
    hang_after: float | None = Field(None, ge=0)
    times: int = Field(1, ge=1)

    @property
    def refusal(self) -> Refusal:
        """The error to be answered."""
        status, retry_after = self.status or 500, self.retry_after
        if status == 429 and retry_after is None:  # noqa: PLR2004 - Telegram always says how long
            retry_after = 1
        usual = DESCRIPTIONS.get(status, "Error").format(retry_after=retry_after)
        parameters = None if retry_after is None else {"retry_after": retry_after}
        return Refusal(status, self.description or usual, parameters)

    def meets(self, method: str, chat_id: int | str | None) -> bool:
        """Whether a call is one that this fault is for."""
        return self.method in (ANY, method) and (
            self.chat_id is None or str(self.chat_id) == str(chat_id)
        )


@dataclass
class Faults:
    """The faults that are still to happen, oldest first."""

    waiting: list[Fault]

    def take(self, method: str, chat_id: int | str | None) -> Fault | None:
        """The fault of this call, one time less of it afterwards."""
        for fault in self.waiting:
            if fault.meets(method, chat_id):
                fault.times -= 1
                self.waiting = [one for one in self.waiting if one.times]
                return fault
        return None
