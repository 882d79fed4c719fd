import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { ikeSamples } from "./test-aws-samples.ts";
import { itReads } from "./test-reader.ts";

describe("ikeReader", () => {
  itReads(ikeSamples);

  it("asks CloudWatch for no tunnel that is up", () => {
    const finds = parseFilterPattern(ikeSamples.group.filterPattern);
    expect(
      finds(JSON.stringify({ details: "AWS tunnel IKE_SA established", ike_phase1_state: "established" })),
    ).toBe(false);
  });
});
