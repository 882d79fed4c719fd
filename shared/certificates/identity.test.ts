import { describe, expect, it } from "vitest";
import { subjectOf } from "./identity.ts";

describe("subjectOf", () => {
  it("writes the common name first, and the organization where there is one", () => {
    expect(subjectOf({ commonName: "bunny", dnsNames: [] })).toBe("CN=bunny");
    expect(subjectOf({ commonName: "bunny", organization: "Example", dnsNames: [] })).toBe(
      "CN=bunny, O=Example",
    );
  });
});
