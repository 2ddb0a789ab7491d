import { useEffect } from "react";
import { useRight } from "../api/session";
import { Account } from "./Account";
import { Alerts } from "./Alerts";
import { People } from "./People";
import { Sources } from "./Sources";
import { Tokens } from "./Tokens";

/** One's own account for everybody; people, sources and alerts for admins. */
export function Settings() {
  const isAdmin = useRight("admin");
  useEffect(() => {
    document.title = "Settings · Assay";
  }, []);
  return (
    <main id="content" className="pages">
      <div className="lead">
        <h1>Settings</h1>
      </div>
      <Account />
      <Tokens />
      {isAdmin && <People />}
      <Sources isAdmin={isAdmin} />
      {isAdmin && <Alerts />}
    </main>
  );
}
