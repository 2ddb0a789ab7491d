"""The generated part of docs/reference/http.md, made from the description of the API.

`make pages` writes it anew; a test holds the page against it.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from tests.docs.pages import DOCS

from assay.settings import Settings
from assay.web.app import create_app
from assay.web.index import OPENAPI

PAGE: Final = DOCS / "reference" / "http.md"
BEGIN: Final = "<!-- from here on generated from the code -->"
MONITOR: Final = "a token, or nothing from this machine"
RIGHTS: Final = {"everybody": "nothing", "monitor": MONITOR, "signed in": "any account"}


def refilled(page: str) -> str:
    """The text of the page with its generated part as it should be."""
    return f"{page.split(BEGIN)[0]}{BEGIN}\n\n{generated()}"


@cache
def description() -> dict[str, Any]:
    """The description of the API."""
    return create_app(Settings(), "postgresql://", "nats://").openapi()


def generated() -> str:
    described = description()
    parts = [_endpoints(described), *_operations(described), "## Bodies\n", *_models(described)]
    return "\n".join(parts)


def _endpoints(document: dict[str, Any]) -> str:
    rows = ["## Endpoints\n", "| Method | Path | Takes | Does |", "|---|---|---|---|"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            right = operation["x-permission"]
            takes = RIGHTS.get(right, f"the right to {right}")
            rows.append(f"| {method.upper()} | `{path}` | {takes} | {_cell(_does(operation))} |")
    rows.append(f"| GET | `{OPENAPI}` | nothing | This API in the OpenAPI format, for machines. |")
    return "\n".join([*rows, ""])


def _does(operation: dict[str, Any]) -> str:
    return str(operation.get("description") or f"{operation['summary']}.").split("\n\n")[0]


def _operations(document: dict[str, Any]) -> Iterator[str]:
    """The parameters of those that have any besides the path."""
    yield "## Parameters\n"
    seen: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            rows = "\n".join(_parameters(operation))
            if rows:
                seen.setdefault(rows, []).append(f"`{method.upper()} {path}`")
    for rows, names in seen.items():
        yield f"{', '.join(names)}:\n\n| Name | In | Value | Meaning |\n|---|---|---|---|\n{rows}\n"


def _parameters(operation: dict[str, Any]) -> Iterator[str]:
    for each in operation.get("parameters", []):
        if each["in"] != "path":
            meaning = each.get("description") or each["schema"].get("description", "")
            yield f"| `{each['name']}` | {each['in']} | {_cell(_type(each['schema']))} | {_cell(meaning)} |"


def _models(document: dict[str, Any]) -> Iterator[str]:
    for name, schema in sorted(document["components"]["schemas"].items()):
        if "properties" not in schema or name.endswith("Frame"):  # frames stand in events.md
            continue
        required = set(schema.get("required", ()))
        rows = [
            f"| `{key}` | {_cell(_type(each))}{'' if key in required else ', optional'} | "
            f"{_cell(each.get('description', ''))} |"
            for key, each in schema["properties"].items()
        ]
        words = schema.get("description", "").split("\n\n")[0]
        said = f"{words}\n\n" if words else ""
        yield f"### {name}\n\n{said}| Key | Value | Meaning |\n|---|---|---|\n" + "\n".join([*rows, ""])


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    words = str(schema.get("format") or schema.get("type") or "anything")
    return words + _bounds(schema)


def _bounds(schema: dict[str, Any]) -> str:
    least = schema.get("minimum", schema.get("minLength"))
    most = schema.get("maximum", schema.get("maxLength"))
    if least is None and most is None:
        return ""
    unit = " characters" if schema.get("type") == "string" else ""
    if most is None:
        return f", at least {least}{unit}"
    return f", {least if least is not None else 'at most'}{' to' if least is not None else ''} {most}{unit}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
