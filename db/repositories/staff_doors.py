"""Queries about failures to sign in, by name and by address."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import SignInDoor


class DoorRepository:
    """Doors by their keys."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def held(self, key: str, now: datetime) -> SignInDoor:
        """The door, made where there is none, for this transaction alone until the commit."""
        found = await self._locked(key)
        if found is None:
            try:
                async with self.session.begin_nested():
                    values = {"key": key, "failures": [], "last_at": now}
                    await self.session.execute(insert(SignInDoor).values(**values))
            except IntegrityError:
                pass  # Somebody else made it between our look and our insert.
            found = await self._locked(key)
        if found is None:
            raise LookupError(key)
        return found

    async def forget_before(self, moment: datetime) -> None:
        """Delete the doors at which nothing failed since, but for those that others hold."""
        old = select(SignInDoor.key).where(SignInDoor.last_at < moment)
        keys = (await self.session.scalars(old.with_for_update(skip_locked=True))).all()
        if keys:
            await self.session.execute(
                delete(SignInDoor)
                .where(SignInDoor.key.in_(keys))
                .execution_options(synchronize_session=False)
            )

    async def _locked(self, key: str) -> SignInDoor | None:
        query = select(SignInDoor).where(SignInDoor.key == key).with_for_update()
        return await self.session.scalar(query.execution_options(populate_existing=True))
