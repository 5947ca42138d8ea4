"""What a feed needs whose pages only a browser can read, and how Scrapy is told to use one."""

import os
import shutil
from importlib.util import find_spec
from typing import Any

from core.settings import Settings

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def lacking() -> str | None:
    """What is missing for a browser to be used, and how it is had; none where all is there."""
    if find_spec("scrapy_playwright") is None:
        return "its pages need a browser: install the extra `browser` (`pip install 'afterword[browser]'`)"
    if _chromium() is None:
        return "its pages need a browser: install Chromium (Debian: `apt install chromium`)"
    return None


def _chromium() -> str | None:
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


def rendering_settings(settings: Settings) -> dict[str, Any]:
    """Scrapy's settings of a crawl through a browser, beside those of any crawl. One page at a time, as ever."""
    return {
        "DOWNLOAD_HANDLERS": {
            "http": "crawlers.browser.Browser",
            "https": "crawlers.browser.Browser",
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": _chromium(),
            "headless": True,
            # Chromium refuses its own sandbox to root, who is alone in most containers.
            "chromium_sandbox": os.geteuid() != 0,
        },
        "PLAYWRIGHT_MAX_CONTEXTS": 1,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": settings.crawl_timeout_s * 1000,
    }
