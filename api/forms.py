"""How each language counts things and names months."""

FORMS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "answers": ("answer", "answers"),
        "voices": ("voice", "voices"),
        "mentions": ("mention", "mentions"),
        "points": ("point", "points"),
        "persons": ("person", "people"),
        "location": ("location", "locations"),
        "month": ("month", "months"),
        "channel": ("channel", "channels"),
        "topic": ("topic", "topics"),
        "segment": ("row", "rows"),
    },
    "ru": {
        "answers": ("ответ", "ответа", "ответов"),
        "voices": ("голос", "голоса", "голосов"),
        "mentions": ("отзыв", "отзыва", "отзывов"),
        "points": ("пункт", "пункта", "пунктов"),
        "persons": ("человек", "человека", "человек"),
        "location": ("точку", "точки", "точек"),
        "month": ("месяц", "месяца", "месяцев"),
        "channel": ("канал", "канала", "каналов"),
        "topic": ("тему", "темы", "тем"),
        "segment": ("строку", "строки", "строк"),
    },
}
"""What is counted, in the forms that numbers ask for; the Russian ones of dimensions as the object of a verb."""

MONTHS: dict[str, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"),
    "ru": ("янв.", "февр.", "марта", "апр.", "мая", "июня", "июля", "авг.", "сент.", "окт.", "нояб.", "дек."),
}

MONTHS_ALONE: dict[str, tuple[str, ...]] = {
    "en": MONTHS["en"],
    "ru": ("янв.", "февр.", "март", "апр.", "май", "июнь", "июль", "авг.", "сент.", "окт.", "нояб.", "дек."),
}

MONTHS_IN: dict[str, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "ru": (
        "январе", "феврале", "марте", "апреле", "мае", "июне",
        "июле", "августе", "сентябре", "октябре", "ноябре", "декабре",
    ),
}  # fmt: skip
"""After "in": in October, в октябре."""
