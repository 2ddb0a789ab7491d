import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { type Import, oneImport } from "./queries";
import { sendAll, sendPiece } from "./upload";

interface Upload {
  stop: AbortController;
  /** Why it stopped. */
  error?: Error;
}

/** Uploads of this tab, also while another page is open. */
const uploads = new Map<string, Upload>();
const listeners = new Set<() => void>();

function set(id: string, upload: Upload | undefined) {
  if (upload) uploads.set(id, upload);
  else uploads.delete(id);
  for (const each of listeners) each();
}

async function run(client: QueryClient, made: Import, file: File) {
  const stop = new AbortController();
  const key = oneImport(made.id).queryKey;
  set(made.id, { stop });
  try {
    const send = async (offset: number, piece: Blob) => {
      const found = await sendPiece(made.id, offset, piece, stop.signal);
      client.setQueryData(key, found);
      return found;
    };
    await sendAll(file, made.received, send, stop.signal);
    set(made.id, undefined);
  } catch (error) {
    set(made.id, stop.signal.aborted ? undefined : { stop, error: error as Error });
  }
  void client.invalidateQueries({ queryKey: key });
}

/** The upload of an import in this tab: whether it is under way, why it stopped, and how to begin or end it. */
export function useUpload(id: string | undefined) {
  const client = useQueryClient();
  const upload = useSyncExternalStore(
    (listen) => {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    () => (id ? uploads.get(id) : undefined),
  );
  return {
    isSending: upload !== undefined && upload.error === undefined,
    error: upload?.error ?? null,
    begin: (made: Import, file: File) => void run(client, made, file),
    stop: () => upload?.stop.abort(),
  };
}
