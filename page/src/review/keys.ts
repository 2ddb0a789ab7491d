/** What each key does. Handlers, buttons and the help read it here, so that no key means two things. */
export const KEYS = {
  next: ["j", "Next"],
  back: ["k", "Back"],
  decided: ["b", "Back to what you decided last"],
  free: ["N", "Next one that nobody else is reading"],
  approve: ["a", "Approve"],
  reject: ["r", "Reject"],
  reason: ["R", "Reject with a reason"],
  replace: ["i", "Approve in place of what is known"],
  merge: ["m", "Merge"],
  group: ["M", "Decide all that say the same"],
  apart: ["d", "Not the same"],
  edit: ["e", "Edit, then approve"],
  snooze: ["s", "Put off"],
  note: ["n", "Add a note"],
  assign: ["w", "Say who decides"],
  undo: ["z", "Undo"],
  select: ["x", "Select"],
  selectNext: ["J", "Select and next"],
  selectBack: ["K", "Select and back"],
  all: ["*", "Select all that fit"],
  reload: [".", "Load what came in"],
  search: ["/", "Search"],
} as const;

export type Named = keyof typeof KEYS;

export function keyOf(name: Named): string {
  return KEYS[name][0];
}
