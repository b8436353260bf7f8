"""The states of an alert and of a delivery: two tables; an event that is not listed is an error."""

from fer_controller.rollout.transitions import FAILED, GIVE_UP, Table

PENDING = "pending"
RAISED = "raised"
EASING = "easing"
OVER = "over"
"""Found, but not for long enough; raised; gone, but not for long enough; over."""

LAST = "last"
FADE = "fade"
RETURN = "return"
END = "end"
ABSORB = "absorb"
ACKNOWLEDGE = "acknowledge"

ALERT = Table(
    "Alert",
    {
        (PENDING, LAST): RAISED,
        (RAISED, FADE): EASING,
        (EASING, RETURN): RAISED,
        (EASING, END): OVER,
        (RAISED, ABSORB): OVER,
        (EASING, ABSORB): OVER,
        (RAISED, ACKNOWLEDGE): RAISED,
        (EASING, ACKNOWLEDGE): EASING,
    },
)
"""One that is pending and gone was never raised, and is dropped."""

WAITING = "waiting"
SENDING = "sending"
DELIVERED = "delivered"

SEND = "send"
ACCEPT = "accept"
REFUSE = "refuse"
INTERRUPT = "interrupt"

DELIVERY = Table(
    "Delivery",
    {
        (WAITING, SEND): SENDING,
        (SENDING, ACCEPT): DELIVERED,
        (SENDING, REFUSE): WAITING,
        (SENDING, INTERRUPT): WAITING,
        (SENDING, GIVE_UP): FAILED,
        (WAITING, GIVE_UP): FAILED,
    },
)
"""One that is being sent when its process dies is interrupted: it may have arrived, and is sent again."""

__all__ = [
    "ABSORB", "ACCEPT", "ACKNOWLEDGE", "ALERT", "DELIVERED", "DELIVERY", "EASING", "END", "FADE", "FAILED", "GIVE_UP",
    "INTERRUPT", "LAST", "OVER", "PENDING", "RAISED", "REFUSE", "RETURN", "SEND", "SENDING", "WAITING",
]  # fmt: skip
