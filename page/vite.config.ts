import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Everything is a file of our own: no script or style stands in the page, and nothing is a data: address.
export default defineConfig({
  base: "/ui/",
  plugins: [react()],
  server: { proxy: { "/api": { target: "http://127.0.0.1:8000", ws: true } } },
  build: {
    outDir: "../src/assay/web/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
  },
});
