import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { RefusalReason, relayLog } from "../../../local/relay/log.ts";
import { itReads } from "./test-reader.ts";
import { relaySamples } from "./test-relay-samples.ts";
import { AT, processed } from "./test-samples.ts";

describe("relayReader", () => {
  itReads(relaySamples);

  const finds = parseFilterPattern(relaySamples.group.filterPattern);

  it.each(RefusalReason.options)("reads %s as relay really writes it", (reason) => {
    const lines: string[] = [];
    const log = relayLog({ output: (line) => lines.push(line), replica: "relay-1", clock: () => AT * 1_000 });
    log({ event: "client.refused", reason, clientAddress: "10.10.1.9", trustBundleVersion: "3" });
    const [line = ""] = lines;
    expect(finds(line)).toBe(true);
    expect(relaySamples.group.read(line, AT, "")).toMatchObject({ outcome: "refused", source: "10.10.1.9" });
  });

  it("asks CloudWatch for no line of another event, nor of another program", () => {
    expect(finds(processed({ event: "relay.loaded", replica: "relay-1" }))).toBe(false);
    expect(finds(processed({ message: "client connected" }))).toBe(false);
  });
});
