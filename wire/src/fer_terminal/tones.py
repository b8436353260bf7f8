"""Colors by what they mean; a program says what its words mean. Where NO_COLOR is set, rich prints none."""

GOOD = "green"
BUSY = "cyan"
BEWARE = "yellow"
BAD = "red"
QUIET = "dim"
PLAIN = ""
