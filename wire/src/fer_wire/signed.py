"""What a signature covers: a canonical form of the message, taken from the bytes that arrived."""

import json
from typing import Any, Dict, NamedTuple

from fer_wire.errors import MessageError


class SignedForm(NamedTuple):
    """How one kind of message is signed with Ed25519 (RFC 8032, 5.1).

    Signed is the context, and then the JSON without its signatures: keys sorted, no spaces, ASCII. The context keeps
    a signature of one kind from passing for one of another. Fields that this version does not know are covered, too.
    """

    kind: str
    context: bytes
    field: str
    """Where the signatures stand in the message."""

    def signed_bytes(self, payload: bytes) -> bytes:
        """What is signed; raises MessageError when the payload is no JSON object."""
        document = self._document(payload)
        document.pop(self.field, None)
        return self.context + _canonical(document)

    def with_signature(self, payload: bytes, signature: Any) -> bytes:
        """The message with this in the place of its signatures; raises MessageError as signed_bytes does."""
        return _canonical({**self._document(payload), self.field: signature})

    def _document(self, payload: bytes) -> Dict[str, Any]:
        try:
            document = json.loads(payload)
        except (ValueError, RecursionError) as error:
            raise MessageError(f"{self.kind}: Invalid JSON: {error}") from error
        if not isinstance(document, dict):
            raise MessageError(f"{self.kind}: Input should be an object")
        return document


MANIFEST = SignedForm("ModelManifest", b"", "signature")
"""Without a context: agents of old verify manifests, too."""
ORDER = SignedForm("Desired", b"fer desired state\n", "signature")
"""A desired state or its withdrawal."""
COMMAND = SignedForm("Command", b"fer command\n", "signature")
KEY_LIST = SignedForm("KeyList", b"fer key list\n", "signatures")


def _canonical(document: Dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
