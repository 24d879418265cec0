"""Columns that are gone and columns that are new: which of them may be one column under another name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdp.contracts import Contract, Property
from cdp.ingest.draft.shapes import EMAIL, PHONE, shape_of
from cdp.ingest.draft.words import heading, named_meanings

_LETTERS = re.compile(r"[^a-z0-9]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MEANING_OF = {
    "email": "email", "phone": "phone", "person_name": "full_name", "first_name": "first_name",
    "last_name": "last_name", "birth_date": "birth_date", "street": "street", "city": "city", "postcode": "postcode",
    "country": "country", "loyalty_card": "loyalty_card", "customer_key": "customer_id", "device": "device_id",
    "order_key": "order_id", "quantity": "quantity",
}  # fmt: skip
_SHORTEST_PART = 3
"""Letters that a name needs to be taken for a part of another."""
_GENERIC = frozenset({"own_id", "type", "status", "text", "page", "total", "occurred_at", "created_at"})


@dataclass(frozen=True)
class Proposal:
    """A new column that may be a missing one, and what speaks for it."""

    wanted: str
    name: str
    reason: str

    def command(self, contract: str) -> str:
        """What to type to accept it."""
        return f"cdp feed rename {contract} {_shown(self.wanted)} {_shown(self.name)}"


def _shown(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]+", name) else '"' + re.sub(r'(["$`\\])', r"\\\1", name) + '"'


def similar(header: str, wanted: str) -> bool:
    """Whether two names are spellings of one."""
    left, right = _LETTERS.sub("", header.lower()), _LETTERS.sub("", wanted.lower())
    if not left or not right:
        return False
    is_part = _is_part(left, wanted) or _is_part(right, header)
    return is_part or difflib.SequenceMatcher(None, left, right).ratio() >= 0.75


def _is_part(short: str, name: str) -> bool:
    """Whether a name begins so, or whole words of it read so: ``count`` is no part of ``Discount Name``."""
    if len(short) < _SHORTEST_PART:
        return False
    words = [word.lower() for word in _WORDS.findall(name)]
    runs = ("".join(words[begin:end]) for begin in range(len(words)) for end in range(begin + 1, len(words) + 1))
    return short in runs or "".join(words).startswith(short)


def proposals(
    contract: Contract, missing: Sequence[Property], extra: Sequence[str], values: Mapping[str, Sequence[str]]
) -> list[Proposal]:
    """For each missing column the new one that may be it: by its name, by what its name means, or by its values.

    ``values`` are some values of the new columns, by header. A new column is proposed once.
    """
    found: list[Proposal] = []
    for item in missing:
        free = [name for name in extra if name not in {known.name for known in found}]
        by_name = next((name for name in free if similar(name, item.source)), None)
        if by_name is not None:
            found.append(Proposal(item.source, by_name, _like(item, by_name)))
            continue
        for name in free:
            if reason := _speaks_for(contract, item, name, values.get(name, ())):
                found.append(Proposal(item.source, name, reason))
                break
    return found


def _like(item: Property, name: str) -> str:
    return f"{name} looks like {item.name}"


def _speaks_for(contract: Contract, item: Property, name: str, values: Sequence[str]) -> str:
    wanted = {_MEANING_OF.get(item.semantic_type or "", ""), *named_meanings(heading(item.source))[:1]} - {""}
    named = set(named_meanings(heading(name))[:2])
    if (wanted & named) - _GENERIC:
        return _like(item, name)
    filled = [value.strip() for value in values if value.strip()]
    if len(filled) < 3:
        return ""
    for meaning, form in (("email", EMAIL), ("phone", PHONE)):
        if meaning in wanted and sum(bool(form.fullmatch(value)) for value in filled) > 0.8 * len(filled):
            return f"the values of {name} look like {item.name}"
    pattern = item.logical_type_options.pattern
    if pattern and item.name in contract.key and all(re.fullmatch(pattern, value) for value in filled):
        return f"the values of {name} fit the pattern of {item.name}"
    if (
        item.logical_type in {"date", "timestamp"}
        and shape_of(filled, is_time=heading(name).is_time).kind == item.logical_type
    ):
        return f"the values of {name} are of the type of {item.name}"
    return ""
