import { useSyncExternalStore } from "react";

export interface Preferences {
  theme: "system" | "light" | "dark";
  /** Single keys decide. Off for who works by voice or hits keys by accident. */
  keys: boolean;
  /** Whether this browser leads through the first steps of an Assay that was empty, and which of them were skipped. */
  firstSteps: "unseen" | "begun" | "over";
  skipped: string[];
}

const PLACE = "assay.preferences";
const DEFAULTS: Preferences = { theme: "system", keys: true, firstSteps: "unseen", skipped: [] };
const listeners = new Set<() => void>();
let current = read();

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(PLACE) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

/** `light-dark()` follows the scheme of the root, so there is no class and no flash. */
export function applyTheme() {
  document.documentElement.style.colorScheme = current.theme === "system" ? "light dark" : current.theme;
}

export function prefer(change: Partial<Preferences>) {
  current = { ...current, ...change };
  try {
    localStorage.setItem(PLACE, JSON.stringify(current));
  } catch {
    // a browser that keeps nothing still works, for as long as the page is open
  }
  applyTheme();
  for (const each of listeners) each();
}

export function preferences(): Preferences {
  return current;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((listen) => {
    listeners.add(listen);
    return () => listeners.delete(listen);
  }, preferences);
}
