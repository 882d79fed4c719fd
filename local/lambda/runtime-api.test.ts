import { expect, it } from "vitest";
import { serveRuntimeApi } from "./runtime-api.ts";

it("keeps the connection of a function open for as long as its work takes", async () => {
  const api = await serveRuntimeApi({
    onReady: (give) => give({ id: "1", arn: "arn", event: "{}", deadlineMs: 1 }),
    onResponse: () => {},
    onError: () => {},
    onInitError: () => {},
  });
  const { headers } = await fetch(`http://${api.address}/2018-06-01/runtime/invocation/next`);
  await api.close();
  expect(headers.get("connection")).toBe("keep-alive");
  // Node's own server says here after how many idle seconds it will close, where it will.
  expect(headers.get("keep-alive")).toBeNull();
});
