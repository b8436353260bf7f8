"""Who holds a certificate or a token, and what that allows."""

from collections.abc import Collection
from datetime import UTC, datetime

from fastapi import HTTPException, Request
from fer_wire.message import iso_utc

from fer_controller.desk import access, signing_in
from fer_controller.http import cookies
from fer_controller.http.certified import Certified
from fer_controller.http.doors import site
from fer_controller.http.refusals import Refusal, Refusals
from fer_controller.http.shown import STATE, Shown
from fer_controller.http.uses import Uses
from fer_controller.registry import tokens
from fer_controller.rollout.audit import NOBODY
from fer_controller.store.credentials.records import ADMIN, DEVICE, OPERATOR, OPERATORS, Token
from fer_controller.store.credentials.sessions import SessionStore
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.rollouts.desired import DesiredStore

BEARER = "bearer"
ENROLL = "`fer-controller enroll DEVICE` makes one, the agent's setting update.token takes it"
CERTIFY = "`fer-controller enroll {name} --out FOLDER` makes one, the agent's identity.cert_file takes it"
ADD = "`fer-controller operators add NAME` makes one"
RENEW = "`fer-controller enroll {name} --replace` makes another, the agent's setting update.token takes it"
RENEW_OPERATOR = "`fer-controller operators add {name} --replace` makes another"
ASSIGNED = "{name} fetches what it is told to run, and that is something else; `fer-controller deploy` tells it"
UNKNOWN = ("The token belongs to no operator", ADD)
ENDED = ("The session has ended", "sign in again with a token")
MAY = {OPERATOR: "gives no orders and reads no audit log", ADMIN: "says not who may do what"}
"""What the token of a lesser role does not do."""


class Guards:
    """What a request must bring: a device's certificate or token, an operator's token or session.

    Raises HTTPException (401, 403).
    """

    def __init__(
        self,
        store: TokenStore,
        sessions: SessionStore,
        desired: DesiredStore,
        certified: Certified,
        refusals: Refusals,
        uses: Uses,
    ) -> None:
        self._store, self._sessions = store, sessions
        self._desired, self._certified = desired, certified
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
        """A device is told to run one of these files; an operator reads any, as does anybody where access is open."""
        caller: Token | Shown | None = getattr(request.state, "caller", None)
        if caller is None or caller.role != DEVICE or not self._desired.assigned(caller.holder).isdisjoint(files):
            return
        raise self._forbidden(request, caller, ASSIGNED.format(name=caller.holder))

    def viewer(self, request: Request) -> Token:
        """An operator's of any role, to look: their token, or the session that the page began with it."""
        token, secret = _token(request), cookies.secret_of(request)
        if not token and not secret:
            raise self._refused(request, "This needs an operator's token, and the request has none", ADD)
        found = self._holder(request)
        if found is None:
            raise self._refused(request, *(UNKNOWN if token else ENDED))
        if not token:
            self.expect_the_page(request, found.holder)
        request.state.caller = self._in_force(request, found)
        return found

    def lets_in(self, request: Request, caller: Token) -> bool:
        """Whether whoever was let in still would be, to the same devices; nothing is noted."""
        found = self._holder(request)
        if found is None or found.selector != caller.selector:
            return False
        return not found.expired(iso_utc(datetime.now(UTC)))

    def expect_the_page(self, request: Request, who: str = NOBODY) -> None:
        """A request that changes something and has no token of its own was sent by the page, not by another site."""
        if cookies.is_from_the_page(request):
            return
        why = f"What changes something by a session comes from the page itself, with the header {cookies.PAGE_HEADER}"
        self._refusals.note(Refusal(_site(request), who, f"{why[0].lower()}{why[1:]}"))
        raise HTTPException(403, f"{why}.")

    def expect_operator(self, request: Request, token: str) -> None:
        """The token is an operator's, and in force."""
        found = access.who(self._store, token)
        if found is None:
            raise self._refused(request, *UNKNOWN)
        self._in_force(request, found)

    def at_least(self, role: str, request: Request) -> Token:
        """That of an operator of this role, or of one who may do more."""
        found = self.viewer(request)
        if OPERATORS.index(found.role) < OPERATORS.index(role):
            why = f"The token of {found.holder} is a{'n' * (found.role[0] in 'ao')} {found.role}'s, which {MAY[role]}"
            remedy = f"`fer-controller operators add {found.holder} --role {role} --replace` makes another"
            raise self._forbidden(request, found, f"{why}; {remedy}")
        return found

    def of_all(self, request: Request) -> Token:
        """That of an operator who sees the whole fleet."""
        found = self.viewer(request)
        if found.selector:
            why = f"{found.holder} is given the devices of {found.selector}, and this is of all"
            raise self._forbidden(request, found, why)
        return found

    def note_out_of_reach(self, request: Request) -> None:
        """An operator asked for devices that are none of theirs."""
        caller: Token = request.state.caller
        self._refusals.note(Refusal(_site(request), caller.holder, f"{caller.holder} is not given what it asks for"))

    def _holder(self, request: Request) -> Token | None:
        """Whose token, or else whose session, a request shows."""
        token = _token(request)
        if token:
            return access.who(self._store, token)
        return signing_in.who(self._sessions, cookies.secret_of(request), datetime.now(UTC))

    def _in_force(self, request: Request, token: Token) -> Token:
        """The token, whose use is noted; raises HTTPException when it has expired."""
        if token.expired(iso_utc(datetime.now(UTC))):
            why = f"The token of {token.holder} expired at {token.expires_at}"
            remedy = RENEW if token.role == DEVICE else RENEW_OPERATOR
            raise self._refused(request, why, remedy.format(name=token.holder), token.holder)
        self._uses.note(token)
        return token

    def _forbidden(self, request: Request, caller: Token | Shown, why: str) -> HTTPException:
        self._refusals.note(Refusal(_site(request), caller.holder, f"{why[0].lower()}{why[1:].partition(';')[0]}"))
        return HTTPException(403, f"{why}.")

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
