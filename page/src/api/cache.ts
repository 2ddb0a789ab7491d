import { QueryClient } from "@tanstack/react-query";
import { Refused } from "./client";

/** What the server said, the same for every page. */
export const client = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && !(error instanceof Refused && error.status >= 400 && error.status < 500),
    },
  },
});
