"""Progress of a crawl on a terminal: feeds done, pages and reviews so far."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Tell = Callable[[int, int, int], None]
"""Takes how many more feeds, pages and mentions are done."""


def untold(_feeds: int, _pages: int, _mentions: int) -> None:
    """The null progress."""


@contextmanager
def shown_progress(feeds: int) -> Iterator[Tell]:
    """A bar over this many feeds, on standard error."""
    columns = (
        SpinnerColumn(),
        TextColumn("crawling"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("feeds, {task.fields[pages]} pages, {task.fields[mentions]} reviews"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("crawl", total=feeds, pages=0, mentions=0)

        def tell(feeds: int, pages: int, mentions: int) -> None:
            fields = progress.tasks[0].fields
            progress.update(task, advance=feeds, pages=fields["pages"] + pages, mentions=fields["mentions"] + mentions)

        yield tell
