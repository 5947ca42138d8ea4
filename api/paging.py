"""Paging, alike for all lists: how much, from where, and where it goes on."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response


@dataclass(frozen=True, slots=True)
class Paging:
    """What page of a list is asked for."""

    request: Request
    response: Response
    limit: Annotated[int, Query(ge=1, le=500, description="how many at most; exports take no notice of it")] = 50
    cursor: Annotated[str | None, Query(max_length=400, description="the `next` of the page before")] = None

    def page(self, items: list[dict[str, Any]], following: str | None) -> dict[str, Any]:
        """The answer; it names the next page in its body and in a Link header (RFC 8288), relative to this one."""
        if following is not None:
            url = self.request.url.include_query_params(cursor=following)
            self.response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return {"items": items, "next": following}


PagingOf = Annotated[Paging, Depends()]
