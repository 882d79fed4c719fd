import { describe, expect, it } from "vitest";
import { issue, makeCa } from "../testing/certificates.ts";
import { TrafficTap } from "./tap.ts";

const NO_KEY = { from: "a", to: "b", what: "GET / answer", bytes: Buffer.from("nothing") };

async function secretPem(): Promise<string> {
  return (await issue(await makeCa(), { commonName: "bunny", usages: ["clientAuth"] })).secretPem;
}

describe("TrafficTap", () => {
  it("tells keys where they may be from leaks, and counts both", async () => {
    const tap = new TrafficTap(({ from }) => from === "a");
    const bytes = Buffer.from(await secretPem());
    tap.see({ ...NO_KEY, bytes });
    tap.see({ ...NO_KEY, from: "c", bytes });

    expect(tap.report()).toMatchObject({
      ...{ allowedCount: 1, allowed: [{ from: "a", to: "b" }] },
      ...{ leakCount: 1, leaks: [{ from: "c", to: "b", what: "GET / answer" }] },
    });
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

  const KEY = {
    kind: "api-key",
    name: "poll-key",
    value: "wXb_8Qe-Zt1n0aVdYk3LqPfR7uHsJc5MgT2iNoC4xEA",
  } as const;

  it("tells a watched secret where it may be from a leak of it, by its name", () => {
    const tap = new TrafficTap(({ from }) => from === "a");
    tap.watch(() => [KEY]);
    tap.see({ ...NO_KEY, bytes: Buffer.from(KEY.value) });
    tap.see({ ...NO_KEY, from: "c", bytes: Buffer.from(KEY.value) });

    const report = tap.report();
    expect(report).toMatchObject({
      ...{ allowedCount: 1, allowed: [{ kind: "api-key", name: "poll-key", from: "a" }] },
      ...{ leakCount: 1, leaks: [{ kind: "api-key", name: "poll-key", from: "c" }] },
    });
    expect(JSON.stringify(report)).not.toContain(KEY.value);
  });

  it("shows each secret that was on its way, however often another was", () => {
    const tap = new TrafficTap(() => true);
    const rare = {
      kind: "pre-shared-key",
      name: "one-a",
      value: "k7Tn.QfW3_zLx9RbYs0VdHg5Jm2PcAe8",
    } as const;
    tap.watch(() => [KEY, rare]);
    for (let i = 0; i < 1_200; i += 1) tap.see({ ...NO_KEY, bytes: Buffer.from(KEY.value) });
    tap.see({ ...NO_KEY, bytes: Buffer.from(rare.value) });

    const { allowed } = tap.report();
    expect(allowed).toHaveLength(1_001);
    expect(allowed.at(-1)).toMatchObject({ kind: "pre-shared-key", name: "one-a" });
  });

  it("finds a secret that was made only after somebody had told it", () => {
    const tap = new TrafficTap(() => false);
    const made: (typeof KEY)[] = [];
    tap.watch(() => made);
    for (let i = 0; i < 600; i += 1) tap.see(NO_KEY);
    tap.see({ ...NO_KEY, what: "log line", bytes: Buffer.from(`made ${KEY.value}`) });
    for (let i = 0; i < 200; i += 1) tap.see(NO_KEY);
    made.push(KEY);

    expect(tap.report().leaks).toMatchObject([{ what: "log line" }]);
  });

  it("goes on looking for a secret that is not there any more", () => {
    const tap = new TrafficTap(() => false);
    const made: (typeof KEY)[] = [KEY];
    tap.watch(() => made);
    tap.report();
    made.pop();
    tap.see({ ...NO_KEY, bytes: Buffer.from(KEY.value) });

    expect(tap.report().leakCount).toBe(1);
  });
});
