"""What `deploy` is asked for: a change and its course; its options, the API's body and the page's form follow."""

import json

from fer_controller.rollout.planning.course import Course
from fer_controller.rollout.planning.wanted import Wanted


class DeployRequest(Course, Wanted):
    """A request for a rollout; raises RequestError where a value is misspelled."""


def loaded(text: str) -> DeployRequest:
    """A request as it was stored; what only a newer controller knows is passed over."""
    stored = json.loads(text)
    return DeployRequest(**{name: stored[name] for name in DeployRequest.model_fields if name in stored})
