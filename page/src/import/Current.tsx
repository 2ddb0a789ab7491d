import { type UseMutationResult, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { answered, api, written } from "../api/client";
import { percent, plural } from "../ui/format";
import { Complaint, Loaded } from "../ui/States";
import { Drop } from "./Drop";
import { said, wantsOption } from "./formats";
import { Options } from "./Options";
import { Outcome } from "./Outcome";
import { StateTag } from "./Past";
import { Preview } from "./Preview";
import { type Import, oneImport, pastImports } from "./queries";
import { useUpload } from "./useUpload";

const ENDED = ["completed", "cancelled"];

type Step = UseMutationResult<Import, Error, "start" | "cancel">;

/** One import, from the first byte to what came of it. */
export function Current({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useQueryClient();
  const { stop } = useUpload(id);
  const query = useQuery(oneImport(id));
  const state = query.data?.state;
  useEffect(() => {
    if (state) void client.invalidateQueries({ queryKey: pastImports.queryKey });
    if (state === "completed")
      for (const key of ["sources", "first-steps"]) void client.invalidateQueries({ queryKey: [key] });
  }, [client, state]);
  const step: Step = useMutation({
    mutationFn: (act: "start" | "cancel") => {
      const params = { path: { import_id: id }, header: written() };
      if (act === "start") return answered(api.POST("/api/v1/imports/{import_id}/start", { params }));
      stop();
      return answered(api.POST("/api/v1/imports/{import_id}/cancel", { params }));
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ["import", id] }),
  });
  return (
    <section className="panel import" aria-labelledby="current">
      <Loaded query={query}>
        {(found) => (
          <>
            <div className="rowed">
              <h2 id="current">{found.file_name}</h2>
              <StateTag state={found.state} />
              {ENDED.includes(found.state) ? (
                <button type="button" className="button small push" onClick={onClose}>
                  Close
                </button>
              ) : (
                <button
                  type="button"
                  className="button small push"
                  disabled={step.isPending}
                  onClick={() => step.mutate("cancel")}
                >
                  Cancel the import
                </button>
              )}
            </div>
            <p className="hidden" role="status">
              {announced(found)}
            </p>
            <Stage found={found} step={step} />
            <Complaint error={step.error} />
          </>
        )}
      </Loaded>
    </section>
  );
}

/** What a screen reader is told when it comes to another state. */
function announced({ state, progress }: Import): string {
  if (state === "checked") return "It was read, and this is how it was understood. Nothing has been imported yet.";
  if (state === "running") return "The messages are being imported.";
  if (state === "completed") return `Imported: ${plural(progress.added, "new message")}.`;
  return state === "failed" ? "It could not be imported." : "";
}

function Stage({ found, step }: { found: Import; step: Step }) {
  const { state, progress } = found;
  if (state === "uploading") return <Uploading found={found} />;
  if (state === "checking") return <Bar label="Reading it" />;
  if (state === "running")
    return (
      <Bar
        label={`${plural(progress.done, "message")} of ${progress.total ?? "?"}`}
        value={progress.done}
        max={progress.total ?? undefined}
      />
    );
  if (state === "completed") return <Outcome found={found} />;
  if (state === "cancelled")
    return (
      <p>
        {found.error ?? "It was cancelled."}{" "}
        {progress.added > 0
          ? `${plural(progress.added, "message")} had come in before and stay; import the file again for the rest.`
          : "No message came in."}
      </p>
    );
  return <Waiting found={found} step={step} />;
}

/** Looked at, or failed: it goes on when somebody says so. */
function Waiting({ found, step }: { found: Import; step: Step }) {
  const { preview, error } = found;
  const asks = error ? wantsOption(error) : (preview?.warnings ?? []).some(wantsOption);
  const fresh = preview ? preview.new + preview.edited : 0;
  return (
    <>
      {error && <p className="wrong">{said(error)}</p>}
      {preview && <Preview preview={preview} />}
      {found.started_at === null && <Options key={found.state} found={found} isOpen={asks || !!error} />}
      {preview && (
        <p className="rowed">
          <button
            type="button"
            className={fresh === 0 ? "button" : "button primary"}
            disabled={step.isPending}
            onClick={() => step.mutate("start")}
          >
            {found.started_at ? "Go on" : fresh === 0 ? "Import it anyway" : `Import ${plural(fresh, "message")}`}
          </button>
          {fresh === 0 && <span className="why">All of it is already known.</span>}
        </p>
      )}
    </>
  );
}

function Uploading({ found }: { found: Import }) {
  const { isSending, error, begin } = useUpload(found.id);
  const share = percent(found.received / found.size);
  if (isSending) return <Bar label={`Uploading: ${share}`} value={found.received} max={found.size} />;
  return (
    <>
      <Complaint error={error} />
      <p>The upload stopped at {share}. Choose the same file once more, and it goes on from there.</p>
      <Drop label={`Choose ${found.file_name}`} onFile={(file) => begin(found, file)} />
    </>
  );
}

function Bar({ label, value, max }: { label: string; value?: number; max?: number }) {
  return (
    <label className="bar-of">
      {label}
      <progress value={value} max={max} />
    </label>
  );
}
