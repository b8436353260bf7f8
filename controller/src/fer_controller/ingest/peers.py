"""Other controllers that store what arrives below the same prefix: one too many, of which both are told."""

import logging

from fer_wire import Greeting, Topics, parse

log = logging.getLogger(__name__)


class Peers:
    """Greets them, answers their greetings, and tells of each once per connection."""

    def __init__(self, topics: Topics, ours: Greeting) -> None:
        self._topics, self._ours = topics, ours
        self._told: set[str] = set()
        self._unsent: list[Greeting] = []

    def connected(self) -> None:
        """Greet whoever is there."""
        self._told.clear()
        self._unsent = [self._ours]

    def heard(self, payload: bytes) -> None:
        """Take in a greeting, our own included; raises MessageError."""
        theirs = parse(Greeting, payload)
        if theirs.controller == self._ours.controller:
            return
        if not theirs.answers:
            self._unsent.append(self._ours.model_copy(update={"answers": True}))
        if theirs.controller not in self._told:
            self._told.add(theirs.controller)
            log.warning(
                "Another controller, which stores into %s, works below %s at this broker, too. What one of them "
                "acknowledges, devices delete before the other may have stored it; stop one, or give it a --prefix of "
                "its own.",
                theirs.database,
                self._topics.prefix,
            )

    def take_messages(self) -> list[tuple[str, bytes]]:
        """What is to be published now, not retained."""
        unsent, self._unsent = self._unsent, []
        return [(self._topics.controller(each.controller), each.payload()) for each in unsent]
