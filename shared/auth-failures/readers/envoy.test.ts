import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { envoySamples } from "./test-envoy-samples.ts";
import { itReads } from "./test-reader.ts";
import { groupOf, processed } from "./test-samples.ts";

describe("envoyReader", () => {
  itReads(envoySamples);

  it("believes no name where the link does not say that Envoy lets only verified certificates through", () => {
    const group = groupOf({ readers: [{ reader: "envoy" }] });
    const message = processed({
      response_flags: "-",
      response_code: 401,
      downstream_peer_subject: "CN=bunny.example.com",
      downstream_peer_serial: "a1",
    });
    expect(group.read(message, 0, "")).toMatchObject({ identity: null, serial: "a1" });
  });

  it("asks CloudWatch for no request that went well", () => {
    const finds = parseFilterPattern(envoySamples.group.filterPattern);
    expect(finds(processed({ response_code: 200, response_flags: "-" }))).toBe(false);
  });
});
