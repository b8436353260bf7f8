"""Everything that fer_wire raises on purpose.

WireError
├── AddressError      a URL that is not the broker's or web server's that it should be
├── TopicError        a name or a topic that cannot be built or parsed
├── MessageError      a payload that is not the message it should be
│   └── UntrustedError    nobody whom this device trusts has signed it
├── SettingsTextError  a settings file that is not UTF-8
├── SettingsRefusedError  settings from afar that are not among those that a device may be told
├── TlsError          a file of TLS that cannot be used
└── UpdateStateError  an event that cannot happen in the state that an update is in
"""

from typing import Mapping


class WireError(ValueError):
    """Base of all errors of the wire; its text is the sentence that the user sees."""


class AddressError(WireError):
    """A URL that is not the broker's or web server's that it should be."""


class TopicError(WireError):
    """A name or a topic that cannot be built or parsed."""


class MessageError(WireError):
    """A payload that is not the message it should be."""


class UntrustedError(MessageError):
    """Nobody whom this device trusts has signed it."""


class SettingsTextError(WireError):
    """A settings file that is not UTF-8."""


class SettingsRefusedError(WireError):
    """Settings from afar that are not among those that a device may be told, or out of their bounds."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        """The reasons are by the name of the setting."""
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in reasons.items()))
        self.reasons = dict(reasons)


class TlsError(WireError):
    """A file of TLS that cannot be used: authorities, a certificate or its key."""


class UpdateStateError(WireError):
    """An event that cannot happen in the state that an update is in."""
