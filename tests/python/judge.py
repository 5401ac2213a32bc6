"""scim2-models as a second opinion: its models made from what Jackfield's own discovery tells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from scim2_models import Context, Resource, ResourceType, Schema, SCIMException, ScimFilter, ScimPolicy, ScimProvider
from scim2_models.path import AttrPath, Comparison, CompareOperator, FilterNode, LogicalExpr, Not, Present, ValuePath

from stage import Scim

PAPER = Path(__file__).parents[2] / "docs" / "disagreements.md"

Model = type[Resource[Any]]


def models(scim: Scim) -> dict[str, Model]:
    """The models, extensions included, as /Schemas and /ResourceTypes describe them."""
    schemas = [Schema.model_validate(item) for item in scim.send("GET", "/Schemas").ok(200)["Resources"]]
    types = [ResourceType.model_validate(item) for item in scim.send("GET", "/ResourceTypes").ok(200)["Resources"]]
    provider = ScimProvider.from_discovery(schemas, types)
    return {str(kind.name): cast(Model, provider.model_for(kind)) for kind in provider.resource_types}


def read(model: Model, user: dict[str, Any]) -> Resource[Any]:
    """A user as Jackfield answers them."""
    return model.model_validate(user, scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


def refusal(error: Exception) -> str:
    """What an exception of scim2-models would be on the wire."""
    if isinstance(error, ValidationError):
        context = error.errors()[0].get("ctx", {})
        return f"{context.get('status', 400)} {context.get('scim_type', 'invalidValue')}"
    if isinstance(error, SCIMException):
        return f"{error.status} {error.scim_type or ''}".strip()
    raise error


def ne_as_ours(node: FilterNode, bound: ScimFilter[Any]) -> FilterNode:
    """The filter in which `ne` on a multi-valued attribute says for scim2-models what it says for Jackfield: that some
    value differs (docs/disagreements.md)."""
    match node:
        case LogicalExpr():
            return LogicalExpr(node.op, tuple(ne_as_ours(term, bound) for term in node.terms))
        case Not():
            return Not(ne_as_ours(node.expr, bound))
        case Comparison(op=CompareOperator.ne):
            binding = bound.resolve_comparison(node.attr_path)
            if binding is None or not binding.is_multivalued:
                return node
            head = AttrPath(node.attr_path.attr, uri=node.attr_path.uri)
            sub = AttrPath(node.attr_path.sub_attr or "value")
            differs = ValuePath(head, Present(sub) & Comparison(sub, node.op, node.value))
            return differs | Not(ValuePath(head, Present(sub)))
        case _:
            return node


def matching(model: Model, text: str, people: dict[str, Resource[Any]], *, ours: bool = False) -> set[str] | str:
    """Who matches a filter for scim2-models, or how it refuses it."""
    try:
        bound: ScimFilter[Any] = ScimFilter[model](text)  # type: ignore[valid-type]
        if ours:
            bound = ScimFilter[model](ne_as_ours(bound.ast, bound))  # type: ignore[valid-type]
        return {name for name, person in people.items() if bound.match(person)}
    except Exception as error:  # noqa: BLE001 - whatever it raises is its opinion
        return refusal(error)


def listed(heading: str) -> list[list[str]]:
    """The rows of the table below a heading of the paper, without backticks."""
    section = PAPER.read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


TOLERANT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
