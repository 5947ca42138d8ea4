"""Scrapy's settings: one request at a time per site, robots.txt obeyed, every answer bounded, nothing listening."""

import re
from typing import Any

from core.settings import Settings

MEGABYTE = 1_000_000
LONGEST_CRAWL_S = 3600
PAGES_A_CRAWL = 500


def product_token(user_agent: str) -> str:
    """The name that robots.txt calls us by (RFC 9309, 2.2.1): `Afterword` of `Afterword/0.1 (contact: …)`."""
    named = re.match(r"[A-Za-z_-]+", user_agent)
    return named.group() if named else "Afterword"


def scrapy_settings(settings: Settings) -> dict[str, Any]:
    """Scrapy's settings of one crawl."""
    return {
        "BOT_NAME": "afterword",
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_USER_AGENT": product_token(settings.user_agent),
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.8"
        },
        # Asyncio, so that storing and parsing can be awaited.
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "DOWNLOAD_HANDLERS": {
            "http": "crawlers.connections.Connections",
            "https": "crawlers.connections.Connections",
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        # Politeness. AutoThrottle slows down with the site; its start of five seconds is for many requests at once.
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY": settings.crawl_delay_s,
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": settings.crawl_delay_s,
        "AUTOTHROTTLE_MAX_DELAY": 30,
        # Bounds on what a site can make of us.
        "DOWNLOAD_MAXSIZE": 10 * MEGABYTE,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": settings.crawl_timeout_s,  # of a whole answer: one that drips ends by it too
        "CLOSESPIDER_TIMEOUT": LONGEST_CRAWL_S,
        "CLOSESPIDER_PAGECOUNT": 2 * PAGES_A_CRAWL,  # the backstop: answers of any kind
        "PAGES_A_CRAWL": PAGES_A_CRAWL,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        # 429 and 503 are the throttle's; every status reaches the spider, which names it.
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [408, 500, 502, 504, 522, 524],
        "RETRY_GIVE_UP_LOG_LEVEL": "WARNING",
        "HTTPERROR_ALLOW_ALL": True,
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.boundary.OwnSite": 10,
            "crawlers.boundary.Robots": 100,
            "crawlers.cookies.FewCookies": 700,
            "crawlers.throttle.Throttle": 560,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # OwnSite, which knows ports, is its heir
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
        },
        "ITEM_PIPELINES": {"crawlers.storage.StoragePipeline": 100},
        "CONCURRENT_ITEMS": 1,
        # Nothing listens, nothing is written but logs.
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "STATS_DUMP": False,
        "LOG_LEVEL": "WARNING",
    }
