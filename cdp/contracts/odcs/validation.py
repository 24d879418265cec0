"""Hold a document to the standard: its JSON Schema, and the official models, which accept more."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _validator() -> Any:
    from jsonschema import Draft201909Validator

    text = (files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8")
    return Draft201909Validator(json.loads(text))


def odcs_faults(document: object) -> list[str]:
    """What the standard's own schema and package find wrong, each with its place; nothing for a valid document."""
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    faults = [fault for fault in _validator().iter_errors(document) if not _is_quirk(fault)]
    found = [
        f"{'.'.join(map(str, fault.absolute_path)) or 'document'}: {fault.message}"[:300]
        for fault in sorted(faults, key=lambda fault: list(map(str, fault.absolute_path)))
    ]
    if not found:
        try:
            OpenDataContractStandard.model_validate(document)
        except ValidationError as error:
            found = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return found


def _is_quirk(fault: Any) -> bool:
    """The schema lets ``logicalType`` be absent, and then asks for what only its type ``map`` needs."""
    return bool(
        fault.validator == "required"
        and isinstance(fault.instance, dict)
        and "logicalType" not in fault.instance
        and "map" in fault.validator_value
    )
