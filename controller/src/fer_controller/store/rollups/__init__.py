"""Events and telemetry rolled up to minutes, hours and days, and the deletion of old rows."""
