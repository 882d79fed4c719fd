/** What is in the bundles that would be deployed. */
import { describe, expect, it } from "vitest";
import { measureBundle } from "../bundle-size.ts";
import type { Graph } from "../schema.ts";

export function promiseBundles(graph: () => Graph): void {
  describe("bundles", () => {
    /** What Node reads before the handler can be called, at most. */
    const EAGER_KB_MAX: Readonly<Record<string, number>> = {
      NoteIssuedCertificate: 600,
      // Every run of these tells incidents, of which it needs the store and the plan (about 30 KB).
      RenewCertificates: 690,
      RenewRelayCertificate: 695,
      TellIncidents: 410,
      WatchTunnels: 980,
    };
    /** Their client of Private CA comes with an older core of its own. */
    const MIXED_CORES = ["NoteIssuedCertificate", "RenewCertificates", "RenewRelayCertificate"];

    it("of functions stay within their budgets, with one core of the AWS SDK", async () => {
      for (const { logicalName, metafile } of graph().functions) {
        const { eagerBytes, packages } = await measureBundle(metafile);
        expect(eagerBytes / 1_024, `${logicalName}, KB`).toBeLessThanOrEqual(EAGER_KB_MAX[logicalName] ?? 0);
        const cores = packages.filter(({ name }) => name === "@smithy/core").length;
        if (!MIXED_CORES.includes(logicalName)) expect(cores, `${logicalName}, cores`).toBe(1);
      }
    });

    it("of functions leave out the large clients of Azure, and those for development only", async () => {
      for (const { metafile } of graph().functions) {
        const { packages } = await measureBundle(metafile);
        const names = packages.map(({ name }) => name);
        expect(
          names.filter((name) => /^@azure\/(msal|identity|arm-)|iam-simulate|^@pulumi|^sst$/.test(name)),
        ).toEqual([]);
      }
    });

    it.each([
      ["@aws-sdk/client-ec2", "WatchTunnels"],
      ["@slack/web-api", "TellIncidents"],
    ])("have %s in %s at most", async (wanted, only) => {
      for (const { logicalName, metafile } of graph().functions) {
        const { packages } = await measureBundle(metafile);
        if (packages.some(({ name }) => name === wanted)) expect(logicalName).toBe(only);
      }
    });

    it("of the Function App stay within their budget", async () => {
      const { totalBytes } = await measureBundle(graph().functionApp.metafile);
      expect(totalBytes / 1_024).toBeLessThanOrEqual(1_000);
    });
  });
}
