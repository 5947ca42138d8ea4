"""All sources, in the order in which a page is offered to them; the CLI, the docs and the tests list them from here.

Adding one: copy the nearest neighbour in `spiders/`, and name its class here.
"""

from crawlers.spider import SourceSpider
from crawlers.spiders.feed import FeedSpider
from crawlers.spiders.schema_org import SchemaOrgSpider

SOURCES: dict[str, type[SourceSpider]] = {source.name: source for source in (FeedSpider, SchemaOrgSpider)}


def supported() -> str:
    """What is supported, in words, for the message about what is not."""
    return "; ".join(f"{source.title} ({kind})" for kind, source in SOURCES.items())
