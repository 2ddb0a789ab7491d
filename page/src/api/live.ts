import { useEffect, useState } from "react";
import type { Schemas } from "./client";

export type Frame = Schemas["EventFrame"];
export type Line = "live" | "away";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** Close codes: the account has ended; what was missed is no longer kept. */
const ENDED = 1008;
const MISSED = 4410;

interface Listener {
  onFrame: (frame: Frame) => void;
  /** From now on nothing is missed; what came before may be older. The first screen is asked for at the same time. */
  onBegun: () => void;
  /** Something may have been missed. */
  onGap: () => void;
  onEnded: () => void;
}

/** A connection that comes back by itself, and asks for what it missed. */
export function connect({ onFrame, onBegun, onGap, onEnded }: Listener, onLine: (line: Line) => void): () => void {
  let last: number | undefined;
  let begun = false;
  let wait = FIRST_WAIT;
  let timer: number | undefined;
  let socket: WebSocket | undefined;
  let over = false;

  const open = () => {
    const url = new URL("/api/v1/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (last !== undefined) url.searchParams.set("since", String(last));
    socket = new WebSocket(url);
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const frame = JSON.parse(data) as Frame;
      if (last === undefined && frame.type === "position") begun ? onGap() : onBegun();
      begun = true;
      last = frame.id;
      wait = FIRST_WAIT;
      onLine("live");
      if (frame.type !== "position") onFrame(frame);
    };
    socket.onclose = ({ code }) => {
      if (over) return;
      onLine("away");
      if (code === MISSED) last = undefined;
      if (code === ENDED) onEnded();
      timer = window.setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  };
  const atOnce = () => {
    if (socket?.readyState !== WebSocket.CLOSED) return;
    clearTimeout(timer);
    open();
  };
  open();
  window.addEventListener("online", atOnce);
  return () => {
    over = true;
    window.removeEventListener("online", atOnce);
    clearTimeout(timer);
    socket?.close();
  };
}

const listeners = new Set<(frame: Frame) => void>();

/** Hands a frame to every page that listens. */
export function tell(frame: Frame) {
  for (const each of listeners) each(frame);
}

/** Events are hints; the API is the truth. `onFrame` must be stable. */
export function useEvents(onFrame: (frame: Frame) => void) {
  useEffect(() => {
    listeners.add(onFrame);
    return () => {
      listeners.delete(onFrame);
    };
  }, [onFrame]);
}

/** The one connection of this tab. */
export function useLine(listener: Listener): Line {
  const [line, setLine] = useState<Line>("away");
  useEffect(() => connect(listener, setLine), [listener]);
  return line;
}
