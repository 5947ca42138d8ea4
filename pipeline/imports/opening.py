"""Open a file that may be packed, and read its lines within bounds; a file that breaks off is `Broken`."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LONGEST_LINE = 1 << 24
"""Characters: a file without line ends must not fill the memory."""


class Broken(Exception):
    """A file that cannot be read on; rows before the break are good."""


def is_packed(path: Path) -> bool:
    """Whether the name says gzip."""
    return path.suffix.lower() == ".gz"


def open_bytes(path: Path) -> gzip.GzipFile | io.BufferedReader:
    """The file's bytes, unpacked."""
    return gzip.GzipFile(path) if is_packed(path) else path.open("rb")


def lines(file: IO[str]) -> Iterator[str]:
    """Lines with their ends. Raises Broken for a cut or corrupt archive and for a line over LONGEST_LINE."""
    try:
        while line := file.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                msg = f"a line is longer than {LONGEST_LINE} characters"
                raise Broken(msg)
            yield line
    except EOFError as error:
        msg = "the archive breaks off"
        raise Broken(msg) from error
    except gzip.BadGzipFile as error:
        msg = "it is no gzip archive, or a corrupt one"
        raise Broken(msg) from error
    except zlib.error as error:
        msg = "the archive is corrupt"
        raise Broken(msg) from error
