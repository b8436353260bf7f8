"""The keys that a fleet trusts, as a list that the keys of the list before have signed.

After the root metadata of The Update Framework (TUF specification 1.0, 4.3 and 5.3), as far as a fleet has use for it.
"""

from base64 import b64decode, b64encode
from typing import Any, Dict, Tuple

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import Annotated

from fer_wire.message import Count, Message, Part, PositiveCount, UtcTime

ORDERS, MODELS, LISTS = "orders", "models", "lists"
PURPOSES: Tuple[str, ...] = (ORDERS, MODELS, LISTS)
KEY_BYTES, SIGNATURE_BYTES = 32, 64
MOST_KEYS = 16
MOST_LISTS = 16
"""Of one answer; who has read these asks for more."""


def _one_spelling(text: str) -> str:
    """The key itself: one key in two spellings would count twice."""
    if b64encode(b64decode(text, validate=True)).decode() != text or len(b64decode(text)) != KEY_BYTES:
        raise ValueError(f"expected the base64 of the {KEY_BYTES} bytes of an Ed25519 key")
    return text


PublicText = Annotated[str, Field(min_length=44, max_length=44), AfterValidator(_one_spelling)]
"""An Ed25519 public key (RFC 8032, 5.1.5), base64."""


class ListedKey(Part):
    """A key that the fleet trusts, and for what."""

    public: PublicText = Field(description="Ed25519 public key (RFC 8032), base64 of its 32 bytes")
    name: str = Field(default="", max_length=64, description="for people")
    signs: Tuple[str, ...] = Field(
        default=PURPOSES,
        min_length=1,
        max_length=8,
        description=f"what it may sign: {', '.join(PURPOSES)}; others may follow",
    )


class ListSignature(Part):
    """A signature of a list of keys."""

    key: PublicText = Field(description="the key that made it")
    signature: str = Field(max_length=200, description="Ed25519 (RFC 8032) over the list's signed bytes, base64")


class KeyList(Message):
    """The keys that may sign orders, models and the next list.

    A list is trusted when its version is the trusted one's plus 1, and as many keys for lists have signed it as the
    trusted list demands of its keys, and as many as it demands itself of its own.
    """

    version: Count = Field(description="1 for a fleet's first list; 0 is the one key of a device without a list")
    time: UtcTime = Field(description="when it was made")
    threshold: PositiveCount = Field(
        default=1, le=MOST_KEYS, description="how many keys for lists must sign this list and the next"
    )
    keys: Tuple[ListedKey, ...] = Field(min_length=1, max_length=MOST_KEYS, description="those that are trusted")
    signatures: Tuple[ListSignature, ...] = Field(
        default=(), max_length=2 * MOST_KEYS, description="by keys of this list and of the one before"
    )

    @model_validator(mode="after")
    def _can_be_followed(self) -> "KeyList":
        if len({key.public for key in self.keys}) != len(self.keys):
            raise ValueError("each key may stand in it once")
        if len(self.those_for(LISTS)) < self.threshold:
            raise ValueError(f"it needs {self.threshold} keys that sign lists, or no list could follow")
        return self

    def those_for(self, purpose: str) -> Tuple[str, ...]:
        """The public keys that may sign for this purpose."""
        return tuple(key.public for key in self.keys if purpose in key.signs)


class KeyLists(Message):
    """What a controller answers a device that asks for newer lists: the next ones in order, as they were signed."""

    lists: Tuple[Dict[str, Any], ...] = Field(
        default=(), max_length=MOST_LISTS, description="each a list of keys; none where there is no newer one"
    )
