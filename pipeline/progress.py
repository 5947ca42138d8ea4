"""Progress of long work, told to a person or to nobody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

Advance = Callable[[int], None]
"""Called with how many more are done."""


def silent(_done: int) -> None:
    """Tell nobody."""


@contextmanager
def bar(what: str, total: int | None = None) -> Iterator[Advance]:
    """A bar on standard error; on anything but a terminal its last state is printed once."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.advance(task, done)
