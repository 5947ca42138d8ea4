"""Telegram's preview of a channel in five acts."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply

PATH = "/s/acme_gym"


def post(number: int, text: str) -> str:
    return f"""
    <div class="tgme_widget_message_wrap js-widget_message_wrap">
     <div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="acme_gym/{number}">
      <div class="tgme_widget_message_bubble">
       <div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name"
         href="https://t.me/acme_gym"><span dir="auto">Acme</span></a></div>
       <div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>
       <div class="tgme_widget_message_footer compact js-message_footer">
        <span class="tgme_widget_message_views">37.2K</span>
        <span class="tgme_widget_message_meta"><a class="tgme_widget_message_date"
          href="https://t.me/acme_gym/{number}"><time datetime="2026-10-{number:02}T10:00:00+00:00" class="time">10:00
        </time></a></span>
       </div>
      </div>
     </div>
    </div>"""


def preview(posts: str, more: str = "") -> str:
    return f"""<!DOCTYPE html><html><head><title>Acme – Telegram</title></head><body>
    <main class="tgme_main"><section class="tgme_channel_history js-message_history">{more}{posts}</section></main>
    </body></html>"""


def paged(posts: dict[int, str], size: int) -> Any:
    """Old to new, the newest `size` of those before the id that is asked for."""

    def page(asked: Asked) -> Reply:
        before = int(asked.query.get("before", "1000"))
        some = sorted(number for number in posts if number < before)[-size:]
        more = ""
        if some and min(posts) < some[0]:
            more = f'<a href="{PATH}?before={some[0]}" class="tme_messages_more" data-before="{some[0]}"></a>'
        return Reply(preview("".join(post(number, posts[number]) for number in some), more))

    return page


FIRST = {number: f"пост {number}" for number in (2, 3, 5, 8, 9)}
SECOND = {2: "пост 2", 3: "пост 3", 5: "пост 5, исправлен", 9: "пост 9", 10: "новый пост"}


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: paged(FIRST, 3),
            Act.SECOND: paged(SECOND, 20),
            Act.EMPTY: Reply(preview('<div class="tme_no_messages_found">No posts found</div>')),
            # There is no preview: it leads to the channel itself.
            Act.ERROR: Reply("", 302, {"Location": "https://t.me/acme_gym"}),
            Act.CHANGED: Reply("<html><body><main>An application</main></body></html>"),
        }[act],
        "/acme_gym": Reply('<div class="tgme_page"><div class="tgme_page_title">Acme</div></div>'),
    }


CONTRACT = Contract(
    kind="telegram",
    target="https://t.me/acme_gym",
    routes=routes,
    first=frozenset(FIRST.values()),
    second=frozenset(SECOND.values()),
    removed=frozenset({"пост 8"}),
    error=Outcome.BLOCKED,
)
