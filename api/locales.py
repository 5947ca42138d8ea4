"""Every sentence of the pages, in each language; a test holds the keys together."""

EN = {
    "language": "English",
    "report": "Survey and public opinion",
    "all_brands": "All brands",
    "no_brands": "No brand is watched yet. Add one with `afterword brand add`.",
    "survey": "Survey",
    "survey_long": "Said on site, in the survey",
    "social": "Public",
    "social_long": "Said afterwards, in public",
    "gap": "Gap",
    "gap_long": "Public minus survey",
    "headline_worse_in_public": "In public, customers think worse of {brand} than they say on site.",
    "headline_better_in_public": "In public, customers think better of {brand} than they say on site.",
    "headline_no_evidence": "There is no evidence that the public thinks otherwise than the survey says.",
    "headline_too_few": "Too few have spoken to compare the two sides.",
    "widest": "The widest gap: {name}, {gap} points ({interval}).",
    "worse_in_public": "Worse in public",
    "better_in_public": "Better in public",
    "no_evidence": "No evidence of a gap",
    "too_few": "Too few voices",
    "verdict": "Verdict",
    "axis": "Net Promoter Score",
    "by_location": "By location",
    "by_month": "By month",
    "by_channel": "By channel",
    "by_many": "By {names}",
    "location": "Location",
    "month": "Month",
    "channel": "Channel",
    "total": "All together",
    "nowhere": "No location",
    "from": "From",
    "to": "Before",
    "group": "Group by",
    "show": "Show",
    "only": "Only {name}",
    "show_all": "Show all",
    "history": "{name}: month by month",
    "all_time": "All time",
    "since": "Since {start}",
    "until": "Before {end}",
    "between": "{start} to {end}",
    "interval": "{low} to {high}",
    "none_said": "nobody yet",
    "behind": "What detractors wrote",
    "stars": "{value} of {best}",
    "source": "source",
    "opens_elsewhere": "opens the source",
    "alerts": "Alerts",
    "no_alerts": "No alert so far.",
    "open": "Open",
    "acknowledged": "Seen",
    "closed": "Closed",
    "negative_spike": "Spike of negative opinions",
    "spike_seen": "{detractors} of {n} public opinions were negative; usual is {usual}.",
    "provisional": "Provisional: there is little history to compare with.",
    "whole_brand": "the whole brand",
    "nothing": "Nothing has been counted yet.",
    "nothing_hint": "Import a survey (`afterword import survey`), add a public source (`afterword watch`), then run "
    "a cycle (`afterword run`). For another period, change the dates.",
    "method": "How to read this",
    "method_nps": "NPS is the share of promoters minus the share of detractors, in points from −100 to +100. In the "
    "survey 9–10 of 10 is a promoter and 0–6 a detractor; in public the stars decide where there are any, else "
    "the text.",
    "method_interval": "Bars are 95 % intervals: with so many voices, the true figure could lie anywhere on them. "
    "One author counts once per location, channel and month.",
    "method_verdict": "A verdict needs an interval of the gap without zero; where many rows are compared, at most "
    "{fdr} of the verdicts are expected to be false. With fewer than {least} voices on a side none is given.",
    "method_limit": "Public figures are corrected for how the labeller errs on such texts, and their bars are wider "
    "for it. Who writes in public chooses to: a gap tells where to look, and its topics what to look for.",
    "made": "Made on {moment}",
    "labellers": "Labeller: {versions}",
    "summary": "In short",
    "sum_too_few": "{brand}: too few have spoken on one side or the other to compare them.",
    "sum_no_evidence": "{brand}: customers give {survey} points in the survey and {social} in public. The difference, "
    "{gap} ({interval}), may be chance; with so many voices a true gap of {detectable} points would have shown.",
    "sum_real": "{brand}: customers give {survey} points in the survey and {social} in public. The difference, {gap} "
    "({interval}), is real.",
    "sum_row": "{name}: {survey} in the survey and {social} in public; the difference, {gap} ({interval}), is real.",
    "sum_topics": "In public they write about {topics}, far more than in survey comments.",
    "sum_counted": "Of {tested} rows that could be compared, {worse} are worse in public and {better} better; {few} "
    "have too few voices.",
    "sum_platforms": "{name}: the platforms disagree, {lowest} says {low} and {highest} {high}; their mean is "
    "nobody’s opinion.",
    "sum_moved_social": "In {month} the public moved by {value} points ({interval}) against the month before: more "
    "than chance.",
    "sum_moved_survey": "In {month} the survey moved by {value} points ({interval}) against the month before: more "
    "than chance.",
    "sum_mix": "With the survey’s mix of locations and months the public side would be {social}, not {uncorrected}: "
    "part of the difference is who speaks.",
    "sum_suspects": "{voices} look like copies or a burst of new accounts. Without them the public side is {social}.",
    "sum_correction": "Public figures are corrected for the labeller’s errors: {social}, where plain counting gives "
    "{plain}.",
    "error_home": "To the start page",
    "operations": "HTTP API",
    "operations_hint": "Send a key: `Authorization: Bearer KEY`. The machine-readable description is at",
}

RU = {
    "language": "Русский",
    "report": "Опрос и публичное мнение",
    "all_brands": "Все бренды",
    "no_brands": "Пока нет ни одного бренда. Добавьте его командой `afterword brand add`.",
    "survey": "Опрос",
    "survey_long": "Говорят на месте, в опросе",
    "social": "Публично",
    "social_long": "Говорят потом, публично",
    "gap": "Разрыв",
    "gap_long": "Публично минус опрос",
    "headline_worse_in_public": "Публично о «{brand}» отзываются хуже, чем в опросе.",
    "headline_better_in_public": "Публично о «{brand}» отзываются лучше, чем в опросе.",
    "headline_no_evidence": "Данные не показывают, что публичное мнение расходится с опросом.",
    "headline_too_few": "Голосов слишком мало, чтобы сравнить обе стороны.",
    "widest": "Самый большой разрыв: {name}, {gap} п. ({interval}).",
    "worse_in_public": "Публично хуже",
    "better_in_public": "Публично лучше",
    "no_evidence": "Разрыв не доказан",
    "too_few": "Мало голосов",
    "verdict": "Вывод",
    "axis": "Индекс NPS",
    "by_location": "По точкам",
    "by_month": "По месяцам",
    "by_channel": "По каналам",
    "by_many": "По: {names}",
    "location": "Точка",
    "month": "Месяц",
    "channel": "Канал",
    "total": "Все вместе",
    "nowhere": "Без точки",
    "from": "С",
    "to": "До (не включая)",
    "group": "Разбить по",
    "show": "Показать",
    "only": "Только {name}",
    "show_all": "Показать все",
    "history": "{name}: по месяцам",
    "all_time": "За всё время",
    "since": "С {start}",
    "until": "До {end}",
    "between": "{start} — {end}",
    "interval": "от {low} до {high}",
    "none_said": "пока никто",
    "behind": "Что пишут критики",
    "stars": "{value} из {best}",
    "source": "источник",
    "opens_elsewhere": "откроется источник",
    "alerts": "Тревоги",
    "no_alerts": "Тревог пока нет.",
    "open": "Открыта",
    "acknowledged": "Принята",
    "closed": "Закрыта",
    "negative_spike": "Всплеск негатива",
    "spike_seen": "Негативных мнений: {detractors} из {n}; обычная доля — {usual}.",
    "provisional": "Предварительно: истории для сравнения мало.",
    "whole_brand": "весь бренд",
    "nothing": "Пока ничего не подсчитано.",
    "nothing_hint": "Загрузите опрос (`afterword import survey`), добавьте публичный источник (`afterword watch`) и "
    "запустите цикл (`afterword run`). Или выберите другой период.",
    "method": "Как это читать",
    "method_nps": "NPS — доля промоутеров минус доля критиков, в пунктах от −100 до +100. В опросе промоутер ставит "
    "9–10 из 10, критик — 0–6; в публичных отзывах решают звёзды, а где их нет — текст.",
    "method_interval": "Полосы — 95-процентные интервалы: при таком числе голосов истинное значение может лежать в "
    "любой их точке. Один автор считается один раз на точку, канал и месяц.",
    "method_verdict": "Вывод делается, если интервал разрыва не содержит нуля; когда сравнивается много строк, ложными "
    "ожидаются не более {fdr} выводов. Если на одной из сторон голосов меньше {least}, вывода нет.",
    "method_limit": "Публичные цифры исправлены на то, как модель ошибается на таких текстах, поэтому и полосы шире. "
    "Публично пишут не все: разрыв показывает, куда смотреть, а темы — на что.",
    "made": "Составлено {moment}",
    "labellers": "Модель разметки: {versions}",
    "summary": "Коротко",
    "sum_too_few": "{brand}: на одной из сторон голосов слишком мало, чтобы сравнивать.",
    "sum_no_evidence": "{brand}: в опросе клиенты дают {survey} п., публично — {social}. Разница {gap} ({interval}) "
    "может быть случайной; при таком числе голосов настоящий разрыв в {detectable} п. был бы виден.",
    "sum_real": "{brand}: в опросе клиенты дают {survey} п., публично — {social}. Разница {gap} ({interval}) "
    "настоящая.",
    "sum_row": "{name}: {survey} в опросе и {social} публично; разница {gap} ({interval}) настоящая.",
    "sum_topics": "Публично пишут гораздо чаще, чем в комментариях опроса, про: {topics}.",
    "sum_counted": "Сравнить можно строк: {tested}; публично хуже — {worse}, лучше — {better}; слишком мало голосов — "
    "{few}.",
    "sum_platforms": "{name}: площадки расходятся, {lowest} — {low}, {highest} — {high}; среднее не отражает ничьего "
    "мнения.",
    "sum_moved_social": "{month}: публичная оценка сдвинулась на {value} п. ({interval}) к прошлому месяцу — больше "
    "случайного.",
    "sum_moved_survey": "{month}: опрос сдвинулся на {value} п. ({interval}) к прошлому месяцу — больше случайного.",
    "sum_mix": "При составе, как в опросе (точки, месяцы), публичная сторона была бы {social}, а не {uncorrected}: "
    "часть разницы — в том, кто говорит.",
    "sum_suspects": "{voices} похожи на копии или наплыв новых аккаунтов. Без них публичная сторона — {social}.",
    "sum_correction": "Публичные цифры исправлены на ошибки разметки: {social}, простой подсчёт дал бы {plain}.",
    "error_home": "На главную",
    "operations": "HTTP API",
    "operations_hint": "Передайте ключ: `Authorization: Bearer KEY`. Машинное описание:",
}

FORMS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {"answers": ("answer", "answers"), "voices": ("voice", "voices"), "mentions": ("mention", "mentions")},
    "ru": {
        "answers": ("ответ", "ответа", "ответов"),
        "voices": ("голос", "голоса", "голосов"),
        "mentions": ("отзыв", "отзыва", "отзывов"),
    },
}

MONTHS: dict[str, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"),
    "ru": ("янв.", "февр.", "марта", "апр.", "мая", "июня", "июля", "авг.", "сент.", "окт.", "нояб.", "дек."),
}

MONTHS_ALONE: dict[str, tuple[str, ...]] = {
    "en": MONTHS["en"],
    "ru": ("янв.", "февр.", "март", "апр.", "май", "июнь", "июль", "авг.", "сент.", "окт.", "нояб.", "дек."),
}
