import { expect, test } from "vitest";
import { Refused } from "../api/client";
import { PIECE_BYTES, sendAll } from "./upload";

const FILE = new Blob([new Uint8Array(2 * PIECE_BYTES + 7)]);
const SIGNAL = new AbortController().signal;

function refusal(status: number, more = {}) {
  return new Refused({ type: "about:blank", title: "", status, detail: "no", ...more });
}

/** A server that has so many bytes, and fails as told before it takes the next piece. */
function server(has: number, failures: Error[] = []) {
  const asked: number[] = [];
  const send = async (offset: number, piece: Blob) => {
    asked.push(offset);
    const failure = failures.shift();
    if (failure) throw failure;
    has = offset + piece.size;
    return { received: has, state: has < FILE.size ? ("uploading" as const) : ("checking" as const) };
  };
  return { asked, send };
}

const atOnce = async () => undefined;

test("a file goes in pieces, from where the server stands", async () => {
  const { asked, send } = server(0);
  await sendAll(FILE, 0, send, SIGNAL);
  expect(asked).toEqual([0, PIECE_BYTES, 2 * PIECE_BYTES]);
  const later = server(PIECE_BYTES);
  await sendAll(FILE, PIECE_BYTES, later.send, SIGNAL);
  expect(later.asked).toEqual([PIECE_BYTES, 2 * PIECE_BYTES]);
});

test("a piece that was lost is sent again", async () => {
  const { asked, send } = server(0, [refusal(0), refusal(503)]);
  await sendAll(FILE, 0, send, SIGNAL, atOnce);
  expect(asked).toEqual([0, 0, 0, PIECE_BYTES, 2 * PIECE_BYTES]);
});

test("a piece that had arrived after all is not sent twice", async () => {
  const { asked, send } = server(0, [refusal(409, { received: PIECE_BYTES, state: "uploading" })]);
  await sendAll(FILE, 0, send, SIGNAL, atOnce);
  expect(asked).toEqual([0, PIECE_BYTES, 2 * PIECE_BYTES]);
});

test("an import that was cancelled elsewhere takes no more", async () => {
  const { send } = server(0, [refusal(409, { received: 0, state: "cancelled" })]);
  await expect(sendAll(FILE, 0, send, SIGNAL, atOnce)).rejects.toThrow("no");
});
