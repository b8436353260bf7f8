"""The HTTP server, in its own process: models for devices, API and page for operators."""
