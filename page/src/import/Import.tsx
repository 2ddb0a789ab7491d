import "./import.css";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { answered, api, written } from "../api/client";
import { useRight } from "../api/session";
import { number, plural, when } from "../ui/format";
import { Complaint } from "../ui/States";
import { portions, type Understood, understood } from "./parse";

interface Read extends Understood {
  name: string;
}

/** A chat from a file: what was understood is shown before anything goes in. */
export function Import() {
  const mayBringIn = useRight("propose");
  const [read, setRead] = useState<Read>();
  useEffect(() => {
    document.title = "Import · Assay";
  }, []);
  const take = async (file: File | undefined) => {
    if (file) setRead({ name: file.name.replace(/\.\w+$/, ""), ...understood(await file.text()) });
  };
  return (
    <main id="content" className="pages">
      <div className="lead">
        <h1>Import</h1>
        <p>
          Bring in a chat as JSON lines. Nothing is taken in twice, so the same file may come again. Exports of Slack,
          Telegram, Discord, mail and others are read by <code>assay ingest FILE</code> on the command line.
        </p>
      </div>
      {!mayBringIn && (
        <p className="wrong">Your role does not bring in messages. Ask an admin for the right to propose.</p>
      )}
      <label
        className="drop panel"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer.files[0]);
        }}
      >
        <strong>Drop a file here, or choose one</strong>
        <input
          type="file"
          accept=".jsonl,.json,.ndjson,.txt"
          disabled={!mayBringIn}
          onChange={(event) => void take(event.target.files?.[0])}
        />
      </label>
      {read && <Preview key={read.name} read={read} />}
    </main>
  );
}

function Preview({ read }: { read: Read }) {
  const client = useQueryClient();
  const [source, setSource] = useState(read.name);
  const [sent, setSent] = useState(0);
  const bring = useMutation({
    mutationFn: async () => {
      const sum = { added: 0, edited: 0, unchanged: 0, erased: 0 };
      for (const messages of portions(read.messages)) {
        const params = { header: written() };
        const done = await answered(api.POST("/api/v1/messages", { params, body: { source, messages } }));
        for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += done[key];
        setSent((count) => count + messages.length);
      }
      return sum;
    },
    onSuccess: () => void client.invalidateQueries({ queryKey: ["metrics"] }),
  });
  const channels = [...new Set(read.messages.map((each) => each.channel))];
  const first = read.messages[0];
  return (
    <section className="panel" aria-labelledby="understood">
      <h2 id="understood">What was understood</h2>
      <p>
        {plural(read.messages.length, "message")} by{" "}
        {plural(new Set(read.messages.map((each) => each.author)).size, "person", "people")} in{" "}
        {plural(channels.length, "channel")}
        {channels.length > 0 &&
          `: ${channels
            .slice(0, 8)
            .map((each) => `#${each}`)
            .join(", ")}${channels.length > 8 ? "…" : ""}`}
      </p>
      {first && (
        <blockquote>
          {first.author}, {when(first.sent_at)}: {first.text.slice(0, 200)}
        </blockquote>
      )}
      {read.left.map((each) => (
        <p key={each} className="wrong">
          {each}
        </p>
      ))}
      {bring.data ? (
        <div role="status">
          <p>
            {number(bring.data.added)} new, {number(bring.data.edited)} edited, {number(bring.data.unchanged)} known
            before. They are read now; what they teach comes to Review within a minute or so.
          </p>
          <Link className="button primary" to="/review" search={{ source }}>
            Review what comes of it
          </Link>
        </div>
      ) : (
        <form
          className="rowed"
          onSubmit={(event) => {
            event.preventDefault();
            bring.mutate();
          }}
        >
          <label className="field">
            Name of the source
            <input value={source} required maxLength={200} onChange={(event) => setSource(event.target.value)} />
          </label>
          <button type="submit" className="button primary" disabled={read.messages.length === 0 || bring.isPending}>
            Import {plural(read.messages.length, "message")}
          </button>
          {bring.isPending && (
            <progress max={read.messages.length} value={sent} aria-label="Imported so far">
              {sent}
            </progress>
          )}
        </form>
      )}
      <Complaint error={bring.error} />
    </section>
  );
}
