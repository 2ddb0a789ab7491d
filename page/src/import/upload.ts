import { answered, api, Refused } from "../api/client";
import type { Import } from "./queries";

export const PIECE_BYTES = 4 * 2 ** 20;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const CONFLICT = 409;

type Send = (offset: number, piece: Blob) => Promise<Pick<Import, "received" | "state">>;

/** Sends what is missing of a file, piece by piece. Where the server is away it waits, and goes on where that stands. */
export async function sendAll(file: Blob, from: number, send: Send, signal: AbortSignal, pause = wait): Promise<void> {
  let at = from;
  let pauseMs = FIRST_WAIT;
  while (at < file.size) {
    signal.throwIfAborted();
    try {
      const found = await send(at, file.slice(at, at + PIECE_BYTES));
      if (found.state !== "uploading") return;
      at = found.received;
      pauseMs = FIRST_WAIT;
    } catch (error) {
      const place = placeToGoOn(error);
      if (place !== undefined) at = place;
      else if (isPassing(error)) {
        await pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_WAIT);
      } else throw error;
    }
  }
}

/** The server has other bytes than this tab thinks: it says how many. */
function placeToGoOn(error: unknown): number | undefined {
  if (!(error instanceof Refused) || error.status !== CONFLICT) return undefined;
  const { received, state } = error.problem as { received?: number; state?: string };
  return state === "uploading" ? received : undefined;
}

function isPassing(error: unknown): boolean {
  return error instanceof Refused && (error.status === 0 || error.status === 429 || error.status >= 500);
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

export function sendPiece(id: string, offset: number, piece: Blob, signal: AbortSignal): Promise<Import> {
  return answered(
    api.PATCH("/api/v1/imports/{import_id}/content", {
      params: { path: { import_id: id }, header: { "upload-offset": offset } },
      headers: { "Content-Type": "application/octet-stream" },
      body: piece as never,
      bodySerializer: (body) => body as never,
      signal,
    }),
  );
}
