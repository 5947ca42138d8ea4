"""Many at once: nobody waits for somebody who waits for them."""

import anyio
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from tests.api.conftest import KeyMaker
from tests.builders import World

AT_ONCE = 80
"""More than there are threads (40) and connections (15)."""


def test_more_requests_than_connections_and_threads_are_all_answered(
    app: FastAPI, key: KeyMaker, spoken: World
) -> None:
    statuses = []
    address = f"/v1/gaps?brand={spoken.brand.slug}&by=location"

    async def ask_all() -> None:
        headers = {"Authorization": f"Bearer {key()}"}
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://afterword.example", headers=headers) as client:

            async def ask() -> None:
                statuses.append((await client.get(address)).status_code)

            with anyio.fail_after(20):
                async with anyio.create_task_group() as tasks:
                    for _ in range(AT_ONCE):
                        tasks.start_soon(ask)

    anyio.run(ask_all)

    assert statuses == [200] * AT_ONCE
