"""The marks of a Slack message that nobody typed: entities, and ids of people, channels and groups."""

import html
import re
from collections.abc import Callable
from typing import Final

NameOf = Callable[[str], str]
ANGLED: Final = re.compile(r"<([^<>\n]{1,4000})>")


def rendered(text: str, person: NameOf, channel: NameOf) -> str:
    """As people read it. `person` and `channel` give the names behind ids."""
    plain = ANGLED.sub(lambda found: _named(found[1], person, channel), text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _named(inner: str, person: NameOf, channel: NameOf) -> str:
    target, bar, label = inner.partition("|")
    if target.startswith("@"):
        return f"@{label or person(target[1:])}"
    if target.startswith("#"):
        return f"#{label or channel(target[1:])}"
    if target.startswith("!"):
        return _special(target[1:], label)
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return f"{label} ({address})" if bar and label and html.unescape(label) != html.unescape(address) else address


def _special(command: str, label: str) -> str:
    if label:
        return label
    name, _, rest = command.partition("^")
    return f"@{rest}" if name == "subteam" else f"@{name}"


def of_blocks(blocks: object) -> str:
    """The words of Block Kit, where a message has no text of its own. Structure becomes lines."""
    return "\n".join(line for line in (_block(each) for each in _dicts(blocks)) if line)


def _dicts(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _block(block: dict[str, object]) -> str:
    if block.get("type") == "rich_text":
        return "\n".join(_rich(each) for each in _dicts(block.get("elements")))
    parts = [_words(block.get("text")), *(_words(each) for each in _dicts(block.get("fields")))]
    parts += [_words(each) for each in _dicts(block.get("elements"))]
    return "\n".join(part for part in parts if part)


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _words(value.get("text"))
    return ""


def _rich(element: dict[str, object]) -> str:
    if element.get("type") == "rich_text_list":
        return "\n".join(f"- {_rich(each)}" for each in _dicts(element.get("elements")))
    lead = "> " if element.get("type") == "rich_text_quote" else ""
    return lead + "".join(_leaf(each) for each in _dicts(element.get("elements")))


def _leaf(leaf: dict[str, object]) -> str:
    kind = leaf.get("type")
    if kind == "user":
        return f"<@{leaf.get('user_id', '')}>"
    if kind == "channel":
        return f"<#{leaf.get('channel_id', '')}>"
    if kind == "link":
        return f"<{leaf.get('url', '')}|{leaf.get('text') or leaf.get('url', '')}>"
    if kind == "emoji":
        return f":{leaf.get('name', '')}:"
    if kind == "broadcast":
        return f"@{leaf.get('range', '')}"
    return str(leaf.get("text") or leaf.get("fallback") or "")
