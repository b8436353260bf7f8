"""Sessions in the database: each was begun with a token, and ends with it."""

from fer_controller.store.credentials.records import Token
from fer_controller.store.database import Database

MOST_OF_A_TOKEN = 50
"""Whoever signs in once more ends the oldest session of that token."""


class SessionStore:
    """Only hashes of sessions and tokens are stored; each change is one durable transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, sha256: str, token_sha256: str, at: str, expires_at: str) -> None:
        """Store a session; those that have ended are forgotten."""
        values = {"sha256": sha256, "token_sha256": token_sha256, "made_at": at, "expires_at": expires_at}
        with self._database.transaction():
            self._database.run("delete_ended_sessions", {"at": at})
            self._database.run("insert_session", values)
            surplus = {"token_sha256": token_sha256, "most": MOST_OF_A_TOKEN}
            self._database.run("delete_surplus_sessions", surplus)

    def token(self, sha256: str, at: str) -> Token | None:
        """The token with which this session was begun; None where the session or the token has ended."""
        return self._database.first(Token, "token_of_session", {"sha256": sha256, "at": at})

    def end(self, sha256: str) -> bool:
        """End a session; False when there is none."""
        with self._database.transaction():
            return self._database.run("delete_session", {"sha256": sha256}) > 0
