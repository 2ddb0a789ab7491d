"""Reviewers at the API of an Assay."""

from contextlib import asynccontextmanager

from tests.web.helpers import asking, bearer, person, token

from assay.db.models import Role, Scope

SCOPES = {
    Role.VIEWER: (Scope.READ,),
    Role.REVIEWER: (Scope.READ, Scope.REVIEW, Scope.PROPOSE),
    Role.ADMIN: tuple(Scope),
}


@asynccontextmanager
async def as_person(app, database, name, role=Role.REVIEWER):
    """A client of the app with a token of this person, who is its `actor`."""
    who = await person(database, name, role)
    async with asking(app, **bearer(await token(database, who, *SCOPES[role]))) as http:
        http.actor = who
        yield http
