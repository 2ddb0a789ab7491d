import { AssignDialog } from "./AssignDialog";
import type { Decision } from "./decision";
import { EditDialog } from "./EditDialog";
import type { GroupAnswer } from "./GroupDialog";
import { GroupDialog } from "./GroupDialog";
import type { Item } from "./item";
import { MergeDialog } from "./MergeDialog";
import { NoteDialog } from "./NoteDialog";
import { RejectDialog } from "./RejectDialog";
import { SnoozeDialog } from "./SnoozeDialog";
import type { Done } from "./useDecisions";

export type Sheet = "reason" | "merge" | "group" | "edit" | "note" | "snooze" | "assign";

interface Props {
  sheet: Sheet;
  item: Item;
  candidate: string | undefined;
  onClose: () => void;
  onDecide: (decision: Decision) => void;
  onGroup: (answer: GroupAnswer, rest: "merge" | "reject") => void;
  onDone: (one: Done, text: string) => void;
  onSaved: () => Promise<unknown>;
}

/** What is asked before something is done. It lies over the item, which stays. */
export function Sheets({ sheet, item, candidate, onClose, onDecide, onGroup, onDone, onSaved }: Props) {
  switch (sheet) {
    case "reason":
      return <RejectDialog onClose={onClose} onReject={(notes) => onDecide({ verb: "rejected", notes })} />;
    case "merge":
      return <MergeDialog {...{ item, onClose }} chosen={candidate} onMerge={onDecide} />;
    case "group":
      return <GroupDialog {...{ item, onClose }} onDone={onGroup} />;
    case "edit":
      return <EditDialog {...{ item, onClose, onSaved }} onApprove={onDecide} />;
    case "note":
      return <NoteDialog id={item.id} onClose={onClose} />;
    case "assign":
      return <AssignDialog {...{ item, onClose, onDone }} />;
    case "snooze":
      return (
        <SnoozeDialog onClose={onClose} onSnooze={(until, notes) => onDecide({ verb: "snoozed", until, notes })} />
      );
  }
}
