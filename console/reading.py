"""What an address or a form holds, read with care: anybody may write one by hand."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from console.auth import SignedIn, own_form
from kit.errors import NotFound
from services.staff.actors import Actor

MAX_PAGE_DIGITS = 6


def page_number(text: str) -> int:
    """The number of a page, from 1; raises NotFound for anything else."""
    if not is_number(text, MAX_PAGE_DIGITS) or int(text) < 1:
        raise NotFound("console.no_such_page")
    return int(text)


def is_number(text: str, digits: int) -> bool:
    """Whether a text is a number of at most so many digits."""
    return text.isascii() and text.isdigit() and len(text) <= digits


@dataclass(frozen=True)
class Filled:
    """A form that was made for this session: who sent it, and its fields by name."""

    actor: Actor
    fields: dict[str, str] = field(repr=False)

    @property
    def staff_id(self) -> str:
        """Whose form it is."""
        return self.actor.id

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


async def posted(
    request: Request, actor: SignedIn, _own: Annotated[None, Depends(own_form)]
) -> Filled:
    """The form of a request, without its token; a file in it is left out."""
    form = await request.form()
    given = {name: text for name, text in form.items() if isinstance(text, str)}
    given.pop("csrf", None)
    return Filled(actor, given)


Posted = Annotated[Filled, Depends(posted)]


async def picture(request: Request) -> bytes:
    """The bytes of the file in a form's field `picture`; none where none was chosen."""
    file = (await request.form()).get("picture")
    return await file.read() if isinstance(file, UploadFile) else b""


Picture = Annotated[bytes, Depends(picture)]
