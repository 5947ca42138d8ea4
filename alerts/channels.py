"""Ways to reach a person: Apprise speaks to a hundred services; the null channel to none."""

from collections.abc import Sequence
from typing import Protocol

import apprise

from alerts.messages import Message
from core.errors import DeliveryFailed


class NotificationChannel(Protocol):
    """Sends a message or raises DeliveryFailed."""

    def send(self, message: Message) -> None:
        """Deliver to everybody it knows."""


class AppriseChannel:
    """All the Apprise addresses of the settings, as one channel."""

    def __init__(self, urls: Sequence[str]) -> None:
        """Parse the addresses; raises DeliveryFailed, permanent, naming the scheme of one that is none."""
        self._apprise = apprise.Apprise()
        for url in urls:
            if not self._apprise.add(url):
                msg = f"AFTERWORD_ALERT_URLS holds an address that Apprise does not know: {url.partition(':')[0]}://…"
                raise DeliveryFailed(msg, permanent=True)

    def send(self, message: Message) -> None:
        """Deliver; raises DeliveryFailed, not permanent, where any service refused (Apprise does not say why)."""
        if not self._apprise.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT):
            msg = "a notification service did not accept the message"
            raise DeliveryFailed(msg, permanent=False)


class RecordingChannel:
    """Keeps what it is given, in `.sent`: for tests and dry runs."""

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        """Keep it."""
        self.sent.append(message)
