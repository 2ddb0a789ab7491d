import "./ui/tokens.css";
import "@fontsource-variable/inter/wght.css";
import "./ui/base.css";
import "./ui/parts.css";
import "./ui/reading.css";
import "./app/app.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { client } from "./api/cache";
import { SIGNED_OUT } from "./api/client";
import { session } from "./api/session";
import { router } from "./app/router";
import { applyTheme } from "./ui/preferences";

applyTheme();

window.addEventListener(SIGNED_OUT, () => void client.invalidateQueries({ queryKey: session.queryKey }));

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
