"""One table ``people`` from all sources: the same fields, spelled the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdp.engines import Engine
from cdp.engines.duckdb import literal, quote
from cdp.identity.forms import SUFFIXES as SHARED_SUFFIXES
from cdp.identity.forms import TITLES as SHARED_TITLES
from cdp.identity.forms import fold_sql, plain_name
from cdp.identity.generic.organisation_words import SURE_FORMS, WORDS_OF_ORGANISATIONS
from cdp.identity.generic.organisations import name_organisations
from cdp.identity.generic.placeholders import forget_placeholders
from cdp.identity.generic.read import Source
from cdp.identity.generic.roles import OF_BOTH, Guess, known_given_names

_TITLES = (
    "professor lord lady baron baroness earl count countess duke duchess viscount "
    "reverend revd father sister captain capt major maj colonel col general gen lieutenant lt admiral adm "
    "sergeant sgt cpl hon honourable honorable rt right judge justice bishop archbishop canon saint st king queen "
    "prince princess president don dona senor senora madam master the"
)
TITLES = (*SHARED_TITLES, *_TITLES.split())
_GENERATIONS = {"sr": "1", "jr": "2", "iii": "3", "iv": "4"}
SUFFIXES = {word: _GENERATIONS[form] for word, form in SHARED_SUFFIXES.items()}
LETTERS_AFTER = ("esq", "phd", "md", "mba", "bart", "obe", "mbe", "cbe", "kbe", "qc", "kc", "mp", "frs", "dds", "cpa")
_UNKNOWN = (
    "",
    "null",
    "none",
    "n/a",
    "na",
    "nan",
    "unknown",
    "unk",
    "not known",
    "-",
    "--",
    "?",
    "nat",
    "missing",
    "tbd",
    "tba",
)
_RAW = ("full_name", "given_name", "middle_name", "family_name", "organisation", "suffix", "house_number", "street",
        "suburb", "city", "region", "postcode", "birth_date", "birth_year", "age", "gender")  # fmt: skip
_STREET_WORDS = {
    "street": "st", "road": "rd", "avenue": "ave", "drive": "dr", "lane": "ln", "court": "ct", "place": "pl",
    "boulevard": "blvd", "circuit": "cct", "crescent": "cres", "terrace": "tce", "close": "cl", "strasse": "str",
    "highway": "hwy", "parkway": "pkwy", "square": "sq", "north": "n", "south": "s", "east": "e", "west": "w",
}  # fmt: skip


_FOREIGN = "абвгдезийклмнопрстуфыэіїєґαβγδεζηικλμνοπρστυφωςøłđı"
_LATIN = "abvgdeziiklmnoprstufyeiieg" + "abgdeziiklmnoprstyfos" + "oldi"
_SEVERAL = {
    "ж": "zh", "\N{CYRILLIC SMALL LETTER HA}": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ю": "yu", "я": "ya", "ь": "", "ъ": "",
    "ß": "ss", "æ": "ae", "œ": "oe", "θ": "th", "ξ": "x", "χ": "ch", "ψ": "ps",
}  # fmt: skip


def _bare(text: str) -> str:
    """Lower-case letters and digits of a text, Cyrillic and Greek in Latin letters, single blanks between."""
    folded = f"replace(translate(strip_accents(lower({text})), {literal(_FOREIGN)}, {literal(_LATIN)}), '''', '')"
    for sign, letters in _SEVERAL.items():
        folded = f"replace({folded}, {literal(sign)}, {literal(letters)})"
    return f"nullif(trim(regexp_replace({folded}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')), '')"


def _name(text: str) -> str:
    return fold_sql(_bare(text))


def _filled(column: str) -> str:
    listed = ", ".join(map(literal, _UNKNOWN))
    return f"case when lower(trim({quote(column)})) not in ({listed}) then trim({quote(column)}) end"


def _coalesced(columns: Sequence[str]) -> str:
    if not columns:
        return "cast(null as varchar)"
    return f"coalesce({', '.join(map(_filled, columns))})"


def _several(columns: Sequence[str], clean: str) -> str:
    if not columns:
        return "cast(null as varchar[])"
    written = ", ".join(f"regexp_split_to_array({_filled(column)}, {literal(_SEPARATORS)})" for column in columns)
    values = (
        f"list_transform(flatten(list_filter([{written}], lambda v: v is not null)), lambda v: {clean.format('v')})"
    )
    return f"nullif(list_sort(list_distinct(list_filter({values}, lambda v: v is not null))), [])"


_EMAIL = "case when {0} like '%_@_%' then lower(replace({0}, ' ', '')) end"
_OFFICES = (
    "'info', 'office', 'contact', 'kontakt', 'contacto', 'contatto', 'contato', 'sales', 'admin', 'mail', 'hello', "
    "'enquiries', 'service', 'support', 'post', 'team', 'accounts', 'buchhaltung', 'biuro', 'zentrale'"
)
_MAILBOX = (  # who has no name but an office is told by the domain
    f"nullif(split_part(case when split_part(emails[1], '@', 1) in ({_OFFICES}) "
    "then replace(split_part(emails[1], '@', 2), '.', '@') else emails[1] end, '@', 1), '')"
)
_EXTENSION = "(x|ext[.]?|extension|#|durchwahl|poste) *[0-9]{{1,6}} *$"
_DIGITS = f"regexp_replace(regexp_replace(lower({{0}}), '{_EXTENSION}', ''), '[^0-9]', '', 'g')"
_PHONE = f"case when length({_DIGITS}) >= 7 then right({_DIGITS}, 9) end"
_SEPARATORS = r"[|;,\[\]\"]+"
_NUMBER = "nullif(regexp_replace(lower({0}), '[^a-z0-9]', '', 'g'), '')"


def raw_select(source: Source, guesses: Sequence[Guess], id_column: str, shared: Mapping[str, Sequence[str]]) -> str:
    """The source's columns under the names of their roles. ``shared``: numbers and traits of all sources, by kind."""
    by_role: dict[str, list[str]] = {}
    for guess in guesses:
        by_role.setdefault(guess.role, []).append(guess.column)
    named = by_role.get("source", [])
    origin = f"coalesce({_filled(named[0])}, {literal(source.name)})" if named else literal(source.name)
    raw = {role: _coalesced(by_role.get(role, [])) for role in _RAW}
    if any(guess.reason == OF_BOTH for guess in guesses) and not by_role.get("full_name"):
        either = raw["organisation"]
        raw["full_name"] = f"case when {_is_person(either)} then {either} end"
        raw["organisation"] = f"case when not coalesce({_is_person(either)}, false) then {either} end"
    parts = [
        f"{origin} as source",
        f"{quote(id_column)} as source_id",
        *(f"{value} as raw_{role}" for role, value in raw.items()),
        f"{_several(by_role.get('email', []), _EMAIL)} as emails",
        f"{_several(by_role.get('phone', []), _PHONE)} as phones",
    ]
    own = {column.lower(): column for column in source.columns}
    for kind, clean in (("person_number", _NUMBER), ("trait", "{0}")):
        for number, column in enumerate(shared.get(kind, [])):
            has = own.get(column) in by_role.get(kind, [])
            value = clean.format(_filled(own[column])) if has else "cast(null as varchar)"
            parts.append(f"{value if kind == 'person_number' else _bare(value)} as {kind}_{number}")
    return f"select {', '.join(parts)} from {quote(source.table)}"


def _is_person(text: str) -> str:
    """Whether a name that may be an organisation's has a known given name, and no word of organisations."""
    words = f"string_split(replace({_bare(text)}, '.', ''), ' ')"
    both = (known_given_names(), WORDS_OF_ORGANISATIONS)
    given, of_firms = (", ".join(map(literal, sorted(known))) for known in both)
    return f"(list_has_any({words}, [{given}]) and not list_has_any({words}, [{of_firms}]))"


def _names() -> tuple[str, ...]:
    """CTEs from raw names to tokens, given name, family name, generation."""
    dropped = ", ".join(map(literal, dict.fromkeys(map(plain_name, [*TITLES, *LETTERS_AFTER]))))
    suffixes = "map {" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in SUFFIXES.items()) + "}"
    turned = (
        "case when raw_full_name like '%,%' and not regexp_matches(lower(raw_full_name), "
        "', *(jr|sr|ii|iii|iv|esq|phd|md)[.]?$') then concat_ws(' ', split_part(raw_full_name, ',', 2), "
        "split_part(raw_full_name, ',', 1)) else raw_full_name end"
    )
    whole = _name(f"coalesce({turned}, concat_ws(' ', raw_given_name, raw_middle_name, raw_family_name))")
    in_suffixes = "list_contains(['" + "', '".join(SUFFIXES) + "'], {0})"

    def tokens(text: str) -> str:
        kept = f"not list_contains([{dropped}], v) and not {in_suffixes.format('v')}"
        return f"list_filter(string_split({text}, ' '), lambda v: v <> '' and {kept})"

    undotted = "replace(raw_organisation, '.', '')"
    sure = ", ".join(map(literal, SURE_FORMS))
    last_word = "string_split(coalesce({0}, ''), ' ')[-1]"
    spelled = (
        f"spelled as (select *, coalesce({_name(undotted)}, {whole}) as whole, {_name('raw_given_name')} as given_raw, "
        f"{_name('raw_family_name')} as family_raw from numbered)"
    )
    split = (
        f"split as (select *, {tokens('whole')} as tokens, {tokens('given_raw')} as given_tokens, "
        f"{tokens('family_raw')} as family_tokens, "
        f"coalesce({suffixes}[{_bare('raw_suffix')}], {suffixes}[{last_word.format('whole')}], "
        f"{suffixes}[{last_word.format('family_raw')}]) as generation, case when raw_organisation is not null "
        f"or list_has_any(string_split(whole, ' '), [{sure}]) then whole end as organisation from spelled)"
    )
    named = (
        "named as (select *, "
        "coalesce(given_tokens[1], case when len(tokens) >= 2 or len(family_tokens) = 0 or family_tokens is null "
        "then tokens[1] end) as given, "
        "case when len(family_tokens) > 0 then array_to_string(family_tokens, '') "
        "when family_raw is null and len(tokens) >= 2 then tokens[-1] end as family_own from split)"
    )
    called = (
        "called as (select * replace (case when given = family_own and len(tokens) < 2 then null else given end "
        "as given), "
        "nullif(list_sort(list_distinct(list_filter(tokens, lambda v: v <> coalesce(given, '') "
        "and v <> coalesce(family_own, '') and not list_contains(coalesce(family_tokens, []), v)))), []) "
        "as other_names, "
        "coalesce(nullif(family_tokens, []), [family_own]) as family_words, "
        "family_own as family from named)"
    )
    return spelled, split, named, called


_MONTH_FIRST = (
    "['%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%m/%d/%Y', '%m-%d-%Y', "
    "'%d %b %Y', '%d-%b-%Y', '%d %B %Y', '%d-%B-%Y', '%B %d, %Y', '%b %d, %Y', '%B %d %Y', '%b %d %Y', "
    "'%A, %B %d, %Y', '%m/%d/%y', '%m-%d-%y', '%d-%b-%y', '%d %b %y']"
)
_DAY_FIRST = "['%d.%m.%Y', '%d/%m/%Y', '%d-%m-%Y', '%d.%m.%y', '%d/%m/%y', '%d-%m-%y']"
_OVER_12 = "(1[3-9]|2[0-9]|3[01])"


def _birth_date() -> str:
    """YYYYMMDD. A date that leaves open which is the day is read as the source's other dates are."""
    digits = "regexp_replace(raw_birth_date, '[.]0$', '')"
    day = "regexp_replace(raw_birth_date, '[T ][0-9]{2}:[0-9]{2}.*$', '')"
    month_first, day_first = f"try_strptime({day}, {_MONTH_FIRST})", f"try_strptime({day}, {_DAY_FIRST})"
    one, other = f"coalesce({day_first}, {month_first})", f"coalesce({month_first}, {day_first})"
    read = f"case when is_day_first then {one} else {other} end"
    return (
        f"case when {digits} similar to '[0-9]{{8}}' then {digits} "
        f"when {day} similar to '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}' then replace({day}, '-', '') "
        f"else strftime(case when {read} > current_date then {read} - interval 100 year else {read} end, '%Y%m%d') end"
    )


def _places() -> str:
    shorts = "map {" + ", ".join(f"{literal(long)}: {literal(short)}" for long, short in _STREET_WORDS.items()) + "}"
    words = f"list_transform(string_split({_bare('raw_street')}, ' '), lambda w: coalesce({shorts}[w], w))"
    street = f"array_to_string({words}, ' ')"
    own = f"regexp_extract({_bare('raw_street')}, '^[0-9]+[a-z]?\\b|\\b[0-9]+ ?[a-z]?$')"
    return (
        f"coalesce({_bare('raw_house_number')}, nullif({own}, '')) as house, "
        f"nullif(trim(regexp_replace({street}, '^[0-9]+[a-z]? | [0-9]+ ?[a-z]?$', '')), '') as street, "
        f"{_bare('raw_suburb')} as suburb, {_bare('raw_city')} as city, {_bare('raw_region')} as region, "
        f"nullif(replace({_bare('raw_postcode')}, ' ', ''), '') as postcode"
    )


def standardise(engine: Engine, selects: Sequence[str], numbers: int, traits: int) -> int:
    """Make table ``people``, numbered from 0 in the order of (source, source_id); returns its rows."""
    union = " union all by name ".join(selects)
    kept = ", ".join([f"person_number_{n}" for n in range(numbers)] + [f"trait_{n}" for n in range(traits)])
    age_year = "cast(try_cast(raw_age as double) as integer)"
    engine.create_table("people_raw", union)
    dialects = (
        "dialects as (select source as s, count(*) filter (raw_birth_date similar to "
        f"'{_OVER_12}[-/.][0-9]{{1,2}}[-/.].*') > count(*) filter (raw_birth_date similar to "
        f"'[0-9]{{1,2}}[-/.]{_OVER_12}[-/.].*') as is_day_first from people_raw group by source)"
    )
    numbered = (
        "numbered as (select row_number() over (order by source, source_id) - 1 as n, people_raw.*, is_day_first "
        "from people_raw inner join dialects on source = s)"
    )
    ctes = [dialects, numbered, *_names(), f"dated as (select *, {_birth_date()} as birth from called)"]
    year = "coalesce(left(birth, 4), regexp_extract(coalesce(raw_birth_year, raw_birth_date), '(1[5-9]|20)[0-9]{2}'))"
    count = engine.create_table(
        "people",
        f"with {', '.join(ctes)} select n, source, source_id, given, family, other_names, family_words, generation, "
        "organisation, cast(null as varchar) as legal, "
        f"left(given, 1) as given_1, birth, nullif({year}, '') as birth_year, {age_year} as age, {_places()}, "
        f"emails, phones, emails[1] as email, {_MAILBOX} as mailbox, phones[1] as phone, "
        f"{_bare('raw_gender')} as gender{', ' + kept if kept else ''} from dated order by n",
    )
    name_organisations(engine)
    forget_placeholders(engine, count)
    return count
