"""The words of the product, one meaning each. docs/glossary.md is made from this."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TERMS: Mapping[str, str] = MappingProxyType(
    {
        "activation": "Delivering an audience somewhere.",
        "attribute": "A computed fact about a customer.",
        "audience": "A segment's members on one date whom we may contact: after consent and suppression.",
        "business date": "The day a run stands for; what lies after its end does not count.",
        "candidate pair": "Two identity records worth comparing.",
        "canonical table": "A table with one shape for all sources, such as orders or touchpoints.",
        "cluster": "Records joined by edges in one run.",
        "contract": "The promise about an export or a table: columns, types, key, and what a broken row leads to.",
        "customer": "A cluster with a customer_id that lasts across runs. With nothing but a device or a bare order "
        "number it is anonymous, and stays out of profiles and segments.",
        "decision": "What a steward ruled about two records; it outranks the model and survives every run.",
        "edge": "A reason why two records are one customer: an identifier or a match weight, with its evidence.",
        "feed": "One recurring export from one source.",
        "gate": "A check of a whole delivery that can stop a run.",
        "golden record": "The values chosen among sources, each with its origin.",
        "identifier": "A typed value that points to a person: e-mail, phone, loyalty card, device.",
        "identity record": "What one source knows of one person; the unit that is matched.",
        "ledger": "The account of a delivered file: read = accepted + quarantined + duplicate + superseded.",
        "manifest": "The list of files that every table consists of after a run; writing it is the commit.",
        "merge": "The recorded event when two customers become one; its opposite is a split.",
        "profile": "Golden record, attributes and consent of one customer: the 360 view.",
        "publish": "Making a finished, audited run visible to readers.",
        "quarantine": "Where refused rows wait, with file, line, raw text and reasons.",
        "run": "One execution of the pipeline for one business date.",
        "segment": "A named rule over profiles and events.",
        "source": "The system that an export comes from.",
        "survivorship": "The rule that chooses one value among sources.",
        "touchpoint": "One dated contact between a person and the company.",
        "workspace": "The folder that a company keeps in git: cdp.toml, pipelines, schemas.",
    }
)


def as_markdown() -> str:
    """The glossary as a page."""
    rows = "\n".join(f"| **{word}** | {meaning} |" for word, meaning in TERMS.items())
    return f"# Glossary\n\n| word | meaning |\n|---|---|\n{rows}\n"
