/** That a run of renewals ends by itself before its function's time is over, with the numbers that would be deployed. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { CALL_TIMEOUT_MS } from "../../../shared/azure-api/client.ts";
import { RESERVES_MS } from "../../../shared/certificates/brain.ts";
import { CLIENT_LIMITS } from "../../../shared/runtime/aws.ts";
import { TIME_LIMIT_MS } from "../../model/brain.ts";
import type { Graph } from "../schema.ts";

const RENEWALS = ["RenewCertificates", "RenewRelayCertificate"] as const;
const AWS_CALL_MS = CLIENT_LIMITS.maxAttempts * CLIENT_LIMITS.requestHandler.requestTimeout;
const HostFile = z.object({ functionTimeout: z.templateLiteral(["00:", z.string(), ":00"]) });

export function promiseRunTime(graph: () => Graph): void {
  const named = <T extends { readonly logicalName: string }>(all: readonly T[], name: string): T => {
    const found = all.find(({ logicalName }) => logicalName === name);
    if (found === undefined) throw new Error(`the deployment has no ${name}`);
    return found;
  };

  describe.each(RENEWALS)("the time of %s", (name) => {
    const timeoutMs = () => named(graph().functions, name).timeoutSeconds * 1_000;

    it("is what the tests of load and outages give a run", () => {
      expect(timeoutMs()).toBe(TIME_LIMIT_MS);
    });

    it("leaves each step that starts its slowest call, and most of the time to work in", () => {
      for (const [reserve, ms] of Object.entries(RESERVES_MS)) {
        expect(ms, reserve).toBeLessThanOrEqual(timeoutMs() / 4);
        expect(ms, reserve).toBeGreaterThan(AWS_CALL_MS);
      }
      const callOfHand = CALL_TIMEOUT_MS + AWS_CALL_MS;
      expect(RESERVES_MS.call).toBeGreaterThanOrEqual(callOfHand);
      expect(RESERVES_MS.change).toBeGreaterThanOrEqual(callOfHand + AWS_CALL_MS);
      expect(RESERVES_MS.search).toBeGreaterThanOrEqual(2 * AWS_CALL_MS);
    });

    it("is over before the next run begins", () => {
      const schedule = graph().schedules.find(({ targetFunction }) => targetFunction === name);
      const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(schedule?.expression ?? "") ?? [];
      expect(Number(minutes) * 60_000).toBeGreaterThan(timeoutMs());
    });
  });

  it("lets the Function answer for as long as its caller waits", async () => {
    const text = await readFile(path.join(graph().functionApp.directory, "host.json"), "utf8");
    const { functionTimeout } = HostFile.parse(JSON.parse(text));
    const [, minutes] = functionTimeout.split(":");
    expect(Number(minutes) * 60_000).toBeGreaterThan(CALL_TIMEOUT_MS);
  });
}
