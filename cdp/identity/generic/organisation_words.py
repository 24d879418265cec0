"""Words by which the name of an organisation is known from a person's, in several languages."""

from __future__ import annotations

import re

_OWN_TEXT = (
    "kg ohg ug kgaa gbr plc llp llc lp sas sci srl spa snc bv nv ab aps sro doo kft bt pty pvt ooo sa ag ek ev eg"
)
_SAME_TEXT = (
    "gmbh=gmbh mbh=gmbh aktiengesellschaft=ag kommanditgesellschaft=kg ltd=ltd limited=ltd inc=inc incorporated=inc "
    "corp=corp corporation=corp sarl=sarl eurl=sarl sasu=sas srls=srl sl=sl slu=sl bvba=bvba sprl=bvba as=as asa=as "
    "oy=oy oyj=oy ood=ood eood=ood zrt=zrt nyrt=zrt oo=spzoo spzoo=spzoo ltda=ltda lda=ltda"
)
LEGAL_FORMS = {word: word for word in _OWN_TEXT.split()} | dict(pair.split("=") for pair in _SAME_TEXT.split())
"""Words of legal forms, dots left out, and the form that they stand for."""

_ALSO_NAMES_TEXT = "ag as asa sas sa ab ek ev eg sl bt sci lp spa ug nv oo oy doo ood eood"
_ALSO_NAMES = frozenset(_ALSO_NAMES_TEXT.split())
SURE_FORMS = tuple(word for word in LEGAL_FORMS if word not in _ALSO_NAMES)
"""Those that are no part of a person's name."""

_JOINING_TEXT = (
    "and und et e y i og och en co cie company gesellschaft the of der die das de la le les el los di do da sp z"
)
JOINING = tuple(_JOINING_TEXT.split())
"""Words that tell no organisation from another."""

_KINDS_TEXT = (
    "company holding holdings foundation association school college university institute academy hospital clinic "
    "surgery practice church club council trust services solutions systems consulting partners group international "
    "bank insurance hotel restaurant pharmacy bros brothers sons society stiftung verein schule universitat klinik "
    "apotheke sohne gesellschaft werke ecole societe fondation hopital escuela colegio fundacion asociacion "
    "ayuntamiento hermanos scuola fondazione associazione fratelli stichting vereniging forening skole stiftelse "
    "skola fundacja szkola spolka stowarzyszenie nadace fundacao associacao escola"
)
WORDS_OF_ORGANISATIONS = frozenset(SURE_FORMS) | frozenset(_KINDS_TEXT.split())


def sounds_like_organisation(name: str) -> bool:
    """Whether a name holds a word of organisations that is no part of a person's name."""
    return bool(WORDS_OF_ORGANISATIONS & set(re.findall(r"[^\W_]+", name.lower().replace(".", ""))))
