"""Which process this is, by a name that no other has, and whether the process of such a name may live still."""

import os
import socket
from pathlib import Path

BURIED = b"ZX"
"""States of processes that have ended and wait for their parent to ask how."""


def this_process() -> str:
    """Its number, when it began, and where numbers of processes mean the same: a machine, or a container of one."""
    number = os.getpid()
    return f"{number} {_began(number) or ''} {_place()}"


def may_live(name: str) -> bool:
    """False where the process was on this machine and is there no more; what runs on another one cannot be seen."""
    number, began, place = name.split(" ", 2)
    if place != _place():
        return True
    found = _began(int(number))
    return _is_there(int(number)) if found is None else found == began


def _place() -> str:
    try:
        numbers = Path("/proc/self/ns/pid").readlink()
    except OSError:  # not Linux
        numbers = Path()
    return f"{socket.gethostname()[:200]} {numbers}"


def _began(number: int) -> str | None:
    """The tick at which a process began, as a number is given again; "" of a dead one, none where nobody tells."""
    try:
        state, *rest = Path(f"/proc/{number}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return "" if state in BURIED else rest[18].decode()


def _is_there(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True
