"""JSON that is passed on as it was stored, under the schema of the model that wrote it."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from fer_wire import ModelManifest, Reported, Telemetry
from fer_wire.commands import Diagnosis
from pydantic import GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.verdicts import Verdict
from fer_controller.rollout.planning.request import DeployRequest


@dataclass(frozen=True)
class AsStored:
    """What an older controller did not store stays absent, rather than being filled with a default."""

    written_by: type[Any]

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema of what was written."""
        return handler(TypeAdapter(self.written_by).core_schema)


def read(text: str) -> Any:
    """The JSON; an infinite figure, which JSON does not know but an older controller wrote, is null."""
    return json.loads(text, parse_constant=lambda _constant: None)


StoredReport = Annotated[dict[str, Any], AsStored(Reported)]
StoredTelemetryMessage = Annotated[dict[str, Any], AsStored(Telemetry)]
StoredDiagnosis = Annotated[dict[str, Any], AsStored(Diagnosis)]
StoredManifest = Annotated[dict[str, Any], AsStored(ModelManifest)]
StoredRequest = Annotated[dict[str, Any], AsStored(DeployRequest)]
StoredVerdict = Annotated[dict[str, Any], AsStored(Verdict)]
StoredBaseline = Annotated[dict[str, Any], AsStored(Measured)]
