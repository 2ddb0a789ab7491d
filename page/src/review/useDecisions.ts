import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useReducer, useRef, useState } from "react";
import { Refused } from "../api/client";
import type { Toast } from "../ui/Toasts";
import { type Decision, SAID, send, takeBack } from "./decision";
import type { Item, ReviewScreen } from "./item";
import { isDecided, type Mark, marks } from "./marks";
import { screen } from "./queries";

const TOAST_MS = 8_000;
const SHOWN_TOASTS = 3;

/** Something that was done and can be taken back as a whole. */
export interface Done {
  id: string;
  /** What it decided on, as far as the list shows it. */
  items: Item[];
  sent: Promise<unknown>;
  back: () => Promise<unknown>;
}

/** What was decided here: at once on the screen, then on the server; what is refused comes back in its place. */
export function useDecisions(onBack: (item: Item | undefined) => void) {
  const client = useQueryClient();
  const [marked, mark] = useReducer(marks, new Map<string, Mark>());
  const [toasts, setToasts] = useState<Toast[]>([]);
  const past = useRef<Done[]>([]);
  const walked = useRef<Item[]>([]);

  const say = useCallback((toast: Toast) => {
    setToasts((all) => [...all.filter((each) => each.id !== toast.id).slice(1 - SHOWN_TOASTS), toast]);
    setTimeout(() => setToasts((all) => all.filter((each) => each !== toast)), TOAST_MS);
  }, []);

  const undo = useCallback(
    async (one: Done | undefined) => {
      if (!one) return;
      past.current = past.current.filter((each) => each !== one);
      setToasts((all) => all.filter((each) => each.id !== one.id));
      try {
        await one.sent;
        await one.back();
      } catch (error) {
        say({ id: one.id, text: (error as Error).message, wrong: true });
        return;
      }
      for (const { id } of one.items) void client.invalidateQueries({ queryKey: ["proposal", id] });
      mark(one.items.map(({ id }) => [id, null]));
      onBack(one.items[0]);
    },
    [client, onBack, say],
  );

  const remember = useCallback(
    (one: Done, text: string) => {
      past.current.push(one);
      walked.current = [...walked.current.filter((each) => !one.items.some(({ id }) => id === each.id)), ...one.items];
      say({ id: one.id, text, undo: () => void undo(one) });
    },
    [say, undo],
  );

  const decide = useCallback(
    (item: Item, decision: Decision) => {
      const drawn = client.getQueryData<ReviewScreen>(screen(item.id).queryKey); // what was read is what is decided
      const sent = send(item, decision, drawn?.proposal.version ?? item.version);
      const one: Done = { id: item.id, items: [item], sent, back: () => takeBack(item, decision) };
      mark([[item.id, { verb: decision.verb }]]);
      remember(one, `${SAID[decision.verb]}: ${item.title}`);
      sent.catch((error: Error) => {
        past.current = past.current.filter((each) => each !== one);
        const [back, text] = refused(error);
        mark([[item.id, back]]);
        say({ id: item.id, text: isDecided(back) ? text : `${text} It is back: ${item.title}`, wrong: true });
        void client.invalidateQueries({ queryKey: ["proposal", item.id] });
      });
    },
    [client, remember, say],
  );

  /** The one that was decided before this one; of any other the last. */
  const decidedBefore = useCallback((id: string | undefined): Item | undefined => {
    const at = walked.current.findIndex((each) => each.id === id);
    return walked.current[(at < 0 ? walked.current.length : at) - 1];
  }, []);
  const undoLast = useCallback(() => undo(past.current.at(-1)), [undo]);
  const undoOf = useCallback(
    (id: string) => undo(past.current.find(({ items }) => items.some((each) => each.id === id))),
    [undo],
  );
  return { marked, mark, toasts, say, decide, remember, undoLast, undoOf, decidedBefore };
}

/** What a refusal makes of the proposal, and what is said of it. */
function refused(error: Error): [Mark, string] {
  const decision = error instanceof Refused ? error.problem.decision : undefined;
  if (!decision) return [{ verb: "returned", why: error.message }, error.message];
  const action = decision.action.replace("proposal.", "");
  const verb = action.includes("reject") ? "rejected" : action.includes("merge") ? "merged" : "approved";
  return [{ verb, by: decision.by }, `${decision.by} was faster: ${verb}.`];
}
