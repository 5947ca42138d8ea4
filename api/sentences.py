"""The sentences that tell a report and explain its method, in each language; a test holds keys and blanks together."""

EN = {
    "sum_nothing": "Nobody has spoken about {brand} yet, neither in the survey nor in public.",
    "sum_only_survey": "In the survey customers give {brand} {survey} ({interval}); in public nobody has spoken yet.",
    "sum_only_public": "In public customers give {brand} {social} ({interval}); there are no survey answers to compare "
    "that with.",
    "sum_too_few": "Too few have spoken about {brand}, in the survey or in public, to compare the two.",
    "sum_no_evidence": "Customers give {brand} {survey} in the survey and {social} in public. The difference of {gap} "
    "({interval}) may be chance.",
    "sum_detectable": "With this many voices a true difference of {detectable} would most likely have shown itself.",
    "sum_worse": "Customers give {brand} {survey} in the survey and {social} in public, {gap} less ({interval}). The "
    "difference is real.",
    "sum_better": "Customers give {brand} {survey} in the survey and {social} in public, {gap} more ({interval}). The "
    "difference is real.",
    "sum_row_worse": "{name}: {survey} in the survey and {social} in public, {gap} less ({interval}). The difference "
    "is real.",
    "sum_row_better": "{name}: {survey} in the survey and {social} in public, {gap} more ({interval}). The difference "
    "is real.",
    "sum_place_worse": "At {name} customers give {survey} in the survey and {social} in public, {gap} less "
    "({interval}). The difference is real.",
    "sum_place_better": "At {name} customers give {survey} in the survey and {social} in public, {gap} more "
    "({interval}). The difference is real.",
    "sum_topic": "In public they write about {topics}, far more often than in survey comments.",
    "sum_topics": "In public they write about {topics}, far more often than in survey comments.",
    "sum_row_topic": "They write about {topics}.",
    "sum_row_topics": "They write about {topics}.",
    "sum_month_worse": "{name} customers gave {survey} in the survey and {social} in public, {gap} less ({interval}). "
    "The difference is real.",
    "sum_month_better": "{name} customers gave {survey} in the survey and {social} in public, {gap} more "
    "({interval}). The difference is real.",
    "sum_complaints": "{topic} ({share} of complaints)",
    "sum_share": "{topic} ({share})",
    "sum_counted": "{tested} can be compared: {outcomes}.",
    "sum_counted_none": "Nothing can be compared yet: there are too few voices everywhere.",
    "sum_are_worse": "{n} worse in public",
    "sum_are_better": "{n} better in public",
    "sum_are_even": "{n} without an evident difference",
    "sum_few": "Too few voices for a verdict: {n} more.",
    "sum_platforms": "{name}: the platforms disagree. On {highest} customers give {high}, on {lowest} {low}; the "
    "average is nobody’s opinion.",
    "sum_fell_social": "{month} public opinion fell by {value} ({interval}) against the month before, more than "
    "chance explains.",
    "sum_rose_social": "{month} public opinion rose by {value} ({interval}) against the month before, more than "
    "chance explains.",
    "sum_fell_survey": "{month} the survey fell by {value} ({interval}) against the month before, more than chance "
    "explains.",
    "sum_rose_survey": "{month} the survey rose by {value} ({interval}) against the month before, more than chance "
    "explains.",
    "sum_fell_gap": "{month} public opinion lost {value} ({interval}) on the survey against the month before, more "
    "than chance explains.",
    "sum_rose_gap": "{month} public opinion gained {value} ({interval}) on the survey against the month before, more "
    "than chance explains.",
    "sum_mix_part": "Part of the difference is who speaks: with the survey’s mix of {dimensions} the public side "
    "would be {social} instead of {corrected}.",
    "sum_mix_hides": "Who speaks hides part of the difference: with the survey’s mix of {dimensions} the public side "
    "would be {social} instead of {corrected}.",
    "sum_suspects": "Possible copies or bursts of new accounts: {voices}. Without them the public side is {social}.",
    "sum_suspects_same": "Possible copies or bursts of new accounts: {voices}. The public side is the same without "
    "them.",
    "sum_correction": "The program that reads the texts makes mistakes of a known kind. With these set right the "
    "public side is {social}; a plain count would give {plain}.",
    "mix_location": "locations",
    "mix_month": "months",
    "mix_channel": "channels",
    "method_nps": "NPS is the share of promoters minus the share of detractors, in points from −100 to +100. In the "
    "survey 9–10 of 10 is a promoter and 0–6 a detractor; in public the stars decide where there are any, else "
    "the text.",
    "method_interval": "Bars are 95 % intervals: with so many voices, the true figure could lie anywhere on them. "
    "One author counts once per location, channel and month.",
    "method_verdict": "A verdict needs an interval of the gap without zero; where many rows are compared, at most "
    "{fdr} of the verdicts are expected to be false. With fewer than {least} voices on a side none is given.",
    "method_limit": "Public figures are corrected for how the labeller errs on such texts, and their bars are wider "
    "for it. Who writes in public chooses to: a gap tells where to look, and its topics what to look for.",
    "method_social": "One author counts once per location, channel and month; copies count once. A bar is as wide as "
    "that of so many “effective voices”, each counted without error. Suspects are never deleted: figures without them "
    "stand beside.",
    "method_kinds": "How public texts without stars are counted for this brand",
    "method_kind": "{kind}: {estimator}; {ground}.",
    "method_residual": "Beyond that such texts err by about {residual}, which widens the bars.",
    "estimator_count": "labels are counted as they are",
    "estimator_probabilities": "the chances that the labeller gives are added up",
    "estimator_bayes": "counts are set right by how often the labeller takes one class for another",
    "estimator_bayes_prior": "counts are set right by how often the labeller takes one class for another, leaning "
    "slightly to the brand’s usual level",
    "ground_own": "chosen on the brand’s own rated mentions, each of {groups} groups left out in turn",
    "ground_shipped": "chosen on texts kept back when the labeller was trained, each of {groups} sources left out in "
    "turn",
    "ground_none": "how the labeller errs on them was never measured, and the bars do not know of it",
    "method_topics": "A topic is found by its words, not by its meaning; it is shown if at most {fdr} of such finds "
    "are expected to be false and its interval lies above zero.",
    "who_raked": "With the survey’s mix of {dimensions} the public side would be {social} ({interval}); it is "
    "{corrected} as it is. So weighed, the voices tell as much as {effective} of equal weight.",
    "who_gap": "The gap would then be {gap} ({interval}).",
    "who_unmatched": "{share} of public voices have no counterpart in the survey and are left out of this.",
    "who_not_raked": "The survey and the public share too few locations, months or channels to give one the mix of "
    "the other.",
    "who_split": "How much of the gap is another opinion of the same, and how much is that others speak:",
    "who_matched": "The same people on both sides ({persons}): {survey} in the survey, {social} in public; the "
    "difference is {gap} ({interval}).",
    "matched_worse_in_public": "They think worse in public than they say on site.",
    "matched_better_in_public": "They think better in public than they say on site.",
    "matched_no_evidence": "That may be chance.",
    "matched_too_few": "Too few people for a verdict.",
    "and": "and",
    "in_month": "In {month} {year}",
}

RU = {
    "sum_nothing": "{brand}: пока никто не высказался ни в опросе, ни публично.",
    "sum_only_survey": "{brand}: в опросе {survey} ({interval}); публично пока никто не высказался.",
    "sum_only_public": "{brand}: в публичных отзывах {social} ({interval}); ответов опроса, чтобы сравнить, нет.",
    "sum_too_few": "{brand}: в опросе или в публичных отзывах голосов слишком мало, чтобы сравнивать.",
    "sum_no_evidence": "{brand}: в опросе {survey}, в публичных отзывах {social}. Разница в {gap} ({interval}) может "
    "быть случайной.",
    "sum_detectable": "При таком числе голосов настоящую разницу в {detectable}, скорее всего, было бы видно.",
    "sum_worse": "{brand}: в опросе {survey}, а в публичных отзывах {social} — на {gap} ниже ({interval}). Разница "
    "настоящая.",
    "sum_better": "{brand}: в опросе {survey}, а в публичных отзывах {social} — на {gap} выше ({interval}). Разница "
    "настоящая.",
    "sum_row_worse": "{name}: в опросе {survey}, публично {social} — на {gap} ниже ({interval}). Разница настоящая.",
    "sum_row_better": "{name}: в опросе {survey}, публично {social} — на {gap} выше ({interval}). Разница настоящая.",
    "sum_place_worse": "{name}: в опросе клиенты дают {survey}, публично {social} — на {gap} ниже ({interval}). "
    "Разница настоящая.",
    "sum_place_better": "{name}: в опросе клиенты дают {survey}, публично {social} — на {gap} выше ({interval}). "
    "Разница настоящая.",
    "sum_topic": "Публично гораздо чаще, чем в комментариях опроса, поднимают тему: {topics}.",
    "sum_topics": "Публично гораздо чаще, чем в комментариях опроса, поднимают темы: {topics}.",
    "sum_row_topic": "Публично пишут на тему: {topics}.",
    "sum_row_topics": "Публично пишут на темы: {topics}.",
    "sum_month_worse": "{name} в опросе было {survey}, публично {social} — на {gap} ниже ({interval}). Разница "
    "настоящая.",
    "sum_month_better": "{name} в опросе было {survey}, публично {social} — на {gap} выше ({interval}). Разница "
    "настоящая.",
    "sum_complaints": "{topic} ({share} жалоб)",
    "sum_share": "{topic} ({share})",
    "sum_counted": "Сравнить можно {tested}: {outcomes}.",
    "sum_counted_none": "Сравнивать пока нечего: везде слишком мало голосов.",
    "sum_are_worse": "публично хуже — {n}",
    "sum_are_better": "публично лучше — {n}",
    "sum_are_even": "разница не видна — {n}",
    "sum_few": "Слишком мало голосов для вывода — ещё {n}.",
    "sum_platforms": "{name}: площадки расходятся. {highest} — {high}, {lowest} — {low}; среднее не отражает ничьего "
    "мнения.",
    "sum_fell_social": "{month} публичная оценка упала на {value} ({interval}) к прошлому месяцу — случайностью это "
    "не объяснить.",
    "sum_rose_social": "{month} публичная оценка выросла на {value} ({interval}) к прошлому месяцу — случайностью это "
    "не объяснить.",
    "sum_fell_survey": "{month} оценка в опросе упала на {value} ({interval}) к прошлому месяцу — случайностью это не "
    "объяснить.",
    "sum_rose_survey": "{month} оценка в опросе выросла на {value} ({interval}) к прошлому месяцу — случайностью это "
    "не объяснить.",
    "sum_fell_gap": "{month} публичная оценка отстала от опроса ещё на {value} ({interval}) — случайностью это не "
    "объяснить.",
    "sum_rose_gap": "{month} публичная оценка отыграла у опроса {value} ({interval}) — случайностью это не объяснить.",
    "sum_mix_part": "Часть разницы — в том, кто говорит: если выровнять состав по опросу ({dimensions}), публичная "
    "сторона была бы {social}, а не {corrected}.",
    "sum_mix_hides": "Состав говорящих скрывает часть разницы: если выровнять его по опросу ({dimensions}), публичная "
    "сторона была бы {social}, а не {corrected}.",
    "sum_suspects": "Похоже на копии или наплыв новых аккаунтов: {voices}. Без них публичная сторона — {social}.",
    "sum_suspects_same": "Похоже на копии или наплыв новых аккаунтов: {voices}. Без них публичная сторона та же.",
    "sum_correction": "Программа, которая читает тексты, ошибается известным образом. С поправкой на это публичная "
    "сторона — {social}; простой подсчёт дал бы {plain}.",
    "mix_location": "точки",
    "mix_month": "месяцы",
    "mix_channel": "каналы",
    "method_nps": "NPS — доля промоутеров минус доля критиков, в пунктах от −100 до +100. В опросе промоутер ставит "
    "9–10 из 10, критик — 0–6; в публичных отзывах решают звёзды, а где их нет — текст.",
    "method_interval": "Полосы — 95-процентные интервалы: при таком числе голосов истинное значение может лежать в "
    "любой их точке. Один автор считается один раз на точку, канал и месяц.",
    "method_verdict": "Вывод делается, если интервал разрыва не содержит нуля; когда сравнивается много строк, ложными "
    "ожидаются не более {fdr} выводов. Если на одной из сторон голосов меньше {least}, вывода нет.",
    "method_limit": "Публичные цифры исправлены на то, как модель ошибается на таких текстах, поэтому и полосы шире. "
    "Публично пишут не все: разрыв показывает, куда смотреть, а темы — на что.",
    "method_social": "Один автор считается один раз на точку, канал и месяц; копии — один раз. Полоса так же широка, "
    "как у стольких «эффективных голосов», посчитанных без ошибок. Подозрительные голоса не удаляются: цифры без них "
    "стоят рядом.",
    "method_kinds": "Как для этого бренда считаются публичные тексты без звёзд",
    "method_kind": "{kind}: {estimator}; {ground}.",
    "method_residual": "Сверх того такие тексты ошибаются примерно на {residual}, и на это полосы шире.",
    "estimator_count": "метки считаются как есть",
    "estimator_probabilities": "складываются вероятности, которые даёт модель",
    "estimator_bayes": "счёт исправлен на то, как часто модель путает классы",
    "estimator_bayes_prior": "счёт исправлен на то, как часто модель путает классы, с небольшой поправкой на обычный "
    "уровень бренда",
    "ground_own": "выбрано на собственных отзывах бренда с оценками, группы ({groups}) исключались по очереди",
    "ground_shipped": "выбрано на текстах, отложенных при обучении модели, источники ({groups}) исключались по очереди",
    "ground_none": "как модель на них ошибается, не измерено, и полосы этого не учитывают",
    "method_topics": "Тема находится по словам, а не по смыслу; она показана, если ложными ожидаются не более {fdr} "
    "таких находок и её интервал выше нуля.",
    "who_raked": "При составе, как в опросе ({dimensions}), публичная сторона была бы {social} ({interval}); сейчас "
    "она {corrected}. После взвешивания голоса значат столько же, сколько {effective} "
    "равного веса.",
    "who_gap": "Разрыв тогда был бы {gap} ({interval}).",
    "who_unmatched": "Для {share} публичных голосов в опросе нет соответствия, здесь они не учтены.",
    "who_not_raked": "У опроса и публичной стороны слишком мало общих точек, месяцев или каналов, чтобы выровнять "
    "состав.",
    "who_split": "Сколько в разрыве от другого мнения о том же самом и сколько от того, что говорят другие:",
    "who_matched": "Одни и те же люди на обеих сторонах ({persons}): в опросе {survey}, публично {social}; разница "
    "{gap} ({interval}).",
    "matched_worse_in_public": "Публично они отзываются хуже, чем на месте.",
    "matched_better_in_public": "Публично они отзываются лучше, чем на месте.",
    "matched_no_evidence": "Это может быть случайностью.",
    "matched_too_few": "Людей слишком мало для вывода.",
    "and": "и",
    "in_month": "В {month} {year}",
}
