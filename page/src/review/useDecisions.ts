import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useReducer, useRef, useState } from "react";
import { answered, api, of, Refused, written } from "../api/client";
import type { Toast } from "../ui/Toasts";
import type { Item } from "./item";
import { type Decided, isDecided, type Mark, marks } from "./marks";

const TOAST_MS = 8_000;
const SHOWN_TOASTS = 3;
const SAID: Record<Decided, string> = {
  approved: "Approved",
  rejected: "Rejected",
  merged: "Merged",
  expired: "Expired",
  withdrawn: "Withdrawn",
  snoozed: "Put off",
};

export type Decision =
  | { verb: "approved"; notes?: string /** After an edit: what was saved. */; version?: number }
  | { verb: "rejected"; notes?: string }
  | { verb: "merged"; into: string; fields: Record<string, "keep" | "take" | "both">; notes?: string };

interface Past {
  item: Item;
  verb: Decided;
  sent: Promise<unknown>;
}

function send(item: Item, decision: Decision): Promise<unknown> {
  const params = {
    path: { proposal_id: item.id },
    header: written(("version" in decision ? decision.version : undefined) ?? item.version),
  };
  const path = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/approve");
  const notes = decision.notes || undefined;
  if (decision.verb === "approved") return answered(api.PUT(path, { params, body: { with_topics: true, notes } }));
  if (decision.verb === "rejected") {
    const reject = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/reject");
    return answered(api.PUT(reject, { params, body: { notes } }));
  }
  const merge = of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/merge");
  return answered(api.PUT(merge, { params, body: { into: decision.into, fields: decision.fields, notes } }));
}

function takeBack({ item, verb }: Past): Promise<unknown> {
  const params = { path: { proposal_id: item.id }, header: written() };
  const path =
    verb === "rejected"
      ? of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/reopen")
      : of(item.kind, "/api/v1/knowledge/atoms/proposals/{proposal_id}/revert");
  return answered(api.POST(path, { params, body: {} }));
}

/** What was decided here: at once on the screen, then on the server; what is refused comes back in its place. */
export function useDecisions(onBack: (item: Item) => void) {
  const client = useQueryClient();
  const [marked, mark] = useReducer(marks, new Map<string, Mark>());
  const [toasts, setToasts] = useState<Toast[]>([]);
  const past = useRef<Past[]>([]);

  const say = useCallback((toast: Toast) => {
    setToasts((all) => [...all.filter((each) => each.id !== toast.id).slice(1 - SHOWN_TOASTS), toast]);
    setTimeout(() => setToasts((all) => all.filter((each) => each !== toast)), TOAST_MS);
  }, []);

  const undo = useCallback(
    async (one: Past | undefined) => {
      if (!one) return;
      past.current = past.current.filter((each) => each !== one);
      setToasts((all) => all.filter((each) => each.id !== one.item.id));
      try {
        await one.sent;
        await takeBack(one);
      } catch (error) {
        say({ id: one.item.id, text: (error as Error).message, wrong: true });
        return;
      }
      await client.invalidateQueries({ queryKey: ["proposal", one.item.id] });
      mark([[one.item.id, null]]);
      onBack(one.item);
    },
    [client, onBack, say],
  );

  const decide = useCallback(
    (item: Item, decision: Decision) => {
      const one: Past = { item, verb: decision.verb, sent: send(item, decision) };
      mark([[item.id, { verb: decision.verb }]]);
      past.current.push(one);
      say({ id: item.id, text: `${SAID[decision.verb]}: ${item.title}`, undo: () => void undo(one) });
      one.sent.catch((error: Error) => {
        past.current = past.current.filter((each) => each !== one);
        const [back, text] = refused(error);
        mark([[item.id, back]]);
        say({ id: item.id, text: isDecided(back) ? text : `${text} It is back: ${item.title}`, wrong: true });
        void client.invalidateQueries({ queryKey: ["proposal", item.id] });
      });
    },
    [client, say, undo],
  );

  const undoLast = useCallback(() => undo(past.current.at(-1)), [undo]);
  const undoOf = useCallback((id: string) => undo(past.current.find((each) => each.item.id === id)), [undo]);
  return { marked, mark, toasts, say, decide, undoLast, undoOf };
}

/** What a refusal makes of the proposal, and what is said of it. */
function refused(error: Error): [Mark, string] {
  const decision = error instanceof Refused ? error.problem.decision : undefined;
  if (!decision) return [{ verb: "returned", why: error.message }, error.message];
  const action = decision.action.replace("proposal.", "");
  const verb = action.includes("reject") ? "rejected" : action.includes("merge") ? "merged" : "approved";
  return [{ verb, by: decision.by }, `${decision.by} was faster: ${verb}.`];
}
