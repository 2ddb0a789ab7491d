import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useRight } from "../api/session";
import { capitalised } from "../ui/format";
import { Complaint } from "../ui/States";
import { type Policy, save } from "./queries";
import { RuleDialog } from "./RuleDialog";
import { type Rule, told } from "./rule";

/** What is asked of some proposals besides, by source, proposer or type. */
export function Rules({ current }: { current: Policy }) {
  const client = useQueryClient();
  const mayChange = useRight("admin");
  const [editing, setEditing] = useState<number>();
  const rules = (current.document.rules ?? []) as Rule[];
  const change = useMutation({
    mutationFn: ({ all, note }: { all: Rule[]; note: string }) =>
      save({ ...current.document, rules: all }, current.version, note),
    onSuccess: () => {
      setEditing(undefined);
      void client.invalidateQueries({ queryKey: ["policy"] });
    },
  });
  return (
    <section className="panel" aria-labelledby="rules">
      <h2 id="rules" className="rowed">
        Rules for some proposals
        {mayChange && (
          <button type="button" className="button small push" onClick={() => setEditing(rules.length)}>
            Add a rule
          </button>
        )}
      </h2>
      {rules.length === 0 && <p className="why">None. The line above applies to everything.</p>}
      <ul className="rules">
        {rules.map((rule, at) => (
          <li key={at} className="rowed">
            <span>
              <strong>{capitalised(told(rule).whom)}</strong>: {told(rule).asked}
            </span>
            {mayChange && (
              <span className="rowed push">
                <button type="button" className="button small" onClick={() => setEditing(at)}>
                  Edit
                </button>
                <button
                  type="button"
                  className="button small"
                  disabled={change.isPending}
                  onClick={() => change.mutate({ all: rules.filter((_, other) => other !== at), note: "" })}
                >
                  Remove
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {editing === undefined && <Complaint error={change.error} />}
      {editing !== undefined && (
        <RuleDialog
          rule={rules[editing] ?? {}}
          others={rules.filter((_, other) => other !== editing)}
          error={change.error}
          onClose={() => setEditing(undefined)}
          onSave={(rule, note) =>
            change.mutate({ all: [...rules.slice(0, editing), rule, ...rules.slice(editing + 1)], note })
          }
        />
      )}
    </section>
  );
}
