import "./ui/tokens.css";
import "@fontsource-variable/inter/wght.css";
import "./ui/base.css";
import "./ui/parts.css";
import "./ui/reading.css";
import "./app/app.css";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { Refused } from "./api/client";
import { session } from "./api/session";
import { router } from "./app/router";
import { applyTheme } from "./ui/preferences";

applyTheme();

const client = new QueryClient({
  queryCache: new QueryCache({
    onError(error, query) {
      if (error instanceof Refused && error.status === 401 && query.queryKey[0] !== "session")
        void client.invalidateQueries({ queryKey: session.queryKey });
    },
  }),
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && !(error instanceof Refused && error.status >= 400 && error.status < 500),
    },
  },
});

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
