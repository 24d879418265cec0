"""Names that columns are given, in several languages, and the roles they stand for: the first that fits counts.

Names are in lower case, without accents, with ``_`` between words.
"""

from __future__ import annotations

_OF_SOMEBODY = r"((customer|client|patient|guest|member|person|voter|contact)_)?"

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
            r"(e_?)?mails?(_?(address|addr|adress|adresse|adres|id))?\d?|correo(_e|_electronico)?|courriel|\w+_e?_?mail|"
            r"email_\w+|e_?post(a|adress(e)?)?|sahkoposti(osoite)?|posta_elettronica|adres_e_?mail|poczta"
        ),
        "email",
    ),
    (
        (
            r"(\w+_)?(phones?|telefon(o|e|nummer|szam|i)?|telef|telefoon(nummer)?|telem(ovel)?|tfno|handy(nummer)?|"
            r"movil|celular|cellulare|portable|tlf|mobile?|mobil(telefon)?|mobilnummer|cell|telephone|tel|landline|fax|"
            r"msisdn|puhelin(numero)?|matkapuhelin|komorka|gsm|cep_tel|rufnummer|whatsapp)"
            r"(_?(number|no|num|nr))?(_?\w+)?\d?"
        ),
        "phone",
    ),
    (
        (
            r"(date_?of_?birth|birth_?date|dob|d_o_b|birth_?day|birth_?dt|born|geburtsdatum|geb_dat(um)?|geb(oren)?(_am)?|"
            r"geburtstag|bday|(fecha_|fec_|f_)(de_)?nac(imiento)?|(date_)?(de_)?naissance|date_naiss|nee?_le|"
            r"(data_)?(di_)?nascita|nato_il|(data|dt)_(de_)?nasc(imento)?|geboorte_?datum|data_ur(odzenia)?|"
            r"fodelse(datum|dag)|fodsels(dato|dag)|fodt|syntyma(aika|paiva)|szul(etesi)?_(datum|ido)|dogum(_tarihi)?|"
            r"datum_(narozeni|narodenia|rodenja|rojstva)|data_nasterii|data_rozhdeniya)(_\w+)?"
        ),
        "birth_date",
    ),
    (
        (
            r"(birth_?year|year_?of_?birth|yob|geburtsjahr|rok_ur(odzenia)?|annee_(de_)?naissance|ano_(de_)?nac(imiento)?|"
            r"anno_(di_)?nascita|fodelsear|fodselsar|geboortejaar|rok_narozeni)"
        ),
        "birth_year",
    ),
    (r"(age|alter|edad|idade|wiek|leeftijd|alder|yas)(_?(years|at_\w+))?", "age"),
    (
        (
            r"(gender|sex|sexe|sexo|sesso|geschlecht|geslacht|plec|kon|kjonn|genero|genre|pohlavi|sukupuoli|cinsiyet|nem)"
            r"(_?code)?(_desc)?"
        ),
        "gender",
    ),
    (r"(name_?)?suffix(_?(lbl|code|name))?|name_?suffix\w*|generation", "suffix"),
    (
        r"(name_?)?(title|prefix|salutation|honorific|prefx)(_cd)?|anrede|civilite|tratamiento|tratamento|aanhef|tilltal",
        "title",
    ),
    (r"(middle|second|additional)_?(name|initial|names|nm)?|midl_name|mname|tussenvoegsel", "middle_name"),
    (
        (
            _OF_SOMEBODY + r"(first|given|fore|christian)_?(names?|nm)?|f_?name|vorname|prenom|nombres?|"
            r"voornaam|imie|fornamn|fornavn|nome|jmeno|krestni_jmeno|etunimi|kereszt_?nev|uto_?nev|ad|adi|isim|imya|"
            r"prenume|meno|ime"
        ),
        "given_name",
    ),
    (
        (
            _OF_SOMEBODY + r"(last|family|sur)_?(names?|nm)?|l_?name|nachname|familienname|"
            r"nom(_de_famille)?|apellidos?|cognome|sobrenome|apelido|achternaam|nazwisko|efternamn|efternavn|etternavn|"
            r"prijmeni|priezvisko|prezime|sukunimi|vezetek_?nev|csalad_?nev|soyad|soyadi|familiya|familia|"
            r"nume(_de_familie)?"
        ),
        "family_name",
    ),
    (
        (
            r"((full|complete|person|customer|display|contact|client|patient|voter|guest|member|user|account|"
            r"holder|buyer)?_?names?(_full)?|kunde|cliente|patient|contact|customer|nombre_completo|"
            r"nom_complet|name_of_\w+|claimant|applicant|requester|subscriber|beneficiary|donor|"
            r"nome_(completo|do_\w+|e_\w+)|nombre_y_\w+|nom_(et_)?prenom|prenom_(et_)?nom|name_vorname|vorname_name|"
            r"vor_und_nachname|nominativo|naam|navn|namn|nimi|nev|ad_?soyad|fio|imie_i_nazwisko|jmeno_a_prijmeni|medlem|"
            r"mitglied|teilnehmer|klient|titular)"
        ),
        "full_name",
    ),
    (
        (
            r"(company|organi[sz]ation|business|firm|corporate|trading|legal|institution|charity|supplier)(_?(name|title))?|"
            r"(firma|firmen|firmy)(_?nam[en]?)?|unternehmen|lieferant|razon_social|raison_sociale|ragione_sociale|"
            r"razao_social|empresa|entreprise|societe|azienda|bedrijf(snaam)?|foretag(snamn)?|virksomhed|yritys|"
            r"nazwa(_firmy)?|nazev(_firmy)?|cegnev|sirket(_adi)?|dostawca|proveedor|fournisseur|fornitore"
        ),
        "organisation",
    ),
    (r"(first|given)_?and_?\w+", "full_name"),
    (
        (
            r"(street|house|building|addr(ess)?|res_street|hse)_?(number|no|num|nr|nbr)|house|haus_?(nr|"
            r"nummer)|huis_?(nr|nummer)|husnummer|numero(_civico)?|civico|nr_domu"
        ),
        "house_number",
    ),
    (
        (
            r"(\w+_)?(zip|post|postal|plz|cep|cap|postnummer|postnr|postinumero|postleitzahl|kod_poczt(owy)?|codigo_postal|"
            r"code_postal|psc|irsz|iranyitoszam|posta_kodu)(_?(code|cd))?\d?(_\w+)?|pcode|zip\d|kod|cp|c_p|pin(_?code)?"
        ),
        "postcode",
    ),
    (r"suburb|locality|district|neighbou?rhood|quarter", "suburb"),
    (
        (
            r"(\w+_)?(city|town|municipality|ort|stadt|wohnort|ville|ciudad|cidade|citta|miasto|miejscowosc|woonplaats|"
            r"plaats|stad|poblacion|localidade?|localita|mesto|obec|kaupunki|varos|telepules|sehir|gorod|poststed|commune|"
            r"gemeinde|comune|municipio)(_?(name|desc))?|birth_?place|place(_of_birth)?|by"
        ),
        "city",
    ),
    (
        r"(\w+_)?(state|province|provincia|region|county|bundesland|wojewodztwo|departement)(_?(code|cd|name|abbr|desc))?\d?",
        "region",
    ),
    (r"(\w+_)?(country|land|pais|pays)(_?(code|name))?", "country"),
    (
        (
            r"(\w+_)?(street|address|addr|road)(_?(name|line|desc|address|1))?_?1?(_\w+)?|address_?1|strasse|"
            r"rue|calle|direccion|domicilio|adresse|adres|indirizzo|endereco|morada|straat|ulica|ulice|gata|gatuadress|"
            r"gateadresse|anschrift|lakcim|utca|katuosoite|osoite"
        ),
        "street",
    ),
    (r"(\w+_)?(address|addr|street|line)_?(line_?)?[2-4]|unit|apartment|flat|apt", "suburb"),
    (r"(ssn|soc(ial)?_?sec\w*|nin|nino|national_?(id|number|insurance)\w*|tax_?id|passport\w*)", "person_number"),
    (r"(driver_?)?licen[cs]e\w*|(person|identity|id)_?(number|card|no)|nhs\w*|tin|vat\w*", "person_number"),
    (
        (
            r"nif|dni|nie|cpf|cnpj|pesel|nip|regon|rodne_cislo|person(nummer|nr)|fodselsnummer|cpr(_?n\w+)?|hetu|"
            r"codice_fiscale|partita_iva|p_iva|bsn|svnr|ust_?id\w*|siret|siren|cif|curp|rfc|aadhaar\w*|kvk\w*|"
            r"org_?(nr|nummer|number)|(company|registration|charity)_?(no|number)|duns\w*|lei|ico"
        ),
        "person_number",
    ),
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
            r"(\w+_)?(web(_?(site|page|seite))?|url|homepage)|created\w*|updated\w*|modified\w*|timestamp|"
            r"(\w+_)?(at|ts)|index|unnamed.*|notes?|comments?|"
            r"remarks?|obs(ervac\w*)?|bemerkung(en)?|notiz(en)?|remarques?|uwagi|opmerking(en)?"
        ),
        "ignore",
    ),
)
