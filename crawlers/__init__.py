"""Public web -> mentions. One source a file in `spiders/`; what they share is here, and `sources` lists them."""
