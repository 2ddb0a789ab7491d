import { type Query, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { createContext, useContext, useMemo, useState } from "react";
import { Refused } from "../api/client";
import { type Line, tell, useLine } from "../api/live";
import { session, type Who } from "../api/session";
import { Icon, type IconName } from "../ui/icons";
import { useShortcuts } from "../ui/keys";
import { Failed } from "../ui/States";
import { FirstSteps } from "./FirstSteps";
import { Help } from "./Help";
import { SignIn } from "./SignIn";

const PAGES = [
  ["/review", "Review", "review", "r"],
  ["/knowledge", "Knowledge", "knowledge", "k"],
  ["/auto-approval", "Auto-approval", "approval", "p"],
  ["/jobs", "Jobs", "jobs", "j"],
  ["/metrics", "Metrics", "metrics", "m"],
  ["/import", "Import", "import", "i"],
  ["/settings", "Settings", "settings", "s"],
] as const satisfies readonly (readonly [string, string, IconName, string])[];

/** The list never moves by itself. */
const BUT_THE_QUEUE = { predicate: ({ queryKey }: Query) => queryKey[0] !== "queue" };
const DRAWN_MS = 2_000;

const LineContext = createContext<Line>("away");

/** Whether changes of others arrive as they happen. */
export function useLiveLine(): Line {
  return useContext(LineContext);
}

export function Shell() {
  const who = useQuery(session);
  const out = who.error instanceof Refused && who.error.status === 401;
  if (who.data)
    return (
      <>
        <div hidden={out}>
          <SignedIn who={who.data} />
        </div>
        {out && <SignIn expired />}
      </>
    );
  if (out) return <SignIn expired={false} />;
  if (who.error) {
    return (
      <main>
        <Failed error={who.error} retry={() => void who.refetch()} />
      </main>
    );
  }
  return null;
}

function SignedIn({ who }: { who: Who }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [help, setHelp] = useState(false);
  const listener = useMemo(
    () => ({
      onFrame: tell,
      onBegun: () => {
        void client.invalidateQueries({ ...BUT_THE_QUEUE, refetchType: "none" });
        setTimeout(
          () => void client.refetchQueries({ type: "active", predicate: (each) => each.state.isInvalidated }),
          DRAWN_MS,
        );
      },
      onGap: () => void client.invalidateQueries(BUT_THE_QUEUE),
      onEnded: () => void client.invalidateQueries({ queryKey: session.queryKey }),
    }),
    [client],
  );
  const line = useLine(listener);
  useShortcuts([
    ...PAGES.map(([to, name, , key]) => ({ key: `g ${key}`, does: `Go to ${name}`, act: () => void navigate({ to }) })),
    { key: "?", does: "Show the keys", act: () => setHelp(true), always: true },
  ]);
  return (
    <LineContext value={line}>
      <div className="shell">
        <header className="top">
          <a className="skip button" href="#content">
            Skip to the content
          </a>
          <Link className="brand" to="/review" aria-label="Assay">
            <span className="mark" aria-hidden="true" />
            <span className="word">Assay</span>
          </Link>
          <nav aria-label="Pages">
            {PAGES.map(([to, name, icon]) => (
              <Link key={to} to={to} title={name} aria-label={name}>
                <Icon name={icon} />
                <span>{name}</span>
              </Link>
            ))}
          </nav>
          <div className="me">
            <span className="name">{who.name}</span>
            <button
              type="button"
              className="button quiet small"
              onClick={() => setHelp(true)}
              aria-label="Show the keys"
            >
              <Icon name="keys" />
            </button>
          </div>
        </header>
        <FirstSteps />
        <Outlet />
        {help && <Help onClose={() => setHelp(false)} />}
      </div>
    </LineContext>
  );
}
