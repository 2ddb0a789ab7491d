import type { Kind } from "../api/client";
import { when } from "../ui/format";
import type { Choices } from "./bulk";
import { MergeTarget } from "./MergeTarget";
import { PersonPick } from "./PersonPick";
import { MOMENTS } from "./snoozing";
import type { BulkVerb } from "./useBulk";

interface Props {
  verb: BulkVerb;
  kind: Kind;
  choices: Choices;
  onChoose: (change: Partial<Choices>) => void;
}

/** What an action needs to know besides the proposals. */
export function BulkChoices({ verb, kind, choices, onChoose }: Props) {
  if (verb === "assign") return <PersonPick to={choices.to} onPick={(to) => onChoose({ to })} />;
  if (verb === "snooze") return <Until until={choices.until} onPick={(until) => onChoose({ until })} />;
  if (verb !== "merge") return null;
  return (
    <>
      <div className="targets">
        <label className="rowed">
          <input
            type="radio"
            name="into"
            checked={choices.into === undefined}
            onChange={() => onChoose({ into: undefined })}
          />
          Each into the knowledge that it repeats
        </label>
      </div>
      <MergeTarget kind={kind} legend="Or all into one" into={choices.into} onPick={(into) => onChoose({ into })} />
    </>
  );
}

function Until({ until, onPick }: { until: Date | undefined; onPick: (until: Date) => void }) {
  return (
    <fieldset className="targets">
      <legend>Until when</legend>
      {MOMENTS.map(([name, moment]) => {
        const at = moment();
        const isPicked = until !== undefined && Math.abs(until.getTime() - at.getTime()) < 60_000;
        return (
          <label key={name} className="rowed">
            <input type="radio" name="until" checked={isPicked} onChange={() => onPick(at)} />
            <span>{name}</span>
            <span className="why push">{when(at.toISOString())}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
