"""The fer-agent command line: one file a command."""
