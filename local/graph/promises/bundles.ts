/** What is in the bundles that would be deployed. */
import { describe, expect, it } from "vitest";
import { measureBundle } from "../bundle-size.ts";
import type { Graph } from "../schema.ts";

export function promiseBundles(graph: () => Graph): void {
  describe("bundles", () => {
    /** What Node reads before the handler can be called, at most; of that 45 KB are the link and its checks. */
    const EAGER_KB_MAX: Readonly<Record<string, number>> = {
      HealAllowlists: 1_056,
      NoteIssuedCertificate: 630,
      PublishTrust: 812,
      // Of that 50 KB are the readers of logs and what is made of their lines.
      ReadAuthFailures: 450,
      // Every run of these tells incidents, of which it needs the store and the plan (about 30 KB), and finds out which
      // CA it asks, for which it reads what is published of the trust (about 20 KB).
      RenewCertificates: 748,
      RenewRelayCertificate: 752,
      RotatePreSharedKeys: 1_064,
      RotateApiKeys: 484,
      TellIncidents: 434,
      WatchTunnels: 1_012,
    };
    /** Their client of Private CA comes with an older core of its own. */
    const MIXED_CORES = [
      "NoteIssuedCertificate",
      "PublishTrust",
      "RenewCertificates",
      "RenewRelayCertificate",
    ];

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
      ["@aws-sdk/client-ec2", ["HealAllowlists", "RotatePreSharedKeys", "WatchTunnels"]],
      ["@slack/web-api", ["TellIncidents"]],
    ])("have %s in %s at most", async (wanted, only) => {
      for (const { logicalName, metafile } of graph().functions) {
        const { packages } = await measureBundle(metafile);
        if (packages.some(({ name }) => name === wanted)) expect(only).toContain(logicalName);
      }
    });

    it("of the Function App stay within their budget", async () => {
      // Of that 45 KB are its parts in API keys, pre-shared keys and the trust: their endpoints, checks and adapters.
      const { totalBytes } = await measureBundle(graph().functionApp.metafile);
      expect(totalBytes / 1_024).toBeLessThanOrEqual(1_116);
    });
  });
}
