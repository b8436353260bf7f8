"""The fer-models command line: one file a command."""
