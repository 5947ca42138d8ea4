"""The story: crawl -> label -> tally -> alert -> deliver. Begin with cycle.py."""
