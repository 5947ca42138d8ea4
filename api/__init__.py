"""Numbers to JSON, pages and exports. Loads neither Scrapy nor a model: it reads what the cycle wrote."""
