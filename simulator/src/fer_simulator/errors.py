"""Everything fer_simulator raises on purpose; each text is the sentence that the user sees.

SimulatorError
├── ScenarioError    what is asked of the simulation is misspelt or out of range
└── SimulationError  the simulated devices cannot run
"""


class SimulatorError(Exception):
    """Base of all errors of the simulator."""


class ScenarioError(SimulatorError):
    """What is asked of the simulation is misspelt or out of range."""


class SimulationError(SimulatorError):
    """The simulated devices cannot run."""
