import "./import.css";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { answered, api, written } from "../api/client";
import { useRight } from "../api/session";
import { Complaint } from "../ui/States";
import { Current } from "./Current";
import { Drop } from "./Drop";
import { Past } from "./Past";
import { oneImport, pastImports } from "./queries";
import { useUpload } from "./useUpload";

const route = getRouteApi("/import");

/** A chat from a file: what was understood is shown before anything goes in. */
export function Import() {
  const { open } = route.useSearch();
  const navigate = route.useNavigate();
  const mayBringIn = useRight("propose");
  const take = useTake((id) => void navigate({ search: { open: id } }));
  useEffect(() => {
    document.title = "Import · Assay";
  }, []);
  return (
    <main id="content" className="pages">
      <div className="lead">
        <h1>Import</h1>
        <p>
          Bring in a chat as you downloaded it: Slack, Teams, Discord, WhatsApp, mail and more. You see what was
          understood before anything goes in, and nothing is taken in twice.
        </p>
      </div>
      {mayBringIn ? (
        <Drop label="Drop a file here, or choose one" isBusy={take.isPending} onFile={take.mutate} />
      ) : (
        <p className="wrong">Your role cannot import messages. Ask an admin for the right to propose.</p>
      )}
      <Complaint error={take.error} />
      {open && <Current key={open} id={open} onClose={() => void navigate({ search: {} })} />}
      <Past open={open} onOpen={(id) => void navigate({ search: { open: id } })} />
    </main>
  );
}

/** Announces a file and begins to send it. */
function useTake(onMade: (id: string) => void) {
  const client = useQueryClient();
  const { begin } = useUpload(undefined);
  return useMutation({
    mutationFn: async (file: File) => {
      if (file.size === 0) throw new Error(`${file.name} is empty.`);
      const body = { file_name: file.name, size: file.size, options: {} };
      return answered(api.POST("/api/v1/imports", { params: { header: written() }, body }));
    },
    onSuccess: (made, file) => {
      client.setQueryData(oneImport(made.id).queryKey, made);
      begin(made, file);
      void client.invalidateQueries({ queryKey: pastImports.queryKey });
      onMade(made.id);
    },
  });
}
