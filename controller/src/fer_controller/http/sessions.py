"""The page signs in with a token, and out: the browser keeps a cookie, and no script ever sees it again."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import Field

from fer_controller.desk import signing_in
from fer_controller.http import api, cookies
from fer_controller.http.guards import Guards, peer
from fer_controller.operations.fleet import MeAnswer
from fer_controller.operations.operation import Answer, Parameters
from fer_controller.settings import DbPlace
from fer_controller.store import opening
from fer_controller.store.credentials.records import VIEWER, Token
from fer_controller.store.subjects import Subjects

SESSION = "/v1/session"


class SignInRequest(Parameters):
    """Who signs in."""

    token: str = Field(max_length=1000, pattern=r"^[!-~]+$", description="An operator's token.")


class SignedOutAnswer(Answer):
    """A session that is over."""

    ended: bool = Field(default=True, description="True.")


def make_router(db: DbPlace, guards: Guards, lasts: timedelta) -> APIRouter:
    """Sessions of this length."""
    router = APIRouter(tags=[VIEWER])

    @router.post(SESSION, responses={**api.PROBLEMS}, summary="Sign in: a token for a cookie; needs the page's header.")
    def sign_in(asked: SignInRequest, request: Request, response: Response) -> MeAnswer:
        guards.expect_the_page(request)
        guards.expect_operator(request, asked.token)
        with opening.writer(db) as database:
            begun = signing_in.begin(Subjects(database, peer(request)), asked.token, datetime.now(UTC), lasts)
        cookies.put(request, response, begun.secret, int(lasts.total_seconds()))
        who = begun.operator
        return MeAnswer(name=who.holder, role=who.role, selector=who.selector)

    @router.delete(SESSION, responses={**api.PROBLEMS}, summary="Sign out: the session is over at once, in every tab.")
    def sign_out(
        caller: Annotated[Token, Depends(guards.viewer)], request: Request, response: Response
    ) -> SignedOutAnswer:
        secret = cookies.secret_of(request)
        if not secret:
            raise HTTPException(404, "There is no session; the request came with a token.")
        with opening.writer(db) as database:
            signing_in.end(Subjects(database, peer(request)), secret, caller.holder)
        cookies.remove(request, response)
        return SignedOutAnswer()

    return router
