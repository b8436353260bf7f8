"""Names of files are bytes; what is printed, sent or stored of them is text."""


def printable(text: str) -> str:
    r"""The text as UTF-8 can hold it: the bytes of a name that is not UTF-8 are spelt out, as in caf\xe9.mp4."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
