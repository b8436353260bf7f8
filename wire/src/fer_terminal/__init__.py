"""How the command lines of all programs look: tables, times, colors, progress, completion; rich and typer draw them."""
