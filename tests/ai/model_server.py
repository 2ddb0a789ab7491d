"""A server of a model on loopback that answers by a script, as OpenAI's or Anthropic's does, and misbehaves."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def question(self) -> str:
        """The words of the user."""
        return str(self.body["messages"][-1]["content"])

    @property
    def system(self) -> str:
        return str(self.body.get("system") or self.body["messages"][0]["content"])

    @property
    def data(self) -> list[dict[str, Any]]:
        """The lines of data in the question."""
        found = self.body["messages"][-1]["content"]
        text = found if isinstance(found, str) else found[0]["text"]
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [line for line in self.data if "message" in line]


@dataclass(frozen=True)
class Reply:
    """What the server does: an answer, or half of one, or nothing."""

    content: str | None = None
    """The words of the model, wrapped as the kind of server wraps them; None: `body` as it is."""
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    tokens: tuple[int, int] | None = (100, 20)
    finish: str = "stop"
    cut_after: int | None = None
    """The connection breaks after so many bytes of the body."""
    silent: bool = False
    """Nothing comes, ever."""


def says(document: object, **changes: Any) -> Reply:
    return Reply(document if isinstance(document, str) else json.dumps(document), **changes)


def fails(status: int, words: str = "Something went wrong.", **headers: str) -> Reply:
    error = json.dumps({"error": {"message": words, "type": "error", "code": None}})
    return Reply(body=error.encode(), status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


CUT = Reply('{"atoms": [], "topics": []}', cut_after=40)
SILENT = Reply(silent=True)

Script = Callable[[Asked], Reply] | Sequence[Reply]


class ModelServer:
    """`script`: a function of the request, or replies in their order, the last one for all that come after."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.asked: list[Asked] = []
        self.at_once = 0
        self.most_at_once = 0
        self.hung_up = 0
        """Clients that left before their answer."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            asked = await _request(reader)
            self.asked.append(asked)
            await self._answer(asked, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up += 1
        finally:
            self.at_once -= 1
            writer.close()

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script, place = self._script, len(self.asked) - 1
        reply = script(asked) if callable(script) else script[min(place, len(script) - 1)]
        await asyncio.sleep(0)
        if reply.silent:
            await reader.read()
            self.hung_up += 1
            return
        body = reply.body if reply.content is None else _wrapped(asked, reply)
        head = {"content-type": "application/json", "connection": "close", "content-length": len(body), **reply.headers}
        lines = [
            f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Error')}",
            *(f"{k}: {v}" for k, v in head.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body[: reply.cut_after])
        await writer.drain()


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    raw = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(head[0].split()[1], headers, json.loads(raw or b"{}"))


def _wrapped(asked: Asked, reply: Reply) -> bytes:
    if asked.path.endswith("/messages"):
        return json.dumps(_as_anthropic(asked, reply)).encode()
    return json.dumps(_as_openai(asked, reply)).encode()


def _as_openai(asked: Asked, reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.content}
    if tools := asked.body.get("tools"):
        call = {"name": tools[0]["function"]["name"], "arguments": reply.content}
        message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": call}]}
    usage = reply.tokens and {
        "prompt_tokens": reply.tokens[0],
        "completion_tokens": reply.tokens[1],
        "total_tokens": sum(reply.tokens),
    }
    choice = {"index": 0, "finish_reason": reply.finish, "message": message}
    head = {"id": "c1", "object": "chat.completion", "created": 1, "model": asked.body.get("model")}
    return {**head, "choices": [choice], **({"usage": usage} if usage else {})}


def _as_anthropic(asked: Asked, reply: Reply) -> dict[str, Any]:
    content: dict[str, Any] = {"type": "text", "text": reply.content}
    if tools := asked.body.get("tools"):
        arguments = json.loads(reply.content or "{}")
        content = {"type": "tool_use", "id": "t1", "name": tools[0]["name"], "input": arguments}
    read, written = reply.tokens or (0, 0)
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": asked.body.get("model"),
        "content": [content],
        "stop_reason": "max_tokens" if reply.finish == "length" else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": read, "output_tokens": written},
    }
