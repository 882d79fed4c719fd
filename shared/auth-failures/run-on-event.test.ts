import { describe, expect, it } from "vitest";
import { batchOf, GROUP, knocking, openAuth, pack, refusal, TUNNEL_GROUP, written } from "./test-auth-run.ts";

const FLOOD = "auth-failure:no-certificate:203-0-113-9";
const from = (address: string) => ({ clientAddress: address });

describe("runOnEvent, with a batch of lines", () => {
  it("tells a stranger who knocks 200 times as one incident, with how often and why", async () => {
    const auth = openAuth();
    for (let batch = 0; batch < 10; batch += 1) {
      const report = await auth.run(batchOf(knocking(20, "203.0.113.9", auth.now())));
      expect(report).toEqual({ outcome: "taken", trouble: [] });
      auth.pass(1);
    }
    expect(auth.open()).toEqual([FLOOD]);
    await auth.run({});
    expect(auth.incident(FLOOD)).toMatchObject({
      severity: "warning",
      facts: [
        { label: "From", value: "203.0.113.9" },
        { label: "Failures", value: "200 or more" },
        { label: "What is done", value: expect.stringContaining("blocks no address") },
      ],
    });
  });

  it("says that it is over once nothing has come for the quiet time, in a run of the schedule", async () => {
    const auth = openAuth();
    await auth.run(batchOf(knocking(20)));
    auth.pass(299);
    await auth.run({});
    expect(auth.open()).toEqual([FLOOD]);
    auth.pass(1);
    await auth.run({});
    expect(auth.open()).toEqual([]);
  });

  it("asks the table for strangers' lines for no more than the memory, and tells only what is new", async () => {
    const auth = openAuth();
    await auth.run(batchOf(knocking(19)));
    expect(auth.calls).toEqual(["read", "write"]);
    await auth.run(batchOf(knocking(1)));
    expect(auth.calls.slice(2)).toEqual(["read", "write", "tell"]);
    await auth.run(batchOf(knocking(1)));
    expect(auth.calls.slice(5)).toEqual(["read", "write"]);
  });

  it("counts a line once, however often and in whatever company it is handed over", async () => {
    const auth = openAuth();
    const lines = knocking(19);
    await auth.run(batchOf(lines));
    await auth.run(batchOf(lines));
    await auth.run(batchOf([...lines.slice(3), ...lines.slice(0, 3)]));
    await auth.run(batchOf([...lines.slice(0, 1), ...lines.slice(0, 1)]));
    expect(auth.open()).toEqual([]);
    await auth.run(batchOf(knocking(1)));
    expect(auth.open()).toEqual([FLOOD]);
  });

  it("writes nothing for a batch that holds nothing new", async () => {
    const auth = openAuth();
    const lines = knocking(3);
    await auth.run(batchOf(lines));
    auth.calls.length = 0;
    await auth.run(batchOf(lines));
    expect(auth.calls).toEqual(["read"]);
    await auth.run(batchOf([written({ event: "relay.loaded" })]));
    expect(auth.calls).toEqual(["read"]);
  });

  it("counts what another run has written meanwhile, and its own on top of it", async () => {
    const auth = openAuth();
    await auth.run(batchOf(knocking(10)));
    const other = openAuth();
    await other.run(batchOf(knocking(19)));
    auth.state.races.push(() => other.state.memory);
    await auth.run(batchOf(knocking(1)));
    expect(auth.open()).toEqual([FLOOD]);
  });

  it("counts all of several batches at once, of which one is delivered twice", async () => {
    const auth = openAuth();
    const batches = [1, 2, 3, 4, 5, 6, 7, 8].map(() => batchOf(knocking(10)));
    await Promise.all([...batches, ...batches.slice(0, 1)].map((batch) => auth.run(batch)));
    expect(auth.calls.filter((call) => call === "write").length).toBeGreaterThan(8);
    expect(auth.open()).toEqual([FLOOD]);
    expect(await auth.run({ run: "plan" })).toMatchObject({ refused: 80, sources: 1 });
  });

  it("fails when others are always faster, so that the batch comes again", async () => {
    const auth = openAuth();
    auth.state.races.push(...Array.from({ length: 30 }, () => (memory: typeof auth.state.memory) => memory));
    await expect(auth.run(batchOf(knocking(1)))).rejects.toMatchObject({ code: "memory-contended" });
  });

  it("tells lines that no reader understands by their number alone", async () => {
    const auth = openAuth();
    const canary = "patient-4711";
    const cut = (index: number) => written(`{"event":"client.refused","reason":"${canary}${index}`);
    await auth.run(batchOf([0, 1, 2, 3, 4].map(cut)));
    expect(auth.open()).toEqual(["auth-unread"]);
    expect(JSON.stringify([auth.records, auth.state.memory, auth.reports])).not.toContain(canary);
  });

  it("keeps, tells and logs nothing of a line but the address, whatever else is in it", async () => {
    const auth = openAuth();
    const canary = "canary-4711";
    const fields = {
      path: `/jobs/${canary}`,
      headers: { authorization: canary },
      jobId: canary,
      userAgent: canary,
      identity: `${canary}.example.com`,
      apiKeyId: canary,
      clientReplica: canary,
      replica: `${canary}!`,
      clientCertificateSerial: canary,
      clientAddress: "203.0.113.9",
      [canary]: canary,
    };
    const kubernetes = { namespace_name: "relay", pod_name: `${canary} `, labels: { app: canary } };
    const reasons = ["no-certificate", canary];
    const lines = Array.from({ length: 40 }, (_, index) =>
      written({ log: canary, kubernetes, log_processed: refusal(reasons[index % 2] ?? "", fields) }),
    );
    await auth.run(batchOf(lines, { logStream: canary }));
    await auth.run({});
    const plan = await auth.run({ run: "plan" });
    expect(auth.open()).toEqual([FLOOD, "auth-failure:unknown:203-0-113-9"]);
    const kept = [auth.state.memory, auth.records, auth.reports, auth.incident(FLOOD), auth.wakes, plan];
    expect(JSON.stringify(kept)).not.toContain("4711");
  });

  it("tells callers from many addresses as one scan", async () => {
    const auth = openAuth();
    const scan = Array.from({ length: 12 }, (_, host) =>
      written(refusal("unknown-ca", from(`192.0.2.${host}`))),
    );
    await auth.run(batchOf(scan));
    expect(auth.open()).toEqual(["auth-scan"]);
  });

  it("logs how many lines there were of each kind, and nothing of what they say", async () => {
    const auth = openAuth();
    const late = knocking(1, "203.0.113.9", auth.now() - 400);
    await auth.run(batchOf([...knocking(2), ...late, written({ event: "relay.loaded" })]));
    expect(auth.records).toEqual([
      {
        level: "info",
        event: "auth-failures.taken",
        group: GROUP,
        lines: 4,
        refused: 3,
        accepted: 0,
        unread: 0,
        late: 1,
      },
    ]);
  });

  it("names the tunnel by its log stream", async () => {
    const auth = openAuth();
    const line = written({
      event_timestamp: 1_795_248_000,
      details: "AWS tunnel detected a pre-shared key mismatch with cgw: 203.0.113.20",
      dpd_enabled: true,
      nat_t_detected: true,
      ike_phase1_state: "down",
      ike_phase2_state: "down",
    });
    const place = { logGroup: TUNNEL_GROUP, logStream: "vpn-0a1b2c3d4e5f60718-198.51.100.10-IKE" };
    await auth.run(batchOf([line], place));
    expect(auth.open()).toEqual(["auth-tunnel:one-a"]);
  });

  it("goes on after a batch that it refuses, and fails for that one, with its reason in the log", async () => {
    const auth = openAuth();
    const report = await auth.run({ awslogs: { data: "H4sIA-damaged" } });
    expect(report).toEqual({
      outcome: "refused",
      trouble: ["a batch of log lines was refused: malformed"],
    });
    expect(auth.records).toEqual([{ level: "error", event: "auth-failures.refused", reason: "malformed" }]);
    expect(auth.calls).toEqual([]);
    await auth.run(batchOf(knocking(20)));
    expect(auth.open()).toEqual([FLOOD]);
  });

  it("does nothing when CloudWatch only tries to reach it", async () => {
    const auth = openAuth();
    const probe = pack({
      messageType: "CONTROL_MESSAGE",
      owner: "CloudwatchLogs",
      logGroup: "",
      logStream: "",
      subscriptionFilters: [],
      logEvents: [{ id: "", timestamp: 1, message: "CWL CONTROL MESSAGE: Checking health of destination" }],
    });
    expect(await auth.run(probe)).toEqual({ outcome: "probed", trouble: [] });
    expect(auth.records).toEqual([{ level: "info", event: "auth-failures.probed" }]);
  });

  it("fails when what is new could not be told; the next run of the schedule tells it", async () => {
    const auth = openAuth();
    auth.state.failing = "tell";
    const report = await auth.run(batchOf(knocking(20)));
    expect(report).toMatchObject({
      trouble: ["what holds of auth-failures could not be told: tell failed, unreachable"],
    });
    auth.state.failing = null;
    await auth.run({});
    expect(auth.open()).toEqual([FLOOD]);
  });
});

describe("runOnEvent, on its schedule", () => {
  it("tells what holds, and writes nothing while nothing has happened", async () => {
    const auth = openAuth();
    expect(await auth.run({})).toEqual({ outcome: "looked", trouble: [] });
    expect(auth.calls).toEqual(["read", "tell"]);
    expect(auth.records).toEqual([
      { level: "info", event: "run.finished", groups: 2, trouble: 0, durationSeconds: 0 },
    ]);
  });
});

describe("runOnEvent, when a person asks", () => {
  it("says what holds and who would be asked to look, and changes nothing", async () => {
    const auth = openAuth();
    await auth.run(batchOf([...knocking(19), written(refusal("unknown-ca", from("192.0.2.1")))]));
    await auth.run(batchOf(knocking(1)));
    auth.calls.length = 0;
    expect(await auth.run({ run: "plan" })).toMatchObject({
      link: "example-link",
      refused: 21,
      sources: 2,
      unread: 0,
      conditions: [{ key: FLOOD }],
      wakes: [],
      trouble: [],
    });
    expect(auth.calls).toEqual(["read"]);
  });

  it.each([{ run: "rotate" }, { run: "plan", name: "x" }, { run: null }])("refuses %j", async (event) => {
    await expect(openAuth().run(event)).rejects.toThrow('write { "run": "plan" }');
  });
});
