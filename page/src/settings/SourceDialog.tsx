import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api, type Schemas, written } from "../api/client";
import { Dialog } from "../ui/Dialog";
import { Complaint } from "../ui/States";
import { users } from "./users";

type Source = Schemas["SourceView"];

const PROGRAMS: Record<Schemas["HookPlatform"], string> = {
  slack: "Slack",
  telegram: "Telegram",
  discord: "Discord",
  mattermost: "Mattermost",
};
const DIGEST = 64;

/** Whose a source is, who else may write to it, and the chat program that sends messages into it. */
export function SourceDialog({ source, onClose }: { source: Source; onClose: () => void }) {
  return (
    <Dialog title={source.name} onClose={onClose}>
      <Owners {...{ source, onClose }} />
      <h3>Messages as they are said</h3>
      {source.connected ? <Connected {...{ source, onClose }} /> : <Connect {...{ source, onClose }} />}
    </Dialog>
  );
}

function useSaved(act: (form: FormData) => Promise<unknown>, onClose: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: onClose,
    onSettled: () => void client.invalidateQueries({ queryKey: ["sources"] }),
  });
}

function Owners({ source, onClose }: { source: Source; onClose: () => void }) {
  const found = useInfiniteQuery(users).data?.pages.flatMap((page) => page.items) ?? [];
  const all = found.filter((each) => each.role !== null || each.id === source.owner.id);
  const save = useSaved((form) => {
    const params = { path: { source_id: source.id }, header: written(source.version) };
    const body = {
      trust: source.trust,
      owner_id: Number(form.get("owner")),
      writers: form.getAll("writer").map(Number),
    };
    return answered(api.PUT("/api/v1/sources/{source_id}", { params, body }));
  }, onClose);
  if (all.length === 0) return null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(new FormData(event.currentTarget));
      }}
    >
      <label className="field">
        Owner
        <select name="owner" defaultValue={source.owner.id} autoFocus>
          {all.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="writers">
        <legend>May write to it too, besides admins</legend>
        <div className="rowed">
          {all
            .filter((each) => each.role !== null && each.role !== "admin")
            .map((each) => (
              <label key={each.id} className="rowed tick">
                <input
                  type="checkbox"
                  name="writer"
                  value={each.id}
                  defaultChecked={source.writers.some(({ id }) => id === each.id)}
                />
                {each.name}
              </label>
            ))}
        </div>
      </fieldset>
      <Complaint error={save.error} />
      <div className="foot">
        <button type="button" className="button" onClick={onClose}>
          Leave it
        </button>
        <button type="submit" className="button primary" disabled={save.isPending}>
          Save
        </button>
      </div>
    </form>
  );
}

function Address({ source }: { source: Source }) {
  return <code className="key">{`${location.origin}/api/v1/sources/${source.id}/events`}</code>;
}

function Connect({ source, onClose }: { source: Source; onClose: () => void }) {
  const params = { path: { source_id: source.id } };
  const connect = useSaved((form) => {
    const body = { platform: form.get("platform") as Schemas["HookPlatform"], secret: String(form.get("secret")) };
    return answered(api.PUT("/api/v1/sources/{source_id}/connection", { params, body }));
  }, onClose);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        connect.mutate(new FormData(event.currentTarget));
      }}
    >
      <p className="why">
        A chat program can send what is said as it is said. Give it this address: <Address source={source} />
      </p>
      <label className="field">
        Chat program
        <select name="platform">
          {Object.entries(PROGRAMS).map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        Its secret
        <input name="secret" type="password" autoComplete="off" required minLength={16} maxLength={256} />
        <span className="why">
          By which it signs; of Discord the public key, {DIGEST} digits. It is not shown again.
        </span>
      </label>
      <Complaint error={connect.error} />
      <div className="foot">
        <button type="submit" className="button" disabled={connect.isPending}>
          Connect
        </button>
      </div>
    </form>
  );
}

function Connected({ source, onClose }: { source: Source; onClose: () => void }) {
  const params = { path: { source_id: source.id }, header: written() };
  const end = useSaved(() => answered(api.DELETE("/api/v1/sources/{source_id}/connection", { params })), onClose);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        end.mutate(new FormData());
      }}
    >
      <p className="why">
        {source.connected && PROGRAMS[source.connected]} sends what is said to <Address source={source} />
      </p>
      <Complaint error={end.error} />
      <div className="foot">
        <button type="submit" className="button danger" disabled={end.isPending}>
          Disconnect
        </button>
      </div>
    </form>
  );
}
