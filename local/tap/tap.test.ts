import { describe, expect, it } from "vitest";
import { issue, makeCa } from "../testing/certificates.ts";
import { allowedFindings, TrafficTap } from "./tap.ts";

const RULE = { vaults: ["one.vault.azure.net"], secrets: ["bunny"], identity: "principal-of-bunny" };
const LEGITIMATE = {
  from: "principal-of-bunny",
  to: "one.vault.azure.net",
  what: "GET /secrets/bunny/ answer",
};
const NO_KEY = { from: "a", to: "b", what: "GET / answer", bytes: Buffer.from("nothing") };

async function secretPem(): Promise<string> {
  return (await issue(await makeCa(), { commonName: "bunny", usages: ["clientAuth"] })).secretPem;
}

describe("TrafficTap", () => {
  it("allows a key in the vault's answer to bunny's own identity, and nowhere else", async () => {
    const tap = new TrafficTap(allowedFindings(RULE));
    const bytes = Buffer.from(JSON.stringify({ value: await secretPem() }));
    tap.see({ ...LEGITIMATE, bytes });
    tap.see({ ...LEGITIMATE, what: "GET /secrets/bunny/3f0c answer", bytes });
    expect(tap.report()).toMatchObject({ allowedCount: 2, leakCount: 0, leaks: [] });

    const planted = [
      { ...LEGITIMATE, from: "principal-of-the-function" },
      { ...LEGITIMATE, from: "anonymous" },
      { ...LEGITIMATE, to: "other.vault.azure.net" },
      { ...LEGITIMATE, what: "GET /secrets/bunny/" },
      { ...LEGITIMATE, what: "PUT /secrets/bunny/ answer" },
      { ...LEGITIMATE, what: "GET /secrets/other/ answer" },
      { ...LEGITIMATE, what: "GET /certificates/bunny/ answer" },
      { ...LEGITIMATE, what: "POST /secrets/bunny/backup answer" },
      { from: "bunny.example", to: "relay", what: "POST /jobs" },
    ];
    for (const sighting of planted) tap.see({ ...sighting, bytes });
    const { leaks, leakCount } = tap.report();
    expect(leaks.map(({ from, to, what }) => ({ from, to, what }))).toEqual(planted);
    expect(leakCount).toBe(planted.length);
  });

  it("never holds a key in what it reports", async () => {
    const tap = new TrafficTap(() => false);
    const pem = await secretPem();
    tap.see({ ...NO_KEY, bytes: Buffer.from(pem) });

    const { leaks } = tap.report();
    expect(leaks).toMatchObject([{ kind: "pkcs8", from: "a", to: "b", what: "GET / answer" }]);
    expect(JSON.stringify(tap.report())).not.toContain(pem.split("\n")[1]);
  });

  it("counts messages and bytes for each pair, in order", () => {
    const tap = new TrafficTap(() => false);
    for (const [from, to] of [
      ["b", "a"],
      ["a", "b"],
      ["b", "a"],
    ] as const)
      tap.see({ ...NO_KEY, from, to });

    expect(tap.report()).toMatchObject({
      messages: 3,
      bytes: 21,
      traffic: [
        { from: "a", to: "b", messages: 1, bytes: 7 },
        { from: "b", to: "a", messages: 2, bytes: 14 },
      ],
    });
  });

  it("scans a message as it was, whatever becomes of its memory", async () => {
    const tap = new TrafficTap(() => false);
    const bytes = Buffer.from(await secretPem());
    tap.see({ ...NO_KEY, bytes });
    bytes.fill(0);

    expect(tap.report().leakCount).toBe(1);
  });

  it("scans each message once, however often it is asked", async () => {
    const tap = new TrafficTap(() => false);
    tap.see({ ...NO_KEY, bytes: Buffer.from(await secretPem()) });

    expect([tap.report().leakCount, tap.report().leakCount]).toEqual([1, 1]);
  });

  it("keeps a bounded number of leaks and pairs, and still counts them all", async () => {
    const tap = new TrafficTap(() => false);
    const bytes = Buffer.from(await secretPem());
    for (let i = 0; i < 1_200; i += 1) tap.see({ ...NO_KEY, from: `caller-${i}`, bytes });

    const report = tap.report();
    expect(report.leaks).toHaveLength(1_000);
    expect(report.leakCount).toBe(1_200);
    expect(report.traffic).toHaveLength(1_001);
    expect(report.traffic.find(({ from }) => from === "others")?.messages).toBe(200);
    expect(report.messages).toBe(1_200);
  });
});
