"""Settings in the environment: PREFIX_SECTION__NAME."""

from typing import Collection, Iterable, Optional

DELIMITER = "__"


def stranger(variables: Iterable[str], prefix: str, sections: Collection[str]) -> Optional[str]:
    """The setting, as section.name, of a variable with this prefix whose section is unknown; None where there is none.

    What reads the environment passes over such a variable, so that a misspelled one would go unnoticed. A name without
    a section is left alone: Kubernetes makes FER_CONTROLLER_SERVICE_HOST of a service called fer-controller.
    """
    for variable in sorted(variables):
        section, found, name = variable[len(prefix) :].lower().partition(DELIMITER)
        if variable.upper().startswith(prefix) and found and section not in sections:
            return f"{section}.{name.replace(DELIMITER, '.')}"
    return None
