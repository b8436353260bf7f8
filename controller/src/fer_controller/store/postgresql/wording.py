"""PostgreSQL's faults as sentences: which pass by themselves, and what helps against the others."""

import re

from fer_controller.errors import ControllerError, OutOfReachError, StoreError, StoreUnavailable
from fer_controller.store.database import OUT_OF_REACH_SENTENCE

OUT_OF_REACH_CODE = "FER01"
"""What a trigger says of a row that the operator may not change."""
READ_ONLY = "25006"
PASSING_CODES: dict[str, str] = {
    "23514": "{db} has no partition for this day any more",
    "25006": "{db} is read-only: it is a standby, or is being made one",
    "25P03": "{db} ended a transaction that stood still",
    "40001": "{db} was busy with the same rows",
    "40P01": "{db} was busy with the same rows",
    "53100": "The disk of {db} is full",
    "53200": "{db} is short of memory",
    "53300": "{db} has as many connections as it takes; raise max_connections there, or put PgBouncer before it",
    "53400": "{db} has reached a limit that was set",
    "55P03": "{db} is locked by another process",
    "57014": "{db} took too long",
    "57P01": "{db} is restarting or shutting down",
    "57P02": "{db} is restarting",
    "57P03": "{db} is starting",
    "58030": "The disk of {db} reports errors",
}
LASTING_CODES: dict[str, str] = {
    "42501": "The role may not do this in {db} ({said}); let it own the schema and the tables.",
    "42P01": "{db} has no such table yet ({said}); start `fer-controller serve` with it once to upgrade it.",
    "42703": "{db} has no such column yet ({said}); start `fer-controller serve` with it once to upgrade it.",
    OUT_OF_REACH_CODE: OUT_OF_REACH_SENTENCE,
}
UNREACHABLE = "{db} cannot be reached ({said})"
REFUSED: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile("password authentication failed|no password supplied|authentication failed"),
        "{db} refuses the login ({said}); give the password in PGPASSWORD, ~/.pgpass or a service file.",
    ),
    (
        re.compile("no pg_hba.conf entry|pg_hba.conf rejects"),
        "{db} accepts no such connection from this host ({said}); see its pg_hba.conf.",
    ),
    (
        re.compile('role ".*" does not exist'),
        "{db} does not know the role ({said}); create it, or name another in the URL.",
    ),
    (
        re.compile('database ".*" does not exist|no such database'),
        "There is no database {db}; create it with `createdb`, or name another with --db.",
    ),
    (re.compile("permission denied for database"), "{db} lets this role not in ({said}); grant it CONNECT."),
)
"""What a server says before it lets anybody in, where libpq passes no code on."""
CROWDED = re.compile("too many clients|connection slots are reserved|too many connections|no more connections allowed")
SAID_CHARACTERS = 200


def explained(code: str | None, message: str, db: str) -> ControllerError:
    """The fault with this code, if it has one, at this place; the message is PostgreSQL's or libpq's."""
    said = _said(message)
    if code in PASSING_CODES:
        return StoreUnavailable(f"{PASSING_CODES[code].format(db=db)} ({said}).")
    if code is None or code.startswith(("08", "57")):
        return _refused(said, db)
    if code == OUT_OF_REACH_CODE:
        return OutOfReachError(OUT_OF_REACH_SENTENCE)
    if code in LASTING_CODES:
        return StoreError(LASTING_CODES[code].format(db=db, said=said))
    return StoreError(f"{db} cannot be used: {said}.")


def _refused(said: str, db: str) -> StoreError:
    if CROWDED.search(said):
        return StoreUnavailable(f"{PASSING_CODES['53300'].format(db=db)} ({said}).")
    for pattern, sentence in REFUSED:
        if pattern.search(said):
            return StoreError(sentence.format(db=db, said=said))
    return StoreUnavailable(f"{UNREACHABLE.format(db=db, said=said)}.")


def _said(message: str) -> str:
    """The first line that says why, without what stands before it."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    reason = next((line for line in lines if "FATAL" in line), lines[0] if lines else "it says nothing")
    return reason.rpartition("FATAL:")[2].strip().rstrip(".")[:SAID_CHARACTERS]
