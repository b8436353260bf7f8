"""Who holds a certificate or a token, and what that allows."""

from collections.abc import Collection
from datetime import UTC, datetime

from fastapi import HTTPException, Request
from fer_wire.message import iso_utc

from fer_controller.desk import access
from fer_controller.http.certified import Certified
from fer_controller.http.doors import site
from fer_controller.http.refusals import Refusal, Refusals
from fer_controller.http.shown import STATE, Shown
from fer_controller.http.uses import Uses
from fer_controller.registry import tokens
from fer_controller.rollout.audit import NOBODY
from fer_controller.store.credentials.records import DEVICE, OPERATOR, Token
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.rollouts.desired import DesiredStore

BEARER = "bearer"
ENROLL = "`fer-controller enroll DEVICE` makes one, the agent's setting update.token takes it"
CERTIFY = "`fer-controller enroll {name} --out FOLDER` makes one, the agent's identity.cert_file takes it"
ADD = "`fer-controller operators add NAME` makes one"
RENEW = "`fer-controller enroll {name} --replace` makes another, the agent's setting update.token takes it"
RENEW_OPERATOR = "`fer-controller operators add {name} --replace` makes another"
ASSIGNED = "{name} fetches what it is told to run, and that is something else; `fer-controller deploy` tells it"
ORDERS = (
    "is a viewer's, which gives no orders and reads no audit log; `fer-controller operators add NAME --role operator` "
    "makes another"
)


class Guards:
    """What a request must bring: a device's certificate or token, an operator's token.

    Raises HTTPException (401, 403).
    """

    def __init__(
        self, store: TokenStore, desired: DesiredStore, certified: Certified, refusals: Refusals, uses: Uses
    ) -> None:
        self._store, self._desired, self._certified = store, desired, certified
        self._refusals, self._uses = refusals, uses

    def certified(self, request: Request) -> Shown:
        """A device's certificate that is in force."""
        shown: Shown | None = getattr(request.state, STATE, None)
        if shown is None:
            why = "This is for devices with a certificate of the fleet's authority, and none was shown"
            raise self._refused(request, why, CERTIFY.format(name="DEVICE"))
        fault = self._certified.fault(shown)
        if fault:
            raise self._refused(request, fault, CERTIFY.format(name=shown.holder), shown.holder)
        return shown

    def enrolled(self, request: Request) -> None:
        """A device's certificate, or any token, for models."""
        if getattr(request.state, STATE, None) is not None:
            request.state.caller = self.certified(request)
            return
        token = _token(request)
        if not token:
            raise self._refused(
                request, "This controller serves only enrolled devices, and the request has no token", ENROLL
            )
        caller = self._store.token(tokens.hashed(token))
        if caller is None:
            raise self._refused(request, "The token belongs to no device", ENROLL)
        if caller.role == DEVICE and self._certified.alone:
            self.certified(request)
        request.state.caller = self._in_force(request, caller)

    def expect_assigned(self, request: Request, files: Collection[str]) -> None:
        """One of these files is what the device is told to run; an operator may have any, and so may anybody where
        no token is asked for.
        """
        caller: Token | Shown | None = getattr(request.state, "caller", None)
        if caller is None or caller.role != DEVICE or not self._desired.assigned(caller.holder).isdisjoint(files):
            return
        self._refusals.note(
            Refusal(_site(request), caller.holder, f"{caller.holder} asks for a file of no order to it")
        )
        raise HTTPException(403, ASSIGNED.format(name=caller.holder))

    def viewer(self, request: Request) -> Token:
        """An operator's of any role, to look."""
        token = _token(request)
        if not token:
            raise self._refused(request, "This needs an operator's token, and the request has none", ADD)
        found = access.who(self._store, token)
        if found is None:
            raise self._refused(request, "The token belongs to no operator", ADD)
        return self._in_force(request, found)

    def operator(self, request: Request) -> Token:
        """That of an operator who may give orders."""
        found = self.viewer(request)
        if found.role != OPERATOR:
            self._refusals.note(Refusal(_site(request), found.holder, f"{found.holder} may look alone"))
            raise HTTPException(403, f"The token of {found.holder} {ORDERS}.")
        return found

    def _in_force(self, request: Request, token: Token) -> Token:
        """The token, whose use is noted; raises HTTPException when it has expired."""
        if token.expired(iso_utc(datetime.now(UTC))):
            why = f"The token of {token.holder} expired at {token.expires_at}"
            remedy = RENEW if token.role == DEVICE else RENEW_OPERATOR
            raise self._refused(request, why, remedy.format(name=token.holder), token.holder)
        self._uses.note(token)
        return token

    def _refused(self, request: Request, why: str, remedy: str, who: str = NOBODY) -> HTTPException:
        self._refusals.note(Refusal(_site(request), who, why[0].lower() + why[1:]))
        return HTTPException(401, f"{why}; {remedy}.", {"WWW-Authenticate": "Bearer"})


def peer(request: Request) -> str:
    """The address that a request came from."""
    return request.client.host if request.client else ""


def holder(request: Request) -> str:
    """Whose share a request takes: its caller's, or where none is asked for a token, its address's."""
    caller: Token | Shown | None = getattr(request.state, "caller", None)
    if caller is not None:
        return f"{caller.role} {caller.holder}"
    return _site(request)


def _site(request: Request) -> str:
    return site(request.client.host) if request.client else ""


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == BEARER else ""
