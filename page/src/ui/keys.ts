import { useEffect, useRef } from "react";
import { preferences } from "./preferences";

export interface Shortcut {
  key: string;
  does: string;
  act: () => void;
  /** May run while the key is held down: moving about, never deciding. */
  repeats?: boolean;
  /** Works although single keys are switched off: it is no letter. */
  always?: boolean;
}

const TYPING = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";
const FIRST_OF_TWO = "g";
const SECOND_KEY_MS = 1200;

const layers: Shortcut[][] = [];
let first = "";
let firstAt = 0;

/** The key that a press means: "g r" is two presses in a row. */
function pressed(event: KeyboardEvent): string {
  const twice = first && event.timeStamp - firstAt < SECOND_KEY_MS ? `${first} ${event.key}` : event.key;
  first = "";
  return twice;
}

function listen(event: KeyboardEvent) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open], .signin") || (event.target as HTMLElement).closest?.(TYPING)) return;
  const key = pressed(event);
  const found = layers.flat().find((each) => each.key === key);
  if (!found && event.key === FIRST_OF_TWO && preferences().keys) {
    first = FIRST_OF_TWO;
    firstAt = event.timeStamp;
  }
  if (!found || (event.repeat && !found.repeats) || !(found.always || preferences().keys)) return;
  event.preventDefault();
  found.act();
}

/** All that can be pressed now, for the help. */
export function shortcuts(): Shortcut[] {
  return layers.flat();
}

/** Keys that mean two things; a test wants none. */
export function clashes(all: Pick<Shortcut, "key">[]): string[] {
  const keys = all.map((each) => each.key);
  return keys.filter((key, at) => keys.indexOf(key) !== at || keys.some((other) => other.startsWith(`${key} `)));
}

/** As `aria-keyshortcuts` has it. */
export function spoken(key: string): string {
  return /^[A-Z]$/.test(key) ? `Shift+${key}` : key;
}

/** Keys while the component is there. Dead while somebody types, and under an open dialog. */
export function useShortcuts(all: Shortcut[]) {
  const latest = useRef(all);
  latest.current = all;
  useEffect(() => {
    const layer: Shortcut[] = [];
    const refresh = () => layer.splice(0, layer.length, ...latest.current);
    refresh();
    layers.push(layer);
    if (layers.length === 1) window.addEventListener("keydown", listen);
    window.addEventListener("keydown", refresh, true);
    return () => {
      window.removeEventListener("keydown", refresh, true);
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) window.removeEventListener("keydown", listen);
    };
  }, []);
}
