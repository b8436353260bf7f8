"""Events and telemetry rolled up to minutes and hours, and the deletion of old rows."""
