"""Load YAML strictly: every fault at once, each with its file, line and key."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

Place = tuple[str | int, ...]


class Strict(BaseModel):
    """Base of every YAML model: unknown keys are faults, values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a workspace file, told to the person who wrote it."""

    file: Path
    line: int
    key: str
    message: str
    allowed: str = ""

    def __str__(self) -> str:
        hint = f" (allowed: {self.allowed})" if self.allowed else ""
        return f"{self.file}:{self.line}: {self.key or 'document'}: {self.message}{hint}"


class _DuplicateKey(yaml.YAMLError):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(f"key {key!r} stands twice")
        self.key, self.line = key, line


def _locate(node: yaml.Node, place: Place, lines: dict[Place, int]) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise _DuplicateKey(name, key.start_mark.line + 1)
            seen.add(name)
            lines[(*place, name)] = key.start_mark.line + 1
            _locate(value, (*place, name), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _locate(value, (*place, index), lines)


def read_yaml(path: Path) -> tuple[Any, dict[Place, int], list[Fault]]:
    """Content of a YAML file, the line of every key, and syntax faults."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=SafeLoader)
        lines: dict[Place, int] = {}
        if node is not None:
            _locate(node, (), lines)
        return yaml.load(text, Loader=SafeLoader), lines, []
    except _DuplicateKey as error:
        return None, {}, [Fault(path, error.line, error.key, "the key stands twice; keep one")]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        said = f"not valid YAML: {error.problem or error}"
        if "cannot start any token" in said and text.splitlines()[line - 1].lstrip(" ").startswith("\t"):
            said = "not valid YAML: a tab; indent with spaces"
        return None, {}, [Fault(path, line, "", said)]
    except (yaml.YAMLError, ValueError) as error:
        return None, {}, [Fault(path, 1, "", f"not valid YAML in UTF-8: {error}")]
    except OSError as error:
        return None, {}, [Fault(path, 0, "", f"cannot be read: {error.strerror}")]


def _in_document(place: Place, lines: Mapping[Place, int]) -> Place:
    """A place as the document has it: without the parts that only the model knows, such as a union's tag."""
    found: Place = ()
    for part in place:
        if (*found, part) in lines:
            found = (*found, part)
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if typing.get_origin(annotation) in {list, tuple, dict, typing.Union, types.UnionType, typing.Annotated}:
        return [model for part in typing.get_args(annotation) for model in _models_in(part)]
    return []


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """Keys allowed in the mapping at ``place``; follows list items and union members by name."""
    models: list[type[BaseModel]] = [model]
    for part in place:
        if isinstance(part, int):
            continue
        following: list[type[BaseModel]] = []
        for candidate in models:
            for name, field in candidate.model_fields.items():
                if part in (name, field.alias):
                    following += _models_in(field.annotation)
        models = following or models
    return sorted({field.alias or name for item in models for name, field in item.model_fields.items()})


def _fault(path: Path, model: type[BaseModel], error: Any, lines: Mapping[Place, int]) -> Fault:
    place: Place = tuple(error["loc"])
    written = _in_document(place, lines)
    key = ".".join(str(part) for part in (*written, *(place[-1:] if error["type"] == "missing" else ())))
    allowed, message = "", str(error["msg"])
    if error["type"] == "extra_forbidden":
        names = _keys_at(model, place[:-1])
        near = difflib.get_close_matches(str(place[-1]), names, n=1)
        message = "unknown key" + (f"; did you mean {near[0]!r}?" if near else "")
        allowed = ", ".join(names)
    elif error["type"] == "missing":
        message = "required key is missing"
    elif error["type"] in {"literal_error", "enum"}:
        message, allowed = f"{error['input']!r} is not a value for this key", error["ctx"]["expected"]
    elif error["type"] == "value_error":
        message = str(error["ctx"]["error"])
    else:
        message = f"{message}, got {error['input']!r}"[:200]
    return Fault(path, lines.get(written, 1), key, message, allowed)


def validate_document(
    path: Path, content: Any, lines: Mapping[Place, int], model: type[ModelT]
) -> tuple[ModelT | None, list[Fault]]:
    """Check loaded content against a model."""
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        errors = error.errors()
        deeper = {tuple(item["loc"][:depth]) for item in errors for depth in range(len(item["loc"]))}
        told = [item for item in errors if item["type"] != "too_short" or tuple(item["loc"]) not in deeper]
        return None, [_fault(path, model, item, lines) for item in told]


def load_document(path: Path, model: type[ModelT]) -> tuple[ModelT | None, list[Fault]]:
    """Read a YAML file into a model; either the model or at least one fault comes back."""
    content, lines, faults = read_yaml(path)
    if faults:
        return None, faults
    if not isinstance(content, dict):
        return None, [Fault(path, 1, "", "the file must hold a mapping of keys to values")]
    return validate_document(path, content, lines, model)
