"""Words by which orders say that they were called off or came back, and those by which they say that they did not."""

from __future__ import annotations

import re

from cdp.ingest.checks import text

_CALLED_OFF = (
    r"cancel|annul|anul|storn|(^|[^a-z])void|abandon|expired|abgelaufen|abgebroch|(^|[^a-z])trash|"
    r"^((sales?|order)[^a-z]+)?(quot(e|ation)|draft|angebot|entwurf|devis|presupuesto|preventivo|offert[ea]|or[cç]amento|"
    r"wycena)([^a-z]+(order|new|open|sent|gesendet|versendet|offen|envoy[eé]e?|enviad[oa]|inviat[oa]|verzonden))?[^a-z]*$"
)
_FAILED = (
    r"fail|declin|reject|abgelehnt|fehlgeschl|gescheitert|fallid|rechaz|[eé]chou|[eé]chec|refus|rifiut|fallit|mislukt|"
    r"geweig|odrzuc|nieudan|recusad|falhou"
)
_RETURNED = (
    r"refund(s|ed)?($|[^a-z])|(^|[^a-z])return(s|ed)?($|[^a-z])|retour|erstatt|r[uü]ckgabe|r[uü]cksend|gutschrift|"
    r"devol|devuel|rembours|rimbors|reembols|(^|[^a-z])res[oi]($|[^a-z])|zwr[oó]|terugbet|charge.?back"
)
_KINDS = r"storno|credit.?(note|memo)|(^|[^a-z])avoir|nota.(de.|di.)?cr[eé]dito|abono"
_PARTLY = r"part(ial|iel|ly|iell)|teil|parcial|parzial|gedeel|cz[eę][sś]c"

_PAID_FOR = (
    r"(pay|paiement|pago|pagamento|zahlung|betaling|p[lł]atno|order|bestell|auftrag|commande|pedido|ordine|zam[oó]w|"
    r"encomenda|card|credit|kreditkart|transac|authori[sz])[a-z]*"
)
_HELPERS = r"(was|is|has|been|got|wurde|ist|a|est|fue|by|the|de|del|du)"
_FAILED_ORDER = (
    rf"^([a-z]{{1,3}}[^a-z]+)?(({_PAID_FOR}|{_HELPERS})[^a-z]+)*{_PAID_FOR}[^a-z]+({_HELPERS}[^a-z]+)*({_FAILED})|"
    rf"^([a-z]{{1,3}}[^a-z]+)?({_FAILED})\S*([^a-z]+({_HELPERS}[^a-z]+)*{_PAID_FOR})?[^a-z]*$"
)

_NOUN = (
    r"(refunds?|returns?|cancel|cancell?ations?|chargebacks?|retouren?|stornos?|stornierung|erstattung|"
    r"r[uü]ckgabe|r[uü]cksendung|r[uü]ckerstattung|gutschrift|devoluci[oó]n|reembolso|annulation|retour|remboursement|"
    r"rimborso|reso|annullamento|zwrot|annulering|terugbetaling)"
)
_NOT = (
    r"(not|non|no|never|without|free|nicht|kein[a-z]*|kostenlos[a-z]*|pas|sans|niet|geen|sin|senza|sem|n[aã]o|nie|bez)"
)
_STEM = (
    r"(refund|return|cancel|annul|anul|storn|void|retour|erstatt|r[uü]ck|zur[uü]ck|devol|devuel|rembours|rimbors|"
    r"reembols|zwr|terug|gutschr)"
)
_OPEN = (
    r"(request|pending|await|open($|[^a-z])|reject|declin|denied|refus|in.progress|initiated|angefragt|beantragt|"
    r"abgelehnt|ausstehend|offen|solicit|pendient|rechaz|demand[eé]|en.attente|rifiut|richiest|in.attesa|aangevraagd|"
    r"afgewezen|odrzuc|possible|eligib|allowed|window|polic|period|label|address|not($|[^a-z])|nicht($|[^a-z])|"
    r"fail|fehlgeschl|no$|none$|nein$)"
)
_UNDONE = (
    rf"(^|[^a-z]){_NOT}[^a-z]+((yet|been|be|being|any|was|[eé]t[eé]|worden)[^a-z]+)*{_STEM}|"
    rf"(^|[^a-z])un.?{_STEM}|{_STEM}[a-z]*able($|[^a-z])|to.sender|"
    rf"(^|[^a-z]){_NOUN}[^a-z]+((is|was|has|been|wurde|ist|de|a)[^a-z]+)*{_OPEN}|"
    rf"(^|[^a-z]){_OPEN}[a-z]*[^a-z]+((a|the|for|of|de|del)[^a-z]+)*{_NOUN}($|[^a-z])"
)


def says_cancelled(words: str) -> str:
    """SQL that says whether a text in small letters calls an order off; null where the text is."""
    return (
        f"regexp_matches({words}, {text(_FAILED_ORDER)}) or "
        f"(regexp_matches({words}, {text(_CALLED_OFF)}) and not regexp_matches({words}, {text(_UNDONE)}))"
    )


def says_returned(words: str, *, is_kind: bool) -> str:
    """SQL that says whether a text in small letters means that all came back; ``is_kind`` of a column of kinds."""
    pattern = rf"{_RETURNED}|{_KINDS}" if is_kind else _RETURNED
    return f"regexp_matches({words}, {text(pattern)}) and not regexp_matches({words}, {text(f'{_PARTLY}|{_UNDONE}')})"


def is_cancelling(value: str) -> bool:
    """Whether a text calls an order off."""
    words = value.lower()
    is_off = re.search(_CALLED_OFF, words) and not re.search(_UNDONE, words)
    return bool(is_off or re.search(_FAILED_ORDER, words))


def is_returning(value: str, *, is_kind: bool = False) -> bool:
    """Whether a text means that all came back."""
    words = value.lower()
    pattern = rf"{_RETURNED}|{_KINDS}" if is_kind else _RETURNED
    return bool(re.search(pattern, words)) and not re.search(rf"{_PARTLY}|{_UNDONE}", words)


def speaks_of_it(value: str) -> bool:
    """Whether a text speaks of a cancellation or a return at all, done or not."""
    return bool(re.search(rf"{_STEM}|{_FAILED}|{_CALLED_OFF}", value.lower()))
