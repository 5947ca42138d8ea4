"""Cookies as browsers keep them: few. A site that sets thousands with each page would have us carry them all."""

from scrapy import Request
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http import Response

MOST_COOKIES = 180
"""What browsers keep of one domain."""


class FewCookies(CookiesMiddleware):
    """Scrapy's own, but a jar that overflows is emptied."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Take the cookies of an answer."""
        answer = super().process_response(request, response)
        for jar in self.jars.values():
            if len(jar) > MOST_COOKIES:
                jar.jar.clear()
        return answer
