import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { wafSamples } from "./test-aws-samples.ts";
import { itReads } from "./test-reader.ts";

describe("wafReader", () => {
  itReads(wafSamples);

  it("asks CloudWatch for no request that was let through", () => {
    const finds = parseFilterPattern(wafSamples.group.filterPattern);
    expect(finds(JSON.stringify({ webaclId: "arn:aws:wafv2:…", action: "ALLOW" }))).toBe(false);
  });
});
