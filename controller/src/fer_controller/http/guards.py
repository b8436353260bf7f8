"""Who holds a token, and what that allows."""

from fastapi import HTTPException, Request

from fer_controller.desk import access
from fer_controller.http.doors import site
from fer_controller.http.refusals import Refusal, Refusals
from fer_controller.registry import tokens
from fer_controller.rollout.audit import NOBODY
from fer_controller.store.credentials.records import OPERATOR, Token
from fer_controller.store.credentials.store import TokenStore

BEARER = "bearer"
ENROLL = "`fer-controller enroll DEVICE` makes one, the agent's setting update.token takes it"
ADD = "`fer-controller operators add NAME` makes one"
ORDERS = (
    "is a viewer's, which gives no orders and reads no audit log; `fer-controller operators add NAME --role operator` "
    "makes another"
)


class Guards:
    """What a request must bring: a device's or an operator's token; raises HTTPException (401, 403)."""

    def __init__(self, store: TokenStore, refusals: Refusals) -> None:
        self._store, self._refusals = store, refusals

    def enrolled(self, request: Request) -> None:
        """Any token, for models."""
        token = _token(request)
        if not token:
            raise self._refused(
                request, "This controller serves only enrolled devices, and the request has no token", ENROLL
            )
        caller = self._store.token(tokens.hashed(token))
        if caller is None:
            raise self._refused(request, "The token belongs to no device", ENROLL)
        request.state.caller = caller

    def viewer(self, request: Request) -> Token:
        """An operator's of any role, to look."""
        token = _token(request)
        if not token:
            raise self._refused(request, "This needs an operator's token, and the request has none", ADD)
        found = access.who(self._store, token)
        if found is None:
            raise self._refused(request, "The token belongs to no operator", ADD)
        return found

    def operator(self, request: Request) -> Token:
        """That of an operator who may give orders."""
        found = self.viewer(request)
        if found.role != OPERATOR:
            self._refusals.note(Refusal(_site(request), found.holder, f"{found.holder} may look alone"))
            raise HTTPException(403, f"The token of {found.holder} {ORDERS}.")
        return found

    def _refused(self, request: Request, why: str, remedy: str) -> HTTPException:
        self._refusals.note(Refusal(_site(request), NOBODY, why[0].lower() + why[1:]))
        return HTTPException(401, f"{why}; {remedy}.", {"WWW-Authenticate": "Bearer"})


def peer(request: Request) -> str:
    """The address that a request came from."""
    return request.client.host if request.client else ""


def holder(request: Request) -> str:
    """Whose share a request takes: its caller's, or where none is asked for a token, its address's."""
    caller: Token | None = getattr(request.state, "caller", None)
    if caller is not None:
        return f"{caller.role} {caller.holder}"
    return _site(request)


def _site(request: Request) -> str:
    return site(request.client.host) if request.client else ""


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == BEARER else ""
