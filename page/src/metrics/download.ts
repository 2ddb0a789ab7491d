import type { Schemas } from "../api/client";
import { FIGURES } from "./figures";

/** Hands the figures to the browser as a file. */
export function download(found: Schemas["MetricsDocument"]) {
  const rows = FIGURES.map(([key]) => [key, found.topic_proposals[key], found.atom_proposals[key]].join(","));
  const file = new Blob([["figure,topics,atoms", ...rows].join("\r\n"), "\r\n"], { type: "text/csv" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `assay-metrics-${found.updated_at.slice(0, 10)}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
