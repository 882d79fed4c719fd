import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { batchOf, knocking, type OpenAuth, openAuth, refusal, written } from "./test-auth-run.ts";
import { change } from "./test-journal.ts";

const OWN = "auth-own:bunny-example-com-77bd5c4e";

function openOwn(): OpenAuth {
  const auth = openAuth();
  auth.history.push(
    change("merge", {
      target: "bunny-client",
      at: START - 60,
      after: { serial: "a1", notAfter: START + 60 },
    }),
  );
  return auth;
}
const refuse = (auth: OpenAuth) =>
  auth.run(
    batchOf([
      written(
        refusal("unknown-ca", { clientCertificateSerial: "a1", clientAddress: "10.10.1.7" }),
        auth.now(),
      ),
    ]),
  );

describe("the look of each minute", () => {
  it("closes nothing that a batch has opened after it has read", async () => {
    const auth = openOwn();
    auth.state.meanwhile.push(async () => {
      await refuse(auth);
      auth.pass(1);
    });
    await auth.run({});
    expect(auth.open()).toEqual([OWN]);
    expect(auth.incident(OWN)?.revision).toBe(1);
  });

  it("closes nothing of a batch that began before it, and was written after it has read", async () => {
    const auth = openOwn();
    const looks: Promise<unknown>[] = [];
    const written = Promise.withResolvers<void>();
    auth.state.meanwhile.push(
      async () => {
        auth.pass(5);
        looks.push(auth.run({}));
      },
      () => written.promise,
    );
    await refuse(auth);
    auth.pass(1);
    written.resolve();
    await Promise.all(looks);
    expect(looks).toHaveLength(1);
    expect(auth.open()).toEqual([OWN]);
    expect(auth.incident(OWN)?.revision).toBe(1);
  });

  it("says in its report and in the log that the table is away, and fails nobody's batch for it", async () => {
    const auth = openAuth();
    auth.state.failing = "read";
    expect(await auth.run({})).toEqual({
      outcome: "looked",
      trouble: ["what is remembered of refused callers could not be looked at: read failed, unreachable"],
    });
    expect(auth.records).toContainEqual({
      level: "error",
      event: "auth-failures.not-looked",
      operation: "read",
      code: "unreachable",
    });
    expect(auth.calls).not.toContain("tell");
  });
});

describe("runOnEvent, when what is remembered cannot be read", () => {
  it("begins anew, says so once, and closes nothing by it", async () => {
    const auth = openAuth();
    await auth.run(batchOf(knocking(20)));
    const [flood] = auth.open();
    auth.pass(60);
    auth.state.isLost = true;
    const { version } = auth.state.memory;
    auth.state.memory = { ...auth.state.memory, ...{ slots: [], floods: [], batches: "" } };
    const report = await auth.run({});
    expect(report).toMatchObject({
      trouble: ["what was remembered of refused callers could not be read: counting has begun anew"],
    });
    expect(auth.open()).toEqual([flood]);
    expect(auth.state.memory.version).toBe(version + 1);
    expect(await auth.run({})).toEqual({ outcome: "looked", trouble: [] });
    const lost = auth.records.filter(({ event }) => event === "auth-failures.memory-lost");
    expect(lost).toEqual([{ level: "error", event: "auth-failures.memory-lost" }]);
  });
});

describe("runOnEvent, when others write at the same time", () => {
  it("waits before it tries again, longer each time up to a bound, and not all for as long", async () => {
    const auth = openAuth();
    auth.state.races.push(...Array.from({ length: 7 }, () => (memory: typeof auth.state.memory) => memory));
    await auth.run(batchOf(knocking(1)));
    expect(auth.pauses).toEqual([20, 40, 80, 160, 250, 250, 250]);
  });
});
