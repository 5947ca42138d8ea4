"""The one error tree. Each edge (CLI, API, crawl) catches `AfterwordError` once and shows its message.

AfterwordError           a person can mend it; the message says how
├── NotFound             a brand, location, feed or alert that is not there      HTTP 404
├── Invalid              input that cannot be taken as it is                     HTTP 422
│   └── UnknownSource    an address that no spider recognises                    HTTP 422
├── Conflict             it is there already, or somebody else was first         HTTP 409
├── Unauthorized         no key, or a wrong one                                  HTTP 401
├── SchemaBehind         the database has not been migrated                      HTTP 503
├── ModelUnavailable     weights missing or corrupt, or a package not installed  HTTP 503
└── DeliveryFailed       a notification that did not go out (`permanent` or not)
"""


class AfterwordError(Exception):
    """Something that a person can mend; `str(error)` is shown to them as it is."""


class NotFound(AfterwordError):
    """What was asked for is not there."""


class Invalid(AfterwordError):
    """Input that cannot be taken; the message names the field and what was expected."""


class UnknownSource(Invalid):
    """No spider recognises this address."""


class Conflict(AfterwordError):
    """It exists already, or its state has changed meanwhile."""


class Unauthorized(AfterwordError):
    """No valid API key was presented."""


class SchemaBehind(AfterwordError):
    """The database schema is not the one that this release needs."""


class ModelUnavailable(AfterwordError):
    """The labeller cannot be loaded; the message names the file or package that is missing."""


class DeliveryFailed(AfterwordError):
    """A notification was not accepted. `permanent` means that trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        """Say what the channel answered and whether a retry makes sense."""
        super().__init__(message)
        self.permanent = permanent
