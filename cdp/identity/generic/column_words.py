"""Names that columns are given, in several languages, and the roles they stand for: the first that fits counts."""

from __future__ import annotations

WORDS: tuple[tuple[str, str], ...] = (
    (
        (
            r"(employer|spouse|partner|dependent|child|parent|mother|father|maiden|guardian|emergency|kin|"
            r"referr\w*|agent|store|shop|branch|warehouse|product|seller|vendor|merchant)_?\d?_\w+"
        ),
        "ignore",
    ),
    (r"(true|gold|ground|actual)\w*|(cluster|label|entity|person|household|match)(_?(id|key|no))?", "label"),
    (r"(data)?(source|system|origin|dataset|provider)(_?(name|system|id|key))?|src", "source"),
    (
        (
            r"(e_?)?mails?(_?(address|addr|adresse|id))?\d?|correo(_electronico)?|courriel|\w+_email|"
            r"email_\w+"
        ),
        "email",
    ),
    (
        (
            r"(\w+_)?(phones?|telefon(o|e|nummer)?|telefono|telefoon|handy|movil|celular|portable|tlf|mobile|"
            r"cell|telephone|tel|landline|fax|msisdn)(_?(number|no|num|nr))?(_?\w+)?\d?"
        ),
        "phone",
    ),
    (
        (
            r"(date_?of_?birth|birth_?date|dob|d_o_b|birth_?day|birth_?dt|born|geburtsdatum|geb_dat(um)?|"
            r"bday|fecha_(de_)?nac(imiento)?|date_(de_)?naissance|data_(di_)?nascita|data_(de_)?nascimento|"
            r"geboorte_?datum|data_urodzenia|fodelsedatum)(_\w+)?"
        ),
        "birth_date",
    ),
    (r"(birth_?year|year_?of_?birth|yob|birthyear)", "birth_year"),
    (r"age(_?(years|at_\w+))?", "age"),
    (r"(gender|sex|sexe|sexo|sesso|geschlecht|geslacht|plec|kon)(_?code)?(_desc)?", "gender"),
    (r"(name_?)?suffix(_?(lbl|code|name))?|name_?suffix\w*|generation", "suffix"),
    (r"(name_?)?(title|prefix|salutation|honorific|prefx)(_cd)?", "title"),
    (r"(middle|second|additional)_?(name|initial|names|nm)?|midl_name|mname", "middle_name"),
    (
        (
            r"((customer|client|patient|guest|member|person|voter|contact)_)?(first|given|fore|christian)_?(names?|nm)?|f_?name|vorname|prenom|nombres?|voornaam|"
            r"imie|fornamn|nome"
        ),
        "given_name",
    ),
    (
        (
            r"((customer|client|patient|guest|member|person|voter|contact)_)?(last|family|sur)_?(names?|nm)?|l_?name|nachname|familienname|nom(_de_famille)?|"
            r"apellidos?|cognome|sobrenome|achternaam|nazwisko|efternamn"
        ),
        "family_name",
    ),
    (
        (
            r"(full|complete|person|customer|display|contact|client|patient|voter|guest|member|user|account|"
            r"holder|buyer)?_?names?(_full)?|kunde|cliente|patient|contact|customer|nombre_completo|"
            r"nom_complet"
        ),
        "full_name",
    ),
    (r"(first|given)_?and_?\w+", "full_name"),
    (
        (
            r"(street|house|building|addr(ess)?|res_street|hse)_?(number|no|num|nr|nbr)|house|haus_?(nr|"
            r"nummer)|huisnummer|numero"
        ),
        "house_number",
    ),
    (
        (
            r"(\w+_)?(zip|post|postal|plz|cep|cap|postnummer|kod_pocztowy|codigo_postal|code_postal)(_?(code|"
            r"cd))?\d?(_\w+)?|pcode|zip\d"
        ),
        "postcode",
    ),
    (r"suburb|locality|district|neighbou?rhood|quarter", "suburb"),
    (
        (
            r"(\w+_)?(city|town|municipality|ort|stadt|wohnort|ville|ciudad|cidade|citta|miasto|woonplaats|"
            r"plaats|stad|poblacion)(_?(name|desc))?|birth_?place|place(_of_birth)?"
        ),
        "city",
    ),
    (r"(\w+_)?(state|province|provincia|region|county|bundesland)(_?(code|cd|name|abbr|desc))?\d?", "region"),
    (r"(\w+_)?(country|land|pais|pays)(_?(code|name))?", "country"),
    (
        (
            r"(\w+_)?(street|address|addr|road)(_?(name|line|desc|address|1))?_?1?(_\w+)?|address_?1|strasse|"
            r"rue|calle|direccion|domicilio|adresse|indirizzo|endereco|straat|ulica|gata"
        ),
        "street",
    ),
    (r"(\w+_)?(address|addr|street|line)_?(line_?)?[2-4]|unit|apartment|flat|apt", "suburb"),
    (r"(ssn|soc(ial)?_?sec\w*|nin|nino|national_?(id|number|insurance)\w*|tax_?id|passport\w*)", "person_number"),
    (r"(driver_?)?licen[cs]e\w*|(person|identity|id)_?(number|card|no)|nhs\w*|tin|vat\w*", "person_number"),
    (r"loyalty\w*|member\w*|card\w*", "person_number"),
    (
        (
            r"(record|row|rec|unique|source|customer|client|user|account|acct|voter)_?(id|key|nr|no|number|"
            r"num)"
        ),
        "id",
    ),
    (r"id|uid|uuid|key|nr|no|number|num|pk", "id"),
    (
        (
            r"created\w*|updated\w*|modified\w*|timestamp|(\w+_)?(at|ts)|index|unnamed.*|notes?|comments?|"
            r"remarks?"
        ),
        "ignore",
    ),
)
