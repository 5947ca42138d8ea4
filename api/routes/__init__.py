"""One module a noun; each has a `router`, and `api.app` includes them all."""
