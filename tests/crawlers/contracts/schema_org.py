"""A page of schema.org's words in five acts: two pages, by rel=next; of what is not on a page nothing is said."""

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Reply, paged, review, review_page

PATH = "/club/reviews"
NEWEST = 27
"""Numbers are days, the newest first."""


def said(day: int, text: str = "") -> dict[str, object]:
    return review(4000 + day, reviewBody=text or f"Отзыв от {day} числа.", datePublished=f"2026-05-{day:02}")


FIRST = [said(day) for day in range(NEWEST, NEWEST - 5, -1)]
SECOND = [said(NEWEST + 1), FIRST[0], said(26, "Отзыв от 26 числа, исправлен."), *FIRST[3:]]


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: paged(FIRST, size=3),
            Act.SECOND: paged(SECOND, size=10),
            Act.EMPTY: review_page([]),
            Act.ERROR: Reply("<h1>Нет такой страницы</h1>", 404),
            Act.CHANGED: '<script type="application/ld+json">{"@type": "Review", "reviewBody": "Отз</script>',
        }[act]
    }


CONTRACT = Contract(
    kind="schema_org",
    target=f"https://club.example{PATH}",
    routes=routes,
    first=frozenset(f"Отзыв от {day} числа." for day in range(23, 28)),
    second=frozenset(
        {"Отзыв от 26 числа, исправлен.", *(f"Отзыв от {day} числа." for day in (23, 24, 25, 27, 28))},
    ),
    error=Outcome.GONE,
)
