"""Columns that say whether somebody may be contacted, and through which channel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_ABOUT = re.compile(
    r"consent|opt_?(in|out|ed)|optin|optout|accepts?_(e_?mail_|sms_|text_)?marketing|accepts_(email|sms)|subscri|newsletter|do_not_(e_?mail|text|call|contact|mail)|"
    r"marketing_(allowed|permission|status|state|email|sms)|unsub|suppress|(^|_)clean(ed)?_time|bounced_(at|time)|mailing_list|email_(status|permission)|marketing_contact_status|e_?mail_opt|einwilligung|"
    r"ab(ge)?(bestell|meld)|(^|_)d[ei]s?in?scri|desabonn|desuscri|dado_de_baja|dada_de_baja|disiscri|uitgeschreven|afgemeld|wypisan|descadastr|cancel[a-z]*_(la_|a_)?su[bs]s?cri"
)
_VERB = (
    r"(accept\w*|acept\w*|accett\w*|aceit\w*|autori[sz]\w*|zgod\w*|toestemming|akkoord|consens\w*|consent\w*|permis\w*|"
    r"erlaub\w*|recib\w*|recoit|riceve|ontvang\w*|receb\w*|otrzymuj\w*|opt_?in|quiere|veut|wunscht|mochte)"
)
_WAY = (
    r"(e_?mails?|mails?|correo\w*|courriels?|sms|mms|push|marketing\w*|newsletter|publicidad|publicite|pubblicita|"
    r"publicidade|reclame|werbung|comunic\w*|communic\w*|promo\w*|ofert\w*|offres?|offerte|handlow\w*)"
)
_ABROAD = re.compile(
    rf"(^|_){_VERB}(_\w+)?_{_WAY}($|_)|(^|_){_WAY}(_\w+)?_{_VERB}($|_)|(^|_)(boletin|infolettre|nieuwsbrief|boletim|biuletyn)"
)
_NOT_ABOUT = re.compile(
    r"terms|condi[ct]i|(^|_)agb|datenschutz|privac|regulamin|double|(^|_)(campaign|reason|ip|id|method|source|title|"
    r"url|token|form|user_agent|cookie|count|page|version|level|type)s?(_|$)"
)
_TIMED = re.compile(r"(^|_)(at|date|time|timestamp|on|ts|since)$")
_OUT = re.compile(
    r"ab(ge)?(bestell|meld)|(^|_)d[ei]s?in?scri|desabonn|desuscri|d[ae]d[oa]_de_baja|disiscri|uitgeschreven|afgemeld|wypisan|"
    r"descadastr|cancel[a-z]*_(la_|a_)?su[bs]s?cri|(^|_)clean|bounced|opt(ed)?_?out|optout|unsub|do_not|suppress|withdraw|revok"
)
_CONFIRM = re.compile(r"^confirm(ed|ation)?_(time|at|date|timestamp|on)$")
YES = frozenset(
    [
        "subscribed",
        "opted_in",
        "opt_in",
        "optin",
        "in",
        "yes",
        "true",
        "y",
        "1",
        "granted",
        "active",
        "confirmed",
        "single_opt_in",
        "double_opt_in",
        "accepted",
        "allowed",
        "permitted",
        "consented",
        "ja",
        "oui",
        "si",
        "tak",
        "sim",
    ]
)
NO = frozenset(
    [
        "unsubscribed",
        "opted_out",
        "opt_out",
        "optout",
        "out",
        "withdrawn",
        "revoked",
        "denied",
        "rejected",
        "declined",
        "suppressed",
        "bounced",
        "cleaned",
        "hard_bounced",
        "complained",
        "spam",
    ]
)


@dataclass(frozen=True)
class ConsentColumn:
    """One column about consent. ``part``: ``status`` or ``time``; ``is_out``: it speaks of refusing."""

    column: str
    channel: str
    part: str
    is_out: bool


def consent_column(column: str, words: str, kind: str, values: Sequence[str]) -> ConsentColumn | None:
    """What a column says about consent; ``kind`` is its shape, ``words`` its plain name."""
    is_time = kind in {"timestamp", "date"}
    if is_time and _CONFIRM.search(words):
        return ConsentColumn(column, "email", "time", is_out=False)
    if not (_ABOUT.search(words) or _ABROAD.search(words)) or (_NOT_ABOUT.search(words) and not is_time):
        return None
    if re.search(r"whats_?app|phone_call|_call$|(^|_)fax|telephone|(^|_)post(al)?(_|$)", words):
        return None
    channel = "sms" if re.search(r"sms|(^|_)text|mobile", words) else "push" if "push" in words else "email"
    is_out = bool(_OUT.search(words))
    if is_time:
        return ConsentColumn(column, channel, "time", is_out) if _TIMED.search(words) else None
    plain = {plain_status(value) for value in values}
    if kind == "boolean" or plain & (YES | NO) or any(word.startswith(("never", "not_")) for word in plain):
        return ConsentColumn(column, channel, "status", is_out)
    return None


def plain_status(value: str) -> str:
    """A status word in one spelling."""
    letters = unicodedata.normalize("NFKD", value.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
