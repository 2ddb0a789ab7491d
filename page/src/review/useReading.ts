import { useEffect } from "react";
import { useRight } from "../api/session";
import type { ReviewScreen } from "./item";
import { claim, release, sawVersion } from "./queries";

const DWELL_MS = 1_500;

/** Who reads something for a moment is shown to others as its reader, until they go on; and what they saw is noted. */
export function useReading(id: string, shown: ReviewScreen | undefined, isOpen: boolean) {
  const mayDecide = useRight("review");
  const version = shown?.proposal.version;
  useEffect(() => {
    if (version === undefined) return undefined;
    let claimed = false;
    const timer = setTimeout(() => {
      void sawVersion(id, version).catch(() => undefined);
      if (!mayDecide || !isOpen) return;
      claimed = true;
      void claim(id).catch(() => undefined);
    }, DWELL_MS);
    return () => {
      clearTimeout(timer);
      if (claimed && isOpen) void release(id).catch(() => undefined);
    };
  }, [id, version, mayDecide, isOpen]);
}
