"""Which files are pictures, by how they begin, whatever their names say."""

from pathlib import Path

BEGINNINGS = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\0",  # TIFF
    b"MM\0*",
    b"\0\0\0\x0cjP  ",  # JPEG 2000
    b"\xff\x4f\xff\x51",
    b"\xff\x0a",  # JPEG XL
    b"\0\0\0\x0cJXL ",
    b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"P7", b"Pf", b"PF",  # Netpbm and PFM
    b"#?RADIANCE",
)  # fmt: skip
STILL_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif")
"""Of HEIF and AVIF files that hold one picture (ISO 23008-12)."""

SUFFIXES = (
    ".avif", ".bmp", ".gif", ".heic", ".heif", ".j2k", ".jp2", ".jpeg", ".jpg", ".jxl", ".pbm", ".pfm", ".pgm", ".png",
    ".pnm", ".ppm", ".tif", ".tiff", ".webp",
)  # fmt: skip


def is_picture(path: Path) -> bool:
    """Whether the file is a picture, or is called one."""
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            begins = file.read(16)
    except OSError:
        return False
    if begins[:4] == b"RIFF":
        return begins[8:12] == b"WEBP"
    return begins.startswith(BEGINNINGS) or (begins[4:8] == b"ftyp" and begins[8:12] in STILL_BRANDS)
