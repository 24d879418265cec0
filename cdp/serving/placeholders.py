"""Names that many customers bear and that are perhaps nobody's."""

from __future__ import annotations

from typing import Any

from cdp.serving.reader import Reader

# a real given name goes with many family names; what opens one or two names only, on many customers, is a phrase
_PLACEHOLDERS = """
with
named as (
    select
        customer_id,
        coalesce(full_name, concat_ws(' ', first_name, last_name)) as written
    from identity_records
    where coalesce(full_name, first_name, last_name) is not null
),
spelled as (
    select customer_id, lower(trim(regexp_replace(written, '\\s+', ' ', 'g'))) as name
    from named
),
words as (
    select customer_id, name, split_part(name, ' ', 1) as opening
    from spelled
    where name <> ''
),
openings as (
    select opening, count(distinct name) as count_names
    from words
    group by opening
)
select name, count(distinct customer_id) as customers, count(*) as records
from words
inner join openings using (opening)
where openings.count_names <= 2
group by name
having count(distinct customer_id) >= greatest(8, 0.002 * (select count(distinct customer_id) from named))
order by customers desc, name
limit 20
"""


def placeholder_names(reader: Reader) -> list[dict[str, Any]]:
    """Proposals for ``placeholder_names`` of the settings: name, customers, records; most customers first."""
    return list(reader.fetch(_PLACEHOLDERS))
