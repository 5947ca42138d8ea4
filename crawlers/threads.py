"""Reading a page in a thread of its own: one that hangs on a hostile page keeps nobody else from getting a thread."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")

READ_WITHIN_S = 60
"""A page that takes longer to parse was made to."""


async def apart(make: Callable[[], Made], *, within_s: float) -> Made:
    """What a function gives; raises TimeoutError where that takes longer, and leaves the thread to itself then.

    The pool of `asyncio.to_thread` has few threads, and pages that hang in them would keep others from being stored.
    """
    loop = asyncio.get_running_loop()
    made: asyncio.Future[Made] = loop.create_future()

    def tell(result: Made | None, error: Exception | None) -> None:
        if made.done():
            return
        if error:
            made.set_exception(error)
        else:
            made.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, wrong = None, None
        try:
            result = make()
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            wrong = error
        loop.call_soon_threadsafe(tell, result, wrong)

    threading.Thread(target=work, daemon=True).start()
    return await asyncio.wait_for(made, within_s)
