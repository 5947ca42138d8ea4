"""Which column of a file is which field: by `--map field=Column`, by the field's own name, or by a usual synonym."""

from collections import Counter
from collections.abc import Mapping, Sequence

from core.errors import Invalid

Fields = Mapping[str, tuple[str, ...]]
"""Fields of a kind of file and the other names under which each is found, in Russian and English."""

DATES = ("date", "created_at", "timestamp", "дата", "дата и время")
PLACES = ("branch", "club", "store", "филиал", "клуб", "салон", "точка", "локация")
CHANNELS = ("platform", "площадка", "source", "канал", "источник")
"""A platform is a channel whatever else a file calls its source: an export, a crawl."""

CUSTOMERS = ("customer_id", "client", "client_id", "клиент", "id клиента", "код клиента")

MENTIONS: Fields = {
    "text": ("review", "comment", "body", "отзыв", "текст", "текст отзыва", "комментарий"),
    "rating": ("stars", "оценка", "рейтинг", "звезды"),
    "rating_best": ("best", "scale", "шкала"),
    "rating_worst": ("worst",),
    "author": ("user", "username", "автор", "имя"),
    "published_at": ("published", *DATES, "дата публикации"),
    "location": PLACES,
    "channel": CHANNELS,
    "url": ("link", "ссылка"),
    "id": ("review_id",),
    "language": ("lang", "язык"),
    "answer": ("reply", "response", "ответ"),
    "question": ("survey question", "вопрос"),
}
SURVEY: Fields = {
    "score": ("nps", "csat", "ces", "оценка", "балл"),
    "aspect": ("question", "аспект", "вопрос"),
    "comment": ("text", "комментарий", "отзыв", "текст"),
    "channel": ("survey channel", "канал опроса", *CHANNELS),
    "location": PLACES,
    "responded_at": ("answered_at", *DATES, "дата ответа"),
    "customer": (*CUSTOMERS, "respondent"),
    "id": ("response_id", "answer_id"),
}
ORDERS: Fields = {
    "customer": CUSTOMERS,
    "id": ("order_id", "order", "заказ", "номер заказа", "id заказа"),
    "amount": ("sum", "total", "price", "сумма", "стоимость"),
    "cost": ("cost_price", "себестоимость", "затраты"),
    "acquisition_cost": ("cac", "стоимость привлечения", "затраты на привлечение"),
    "category": ("product", "категория", "услуга"),
    "ordered_at": (*DATES, "дата заказа"),
    "location": PLACES,
    "competitor_share": ("доля конкурентов",),
}
IDENTIFIERS: Fields = {
    "customer": CUSTOMERS,
    "email": ("e-mail", "mail", "почта", "эл. почта", "электронная почта"),
    "phone": ("telephone", "mobile", "телефон", "мобильный"),
    "channel": CHANNELS,
    "identifier": ("handle", "nickname", "ник", "логин"),
}
ONLY_BESIDE = {
    ("rating", "score"): "rating_best",
    ("identifier", "author"): "channel",
    ("identifier", "автор"): "channel",
}
"""Names that are this field only where the file has that other one too: of a bare `score` nobody knows the scale, and
an author is an identifier of nothing where no channel is named."""


def positions(
    fields: Fields, found: Sequence[str], wanted: Mapping[str, str], *, required: Sequence[Sequence[str]] = ()
) -> dict[str, int]:
    """From each field that the file has to the position of its column; case, spaces, `-` and `ё` do not count.

    `wanted` goes before names, and a column that it gives to one field is guessed to be no other; an empty column there
    means that the field is not taken. Of each group in `required` one field has to be there. Raises Invalid that names
    the field and lists the columns found.
    """
    if unknown := sorted(wanted.keys() - fields.keys()):
        msg = f"there is no field {unknown[0]!r} to map a column to: the fields are {', '.join(fields)}"
        raise Invalid(msg)
    folded = [_folded(name) for name in found]
    places = {name: folded.index(name) for name in reversed(folded) if name}
    given = {_folded(name) for name in wanted.values()}
    taken: dict[str, int] = {}
    for field, synonyms in fields.items():
        guesses = [name for name in map(_folded, (field, *synonyms)) if name not in given]
        names = [_folded(wanted[field])] if field in wanted else guesses
        place = next((places[name] for name in names if name in places), None)
        if place is not None:
            taken[field] = place
        elif wanted.get(field):
            msg = f"{field}: there is no column {wanted[field]!r}; {_listed(found)}"
            raise Invalid(msg)
    for (field, name), other in ONLY_BESIDE.items():
        if field in fields and field not in wanted and other in taken and name in places:
            taken.setdefault(field, places[name])
    for group in required:
        if not taken.keys() & set(group):
            msg = f"no column for {' or '.join(group)}: name it with --map {group[0]}=COLUMN; {_listed(found)}"
            raise Invalid(msg)
    _refuse_twins(folded, taken, found)
    return taken


def _folded(name: str) -> str:
    return "_".join(name.casefold().replace("ё", "е").replace("-", " ").replace("_", " ").split())


def _refuse_twins(folded: Sequence[str], taken: Mapping[str, int], found: Sequence[str]) -> None:
    times = Counter(folded)
    for field, place in taken.items():
        if times[folded[place]] > 1:
            msg = f"{field}: the file has several columns {found[place]!r}; rename all but one"
            raise Invalid(msg)


def _listed(found: Sequence[str]) -> str:
    names = [name[:40] for name in found if name][:40]
    return f"the file has {', '.join(names)}" if names else "the file has no named columns"
