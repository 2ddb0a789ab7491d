import type { Schemas } from "../api/client";

export const TONES: Record<string, string> = { ok: "good", failed: "bad", lost: "bad", running: "accent" };

export function State({ run }: { run: Schemas["JobRunView"] }) {
  return (
    <span className="tag" data-tone={TONES[run.state]}>
      {run.state}
    </span>
  );
}
