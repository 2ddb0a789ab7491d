"""How often somebody may try to sign in: so seldom that no password is guessed, and so that nobody who knows a name
can keep its owner out.

What is counted are the tries that fail: a right password gives back what it spent. Nothing here depends on whether
there is a user of that name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts import limits
from assay.accounts.limits import Rate
from assay.accounts.secrets import digest, new_secret
from assay.clock import now
from assay.db.models import KnownPlace, User

AT_A_PLACE: Final = Rate(timedelta(seconds=6), burst=10)
"""Of one name from one address, or of one device that its owner signed in with."""
OF_AN_ADDRESS: Final = Rate(timedelta(seconds=6), burst=100)
"""Of all names from one address: many people may sit behind it."""
OF_STRANGERS: Final = Rate(timedelta(seconds=36), burst=100)
"""Of one name from all addresses at which nobody ever signed in: many machines guess no faster than one."""
REMEMBERED: Final = timedelta(days=90)
MAX_PLACES: Final = 40
"""That are remembered of one user: the newest."""
NETWORK_BITS: Final = 64
"""Of an IPv6 address: the rest its owner chooses freely."""

Allowance = tuple[str, Rate]


@dataclass(frozen=True, slots=True)
class SignInPlace:
    """Where somebody tries to sign in."""

    address: str
    device: str | None = None
    """The secret that a browser keeps after its first sign-in."""

    @property
    def by_address(self) -> str:
        return f"address {network(self.address)}"

    @property
    def by_device(self) -> str:
        return f"device {digest(self.device)}" if self.device else ""


def network(address: str) -> str:
    """The address as it is counted: of IPv6 the network, of an IPv4 address in IPv6 that."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, NETWORK_BITS), strict=False))
    return str(found)


async def spend(session: AsyncSession, name: str, place: SignInPlace) -> list[Allowance]:
    """Takes one try from each allowance that counts here, and says which. Raises TooMany."""
    return await _take(session, await _allowances(session, name, place))


async def spend_address(session: AsyncSession, place: SignInPlace) -> list[Allowance]:
    """The same where nobody has said a name yet."""
    return await _take(session, of_address(place))


def of_address(place: SignInPlace) -> list[Allowance]:
    return [(f"sign-in from {place.by_address}", OF_AN_ADDRESS)]


async def _take(session: AsyncSession, allowances: list[Allowance]) -> list[Allowance]:
    for key, rate in allowances:
        await limits.spend(session, key, rate)
    await limits.forget_spent(session)
    return allowances


async def _allowances(session: AsyncSession, name: str, place: SignInPlace) -> list[Allowance]:
    """In this order in all requests, so that none waits for another in a circle."""
    device = exists().where(
        KnownPlace.place == place.by_device,
        KnownPlace.user_id == User.id,
        User.name == name,
        _is_fresh(),
    )
    address = exists().where(KnownPlace.place == place.by_address, _is_fresh())
    is_device, is_address = (await session.execute(select(device, address))).tuples().one()
    who = f"sign-in as {digest(name.casefold())}"
    if is_device:
        return [(f"{who} by {place.by_device}", AT_A_PLACE)]
    here = [*of_address(place), (f"{who} from {place.by_address}", AT_A_PLACE)]
    return here if is_address else [*here, (who, OF_STRANGERS)]


async def succeeded(session: AsyncSession, spent: Sequence[Allowance]) -> None:
    """Gives back what a right password spent."""
    for key, rate in spent:
        await limits.give_back(session, key, rate)


async def remember(session: AsyncSession, user_id: int, place: SignInPlace) -> str:
    """Notes that somebody came in here. Returns the secret that the device is to keep."""
    device = place.device if await _is_known(session, place) else None
    kept = SignInPlace(place.address, device or new_secret())
    rows = [{"user_id": user_id, "place": each, "last_used_at": now()} for each in (kept.by_address, kept.by_device)]
    adding = insert(KnownPlace).values(rows)
    await session.execute(
        adding.on_conflict_do_update(
            index_elements=["user_id", "place"], set_={"last_used_at": adding.excluded.last_used_at}
        )
    )
    newest = select(KnownPlace.place).where(KnownPlace.user_id == user_id)
    newest = newest.order_by(KnownPlace.last_used_at.desc(), KnownPlace.place).limit(MAX_PLACES)
    await session.execute(
        delete(KnownPlace).where(KnownPlace.user_id == user_id, ~_is_fresh() | KnownPlace.place.not_in(newest))
    )
    return kept.device or ""


async def _is_known(session: AsyncSession, place: SignInPlace) -> bool:
    known = select(exists().where(KnownPlace.place == place.by_device, _is_fresh()))
    return bool(place.device and await session.scalar(known))


def _is_fresh() -> ColumnElement[bool]:
    return KnownPlace.last_used_at > now() - REMEMBERED
