"""The one family of errors that a person may be told about, each by a message key."""


class AppError(Exception):
    """Something a person has to be told.

    `key` names a sentence in `content/messages/`; `fields` fill its placeholders.
    Each edge (bot, action server, console) turns it into words in exactly one place.
    """

    key = "errors.unexpected"
    status = 400

    def __init__(self, key: str | None = None, **fields: object) -> None:
        super().__init__(key or self.key)
        self.key = key or self.key
        self.fields = fields


class NotFound(AppError):
    """What was asked for does not exist, or not for this person."""

    key = "errors.not_found"
    status = 404


class NotAllowed(AppError):
    """This person may not do this."""

    key = "errors.not_allowed"
    status = 403


class NotKnown(AppError):
    """The caller's token or session is missing, wrong or over."""

    key = "errors.not_known"
    status = 401


class BadInput(AppError):
    """What was sent cannot be read; the message says what to do."""

    key = "errors.bad_input"
    status = 422


class TooFast(AppError):
    """More turns than one person sends; the same one may be sent again in `seconds`."""

    key = "errors.too_fast"
    status = 429


class TooLarge(AppError):
    """More was sent than is taken."""

    key = "errors.too_large"
    status = 413
