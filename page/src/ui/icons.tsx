import type { ReactNode } from "react";

/** Drawn for this page on a grid of 24, as lines. They are for the eye: what they mean stands beside them as text. */
const DRAWN = {
  review: <path d="M4 13l3-8h10l3 8v6H4zM4 13h5l1.5 3h3L15 13h5" />,
  knowledge: <path d="M12 6c-2-1.5-5-2-8-2v14c3 0 6 .5 8 2 2-1.5 5-2 8-2V4c-3 0-6 .5-8 2zm0 0v14" />,
  approval: <path d="M4 7h9m5 0h2M4 17h3m5 0h8M13 4.5v5M10 14.5v5" />,
  jobs: <path d="M3 12h4l3-7 4 14 3-7h4" />,
  metrics: <path d="M5 20V11m7 9V4m7 16v-6" />,
  import: <path d="M12 15V4m-4 4l4-4 4 4M4 15v5h16v-5" />,
  settings: (
    <>
      <circle cx="12" cy="12" r="3" />
      <path d="M12 3v3m0 12v3M3 12h3m12 0h3M5.6 5.6l2.2 2.2m8.4 8.4l2.2 2.2m0-12.8l-2.2 2.2m-8.4 8.4l-2.2 2.2" />
    </>
  ),
  check: <path d="M5 12.5l5 5L19.5 7" />,
  cross: <path d="M6 6l12 12M18 6L6 18" />,
  merge: <path d="M7 4v5c0 4 10 4 10 8v3M17 4v2M7 20v-6m-3 3l3 3 3-3" />,
  edit: <path d="M5 19l1-4L16.5 4.5l3 3L9 18zM14 7l3 3" />,
  clock: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7.5V12l3 2" />
    </>
  ),
  note: <path d="M5 4h14v11l-5 5H5zM14 20v-5h5M9 9h6m-6 4h3" />,
  quote: <path d="M4 5h16v11h-9l-4 4v-4H4zM9 9v3m5-3v3" />,
  same: <path d="M8 8h12v12H8zM16 8V4H4v12h4M11 14h6" />,
  list: <path d="M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01" />,
  search: <path d="M11 4a7 7 0 100 14 7 7 0 000-14zm5 12l4.5 4.5" />,
  out: <path d="M10 4H5v16h5m4-4l4-4-4-4m4 4H9" />,
  person: <path d="M12 4a4 4 0 100 8 4 4 0 000-8zM5 20c0-4 3-6 7-6s7 2 7 6" />,
  apart: <path d="M4 9h16M4 15h16M15 4L9 20" />,
  more: <path d="M5 12h.01M12 12h.01M19 12h.01" />,
  keys: <path d="M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof DRAWN;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {DRAWN[name]}
    </svg>
  );
}
