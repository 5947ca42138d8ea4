"""Ways to reach a person: Apprise speaks to a hundred services; the null channel to none."""

from collections.abc import Sequence
from typing import Protocol

import apprise
import structlog

from alerts.messages import Message
from core.errors import DeliveryFailed

log = structlog.get_logger()


class NotificationChannel(Protocol):
    """Sends a message or raises DeliveryFailed."""

    def send(self, message: Message) -> None:
        """Deliver to everybody it knows."""


class AppriseChannel:
    """All the Apprise addresses of the settings, as one channel."""

    def __init__(self, urls: Sequence[str]) -> None:
        """Parse the addresses; raises DeliveryFailed, permanent, naming the scheme of one that is none."""
        self._services: list[apprise.Apprise] = []
        for url in urls:
            service = apprise.Apprise()
            if not service.add(url):
                msg = f"AFTERWORD_ALERT_URLS holds an address that Apprise does not know: {url.partition(':')[0]}://…"
                raise DeliveryFailed(msg, permanent=True)
            self._services.append(service)

    def send(self, message: Message) -> None:
        """Deliver to each; raises DeliveryFailed, not permanent, where none accepted (Apprise does not say why).

        Where some did, the others are logged and not tried again: who has the message must not get it five times.
        """
        accepted = [
            service.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT)
            for service in self._services
        ]
        if not any(accepted):
            msg = "no notification service accepted the message"
            raise DeliveryFailed(msg, permanent=False)
        if not all(accepted):
            log.warning("alert_sent_to_some", accepted=sum(map(bool, accepted)), addresses=len(accepted))


class RecordingChannel:
    """Keeps what it is given, in `.sent`: for tests and dry runs."""

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        """Keep it."""
        self.sent.append(message)
