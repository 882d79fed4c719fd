import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { latticeSamples } from "./test-aws-samples.ts";
import { itReads } from "./test-reader.ts";

describe("latticeReader", () => {
  itReads(latticeSamples);

  it("asks CloudWatch for no request that went well", () => {
    const finds = parseFilterPattern(latticeSamples.group.filterPattern);
    expect(finds(JSON.stringify({ serviceArn: "arn:aws:vpc-lattice:…", responseCode: 200 }))).toBe(false);
  });
});
