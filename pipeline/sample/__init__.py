"""The sample chain behind `afterword demo`: invented fitness clubs, their survey, and a real web site to crawl."""

from pipeline.sample.chain import Chain, Club, Feed, Mention, chain, mentions, survey_file

__all__ = ["Chain", "Club", "Feed", "Mention", "chain", "mentions", "survey_file"]
