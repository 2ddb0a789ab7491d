import { useQuery } from "@tanstack/react-query";
import { percent, plural } from "../ui/format";
import { Icon } from "../ui/icons";
import { spoken } from "../ui/keys";
import type { ReviewScreen } from "./item";
import { keyOf } from "./keys";
import { group } from "./queries";

/** What else waits and says the same, to be decided as one. */
export function Group({ shown, onDecide }: { shown: ReviewScreen; onDecide: () => void }) {
  const found = useGroup(shown).data;
  if (!found || found.members.length < (found.is_entity ? 2 : 1)) return null;
  return (
    <section className="block" aria-labelledby="group">
      <h3 id="group">
        <Icon name="same" size={15} />
        {plural(found.members.length, "proposal says", "proposals say")} the same as{" "}
        {found.is_entity ? "what is known" : found.id === shown.proposal.id ? "this" : found.title}
        <button
          type="button"
          className="button small push"
          aria-keyshortcuts={spoken(keyOf("group"))}
          disabled={!shown.may_decide || shown.proposal.status !== "pending"}
          onClick={onDecide}
        >
          Decide all <kbd>{keyOf("group")}</kbd>
        </button>
      </h3>
      <ul className="members">
        {found.members.map((each) => (
          <li key={each.id} className="rowed">
            <span>{each.title}</span>
            {each.id === shown.proposal.id && <span className="tag">this one</span>}
            {each.stays && <span className="tag">{each.stays}</span>}
            <span className="sure">{percent(each.score)} alike</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Asked for only where something is alike. */
export function useGroup(shown: ReviewScreen | undefined) {
  const isAlike = shown !== undefined && (shown.dependents.repeats > 0 || shown.proposal.dedup_state === "duplicate");
  return useQuery({ ...group(shown?.proposal.id ?? ""), enabled: isAlike && shown.proposal.status === "pending" });
}
