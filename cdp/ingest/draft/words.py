"""Words of column headers: whom a column speaks of, and what it says, before its values are looked at."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

_WRAPPERS = frozenset(
    [
        "properties",
        "traits",
        "context",
        "attributes",
        "attribute",
        "data",
        "fields",
        "field",
        "custom",
        "payload",
        "record",
        "body",
        "details",
        "user_properties",
        "event_properties",
        "event_params",
        "internal",
    ]
)
_OWNERS: tuple[tuple[str, str], ...] = (
    ("other", r"agent|assignee|assigned|assigned_to|(\w+_)?owner|staff|employee|cashier|sales_?person|sales_?rep|rep|"
              r"representative|teammates?|admins?|operator|manager|advisor|server|seller|sold_by|closed_by|resolved_by|"
              r"(last_)?(modified|created|updated|changed)_by(_\w+)?|responder|submitter|team|group|user_agent|"
              r"mitarbeiter|verkaufer|bearbeiter|kassierer(in)?|bediener|caissier|vendeur|technician|assistant|emergency|approver|reviewer|parent|reports_to|referrer_user"),
    ("item", r"line_?items?|lines?|items?|products?|articles?|variants?|artikel|produkt|article|produit"),
    ("store", r"store|shop|location|branch|outlet|filiale|magasin|warehouse|venue|site"),
    ("device", r"device|register|terminal|till|browser|os|screen|library|app|network|carrier|platform|ip"),
    ("ad", r"campaign|ad|ads|ad_?set|ad_?group|form|utm|creative|traffic_source|keyword|list|tag|segment|source_list"),
    ("company", r"company|organi[sz]ation|firm|firma|business|account|employer|societe|unternehmen"),
    ("billing", r"bill(ing)?(_to)?|invoice_to|rechnungs?"),
    ("shipping", r"ship(ping|ment)?(_to)?|deliver(y|_to)?|lieferung|liefer"),
    ("mailing", r"mailing|default|primary|home|main|permanent|preferred"),
    ("second", r"other|secondary|alternate|alternative|alt|work|recovery|paypal|additional"),
    ("person", r"customer|client|buyer|purchaser|requester|requestor|contacts?|recipient|visitor|member|profile|"
               r"subscriber|person|lead|guest|shopper|users?|author|kunde|kunden|cliente|caller|sender|holder|customers"),
)  # fmt: skip

# What is left of a header without its owner, in full. The first that fits counts.
_MEANINGS: tuple[tuple[str, str], ...] = (
    ("email", r"(e_?)?mail(_?(address|addr|adresse|id))?_?\d?|\w+_email(_address)?|email_\d|courriel|correo(_electronico)?"),
    ("email_hash", r"(e_?)?mail_?(sha\w*|md5|hash\w*)|hashed_email"),
    ("phone", r"(\w+_)?(phone|mobile|cell|cellphone|telephone|tel|telefon|handy|landline|msisdn|telefono|gsm|whatsapp)"
              r"(_?(number|no|num|nr|nummer|number_\d))?(_?\d)?"),
    ("birth_date", r"(date_?of_?birth|birth_?date|dob|birth_?day|born|geboren|geburtsdatum|geburtstag|date_de_naissance|fecha_de_nacimiento)"),
    ("gender", r"gender|sex|geschlecht"),
    ("title", r"salutation|honorific|name_?prefix|anrede|civilite|courtesy_title|prefix"),
    ("suffix", r"(name_?)?suffix"),
    ("middle_name", r"(middle|second)_?(name|names|initial)"),
    ("first_name", r"(first|given|fore|christian)_?(names?)?|f_?name|vorname|prenom|nombre|firstname"),
    ("last_name", r"(last|family|sur)_?names?|l_?name|nachname|familienname|nom(_de_famille)?|apellidos?|lastname"),
    ("full_name", r"(full|complete|display|real)_?names?|names?|first_(and_)?last_?names?"),
    ("street2", r"(address_)?(street|address|addr)_?(line_?)?[2-4]|apartment|apt|suite|adresszusatz|address_line_[2-4]"),
    ("street", r"(address_)?(street|address|addr)(_?(line)?_?1)?(_?(name|address))?|strasse(_hausnummer)?|adresse|rue|calle|direccion|"
               r"address_street|street_?1"),
    ("house_number", r"(house|street|building)_?(number|no|nr)|hausnummer|hausnr"),
    ("city", r"(address_)?(city|town|ort|stadt|ville|ciudad|municipality)|city_name|address_locality"),
    ("region", r"(address_)?(state|province|region|county|bundesland|departement|provincia)(_?(code|region|province|name))?"),
    ("postcode", r"(address_)?(zip|post|postal|plz)(_?(code|cd|kode|leitzahl))?|postleitzahl|code_postal|codigo_postal|zip_postal_code"),
    ("country", r"(address_)?(country|land|pays|pais|nation)(_?(code|region|iso|iso_?2|name|id))?|cc|country_2"),
    ("company", r"company(_name)?|organi[sz]ation(_name)?|firma|business(_name)?|account_name|employer"),
    ("anonymous_id", r"anonymous_?id|anon_?id|(user_)?pseudo_id|cookie(_id)?|visitor_id|client_id|ga_client_id|distinct_id"),
    ("device_id", r"(device|installation|instance|vendor|advertising)_?id|idfa|idfv|adid|app_instance_id|(\$)?device_id"),
    ("session_id", r"session_?id|visit_?id|ga_session_id"),
    ("event_id", r"event_?(id|uuid)|message_?id|insert_id|uuid|hit_id"),
    ("event_name", r"event(_?(name|type|action))?|action|activity(_type)?|event_label"),
    ("call_type", r"call_type"),
    ("ticket_id", r"(ticket|case|conversation|request|issue)(_?(id|no|nr|number|key|display_id))?|vorgangsnummer"),
    ("order_id", r"order(_?(id|no|nr|num|number|name|ref|reference|key|code|increment_id))?|purchase_?(id|order|reference|number)|"
                 r"(transaction|sale|sales|receipt|invoice|check|bill|basket|beleg|bon|rechnung|bestell|bestellung|auftrags?|commande)"
                 r"_?(id|no|nr|num|number|nummer|ref|reference|key)|bestellnummer|auftragsnummer|belegnummer|rechnungsnummer|receipt"),
    ("order_line_id", r"(line_?item|line|order_?line|sale_?line|position)_?(id|no|nr|number|key)|position|line"),
    ("cart_id", r"(cart|basket|checkout)_?(id|token|key)"),
    ("loyalty_card", r"(loyalty|member(ship)?|card|reward|bonus|kunden?karten?)_?(card)?_?(id|no|nr|number|nummer|code)|(loyalty|member(ship)?|club|bonus|reward)_?card|kundenkarten?|carte_(de_)?fidelite|membership"),
    ("sku", r"sku(_(code|id|number))?|(item|product|article|artikel|variant)_?(sku|code|id|no|nr|number|nummer)|plu|style_code"),
    ("gtin", r"gtin\d*|ean\d*|upc|barcode|isbn"),
    ("quantity", r"(qty|quantity|menge|anzahl|quantite|cantidad|units|pieces|item_count|count)(_(sold|ordered|purchased))?"),
    ("unit_price", r"(unit|item|sale|selling|single|list|retail|base)?_?price(_each)?|einzelpreis|preis|prix(_unitaire)?|precio|"
                   r"unit_(cost|amount|price_\w+)|price_(usd|eur|gbp)"),
    ("cost", r"(unit_|item_|purchase_)?cost(_price|_per_item)?|einkaufspreis|cogs"),
    ("subtotal", r"sub_?total(_price|_amount)?|merchandise(_total|_value)?|zwischensumme|sous_total|items_total"),
    ("net", r"net_?(sales?|amount|total|price|revenue)|netto(betrag)?|sales_net"),
    ("gross", r"gross_?(sales?|amount|price|revenue)|brutto(betrag)?|list_total"),
    ("total", r"(grand_?|order_?|sale_?|invoice_?|line_?|current_)?total(_(price|amount|paid|sales|value|incl_tax|inc_tax|collected))?|amount"
              r"(_?(paid|total|due|charged))?|revenue|value|betrag|gesamtbetrag|gesamt|summe|umsatz|montant(_total)?|importe|"
              r"total_collected|payment_amount|event_value(_in_usd)?|purchase_revenue(_in_usd)?|paid_amount|ext(ended)?_price|line_amount"),
    ("discount", r"discounts?(_(amount|total|value))?|total_discounts?|rabatt|remise|descuento|coupon_amount"),
    ("shipping", r"(shipping|freight|delivery|postage|versand(kosten)?)(_(amount|total|cost|price|charge|fee|charged))?"),
    ("tax", r"(sales_)?(tax|taxes|vat|gst|mwst|ust|tva|iva)(_?(amount|total|value|paid))?|total_tax|tax_collected"),
    ("refunded", r"(amount_?|total_?)?(refund(ed)?|returned)(_?(amount|total|value))?|partial_refunds?|erstattung"),
    ("currency", r"(currency|wahrung|waehrung|devise|moneda)(_?(code|iso|id))?"),
    ("discount_code", r"(discount|coupon|promo(tion)?|voucher|gutschein)(_?(code|codes|name))?"),
    ("store_id", r"(store|location|branch|outlet|shop|filiale|magasin|warehouse|register)(_?(id|no|nr|number|code|name))?"),
    ("csat", r"(csat|satisfaction(_(rating|score))?|survey_results?|conversation_rating_rating|satisfaction_rating_score|customer_rating)(_score)?"),
    ("score", r"(nps|score|rating|stars|answer|punkte|note|likelihood\w*)(_?(score|rating|value))?|how_likely\w*"),
    ("comment", r"comments?|feedback|verbatim|remarks?|review(_text|_body)?|kommentar|response_text|reason(_text)?|open_ended\w*"),
    ("response_id", r"(response|survey_response|submission|answer|review)_?(id|no|number|token)"),
    ("subject", r"subject(_line)?|betreff|objet|asunto|ticket_title|case_subject|summary"),
    ("text", r"(body|message|description|text|inhalt|snippet|notes?|preview)(_?(text|plain|html))?"),
    ("status", r"(\w+_)?(status|state|stage)|etat|estado|zustand"),
    ("priority", r"priority|prioritat|prioritaet|priorite|severity|urgency"),
    ("channel", r"channel(_?(name|type))?|via(_channel)?|kanal|canal|medium|origin|contact_method|source_type|delivered_as"),
    ("tags", r"tags?|labels?"),
    ("category", r"category(_name)?|product_(category|type)|kategorie|department|family|product_?line|warengruppe"),
    ("brand", r"brand|vendor|manufacturer|marke|marque"),
    ("product_name", r"(product|item|article|artikel)(_?(name|title))?|title|bezeichnung|description|designation|artikelbezeichnung"),
    ("colour", r"colou?r|farbe|couleur"),
    ("page", r"(page_?)?(url|path|location|title|view|pathname)|landing_page|screen(_name)?|page|current_url"),
    ("campaign", r"(utm_)?campaign(_?name)?|kampagne|campagne"),
    ("zone", r"time_?zone(_?name)?|tz|zeitzone"),
    ("type", r"(\w+_)?(type|kind|typ|art)"),
    ("customer_id", r"(customer|client|user|account|contact|person|profile|member|buyer|lead|subscriber|kunden?|shopper|recipient|requester|requestor|visitor|author)s?"
                    r"_?(id|no|nr|num|number|nummer|key|code|uuid|guid|ref|reference_id|external_id)|uid|external_id|kundennr|kundennummer|leid|euid|"
                    r"reference_id|customer_code|crm_id"),
    ("own_id", r"(record|row|rec|unique|object|entry|primary|(\w+_)?internal)?_?(id|key|uuid|guid|gid|code|no|nr|number)"),
)  # fmt: skip

_TIMES: tuple[tuple[str, str], ...] = (
    ("updated_at", r"(last_?|record_?)?(updated?|modified|changed?|edited|modstamp|mod)(_?(at|date|time|on|timestamp|ts|utc))?|"
                   r"system_?modstamp|last_?(update|change|modified|updated|changed|edit)(_?(date|time|at|d))?|geandert(_am)?"),
    ("closed_at", r"(closed?|solved|resolved|resolution|completed?|finished|ended)(_?(at|date|time|on|timestamp))?|statistics_last_close_at"),
    ("cancelled_at", r"cancell?ed(_?(at|date|time|on))?|storniert_am"),
    ("refunded_at", r"refunded_(at|date|time|on)|returned_(at|date|time|on)"),
    ("first_replied_at", r"((statistics_)?first_(admin_)?(response|reply)|initial_response|first_replied)_?(time|at|date)"),
    ("sent_at", r"(survey_)?sent(_?(at|date|time|on))?"),
    ("received_at", r"(received|server_received|server_upload|processed|loaded|ingested|upload|client_upload|sent|original)_?(at|time|timestamp|date)"),
    ("responded_at", r"(responded|answered|submitted|response|completed|submission|survey_response)_?(at|date|time|on|timestamp)"),
    ("occurred_at", r"(event_?|client_event_?|client_?)?(time_?stamp|date_?time|time|ts|occurred(_?at)?|occurred_on)(_?(utc|micros|ms))?|occurred_at|event_date"),
    ("created_at", r"((order|ordered|purchase|purchased|sale|sold|paid|transaction|invoice|receipt|booking|bestell|kauf|bill)_?)"
                   r"(at|date|time|on|datetime|datum|date_?time|timestamp|completed_time)|"
                   r"(creat(ed?|ion)|added|date_added|opened|registered|registration|signup|sign_?up|joined|member_since|first_(seen|active)(_on)?|"
                   r"profile_created(_on)?|erstellt|angelegt|submitted|open)(_?(at|date|time|on|timestamp|am|d|utc))?|date(_?(created|added|opened|time|ordered))?|"
                   r"datum|fecha|dates|verkaufsdatum|bestelldatum|belegdatum|timestamp_created"),
)  # fmt: skip
_TIME_WORDS = re.compile(
    r"(^|_)(at|date|time|timestamp|ts|datetime|datum|micros|on|since|until|modstamp|am|created|updated|modified|seen|changed|active)($|_\w*$)"
)
_CODE_WORDS = re.compile(
    r"(^|_)(id|ids|key|code|no|nr|nummer|number|num|zip|postcode|postal|plz|phone|mobile|tel|sku|gtin|ean|upc|barcode|token|uuid|hash|card|pan|suffix|fax|ip|"
    r"leid|euid|isbn|version|reference|ref|receipt|kundenkarte|kundennummer|bestellnummer|artikelnummer|membership)($|_)"
)
_FLAG_WORDS = re.compile(
    r"(^|_)(is|has|accepts?|allow(s|ed)?|opt|opted|consent|subscribed|active|enabled|flag|verified|optin|optout|newsletter|organic|open|read|do_not)($|_)"
)


@dataclass(frozen=True)
class Heading:
    """A header taken apart: its words, whom it speaks of (``""`` when it does not say), and what is left.

    ``last`` is the last word of a JSON path below the top.
    """

    words: str
    owner: str
    rest: str
    last: str = ""

    @property
    def is_time(self) -> bool:
        """Whether the name speaks of a date or an instant."""
        return bool(_TIME_WORDS.search(self.words)) or "_date" in f"_{self.words}"

    @property
    def is_code(self) -> bool:
        """Whether the name speaks of a code, which is text even where it has digits only."""
        return bool(_CODE_WORDS.search(self.words)) and not self.is_time

    @property
    def is_flag(self) -> bool:
        """Whether the name speaks of yes or no."""
        return bool(_FLAG_WORDS.search(self.words))


def plain_words(header: str) -> str:
    """Words of a header or JSON path in small letters without accents, joined by underscores."""
    path = header.removeprefix("$.") if header.startswith("$.") else header
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", path.replace("ß", "ss"))
    letters = unicodedata.normalize("NFKD", split).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def heading(header: str) -> Heading:
    """Take a header or JSON path apart."""
    found = _apart(header)
    inner = header.startswith("$.") and "." in header[2:]
    return replace(found, last=plain_words(header.rpartition(".")[2])) if inner else found


def _apart(header: str) -> Heading:
    bag = r"(user|event|custom|contact)_(properties|params|attributes|fields|traits)\b"
    words = plain_words(re.sub(bag, "properties", header))
    parts = [part for part in words.split("_") if part not in _WRAPPERS] or words.split("_")
    plain = "_".join(part for part in parts if not part.isdigit() or len(parts) == 1) or words
    if re.fullmatch(r"(statistics_)?first_(admin|agent)_(reply|response)_(at|time)", plain):
        return Heading(words, "", plain)
    owner, rest = "", plain
    for name, pattern in _OWNERS:
        found = re.match(rf"(?:\w+_)??(?P<own>{pattern})_(?P<rest>\w+)$", plain)
        if found and found["rest"]:
            if not owner:
                owner = name
            if name in {"other"}:
                return Heading(words, name, found["rest"])
            rest = found["rest"]
            break
    if not owner and re.fullmatch(_OWNERS[0][1], plain):
        return Heading(words, "other", "")
    return Heading(words, owner, rest)


def named_meanings(head: Heading) -> list[str]:
    """What the name may mean, most particular first: of the whole name, then of what is left without its owner."""
    found: list[str] = []
    for words in dict.fromkeys((_without_wrappers(head.words), head.rest, *([head.last] if head.last else []))):
        groups = (_TIMES, _MEANINGS) if head.is_time else (_MEANINGS, _TIMES)
        for group in groups:
            found += [name for name, pattern in group if re.fullmatch(pattern, words)]
    return list(dict.fromkeys(found))


def _without_wrappers(words: str) -> str:
    parts = [part for part in words.split("_") if part not in _WRAPPERS and not part.isdigit()]
    return "_".join(parts) or words
