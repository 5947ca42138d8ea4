"""`python -m crawlers` is how the parent starts the crawling process; people use `afterword crawl`."""

from crawlers.process import main

main()
