import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import {
  authFailures,
  batchOf,
  knocking,
  openAuth,
  refusal,
  TUNNEL_GROUP,
  written,
} from "./test-auth-run.ts";
import { change } from "./test-journal.ts";

/** A link that says no more than which logs are read. */
const openPlain = () => openAuth({ authFailures: { logs: authFailures.logs } });

describe("runOnEvent, with what a link has where it says nothing", () => {
  it("tells that somebody in bunny's network shows no certificate any more, at the first, and has it looked at", async () => {
    const auth = openPlain();
    for (let minute = 0; minute < 10; minute += 1) {
      await auth.run(
        batchOf([written(refusal("no-certificate", { clientAddress: "10.10.1.7" }), auth.now())]),
      );
      await auth.run({});
      expect(auth.open()).toEqual(["auth-callers"]);
      auth.pass(60);
    }
    expect(auth.wakes).toEqual([["certificates"], ["certificates"]]);
  });

  it("tells nothing of a rotation's own failures for as long as a link remembers them, and wakes nobody", async () => {
    const auth = openPlain();
    const step = { target: "one-a", at: START - 5, after: { end: "azure", version: "p" } };
    auth.history.push(change("pre-shared-key", step));
    const mismatch = {
      event_timestamp: START,
      details: "AWS tunnel detected a pre-shared key mismatch with cgw: 192.0.2.4",
      ...{ dpd_enabled: true, nat_t_detected: true, ike_phase1_state: "down", ike_phase2_state: "down" },
    };
    const place = { logGroup: TUNNEL_GROUP, logStream: "vpn-0a1b2c3d4e5f60718-198.51.100.10-IKE" };
    for (let seconds = 0; seconds <= 1_500; seconds += 30) {
      const line = written({ ...mismatch, event_timestamp: auth.now() }, auth.now());
      if (seconds <= 120) await auth.run(batchOf([line], place));
      await auth.run({});
      expect(auth.open()).toEqual([]);
      auth.pass(30);
    }
    expect(auth.wakes).toEqual([]);
  });

  it("sees a flood that each delivery brings two minutes late, and is told of it once", async () => {
    const auth = openPlain();
    const seen: string[] = [];
    for (let seconds = 0; seconds < 600; seconds += 10) {
      await auth.run(batchOf(knocking(100, "203.0.113.9", auth.now() - 120)));
      await auth.run({});
      seen.push(auth.open().join());
      auth.pass(10);
    }
    expect(new Set(seen)).toEqual(new Set(["auth-failure:no-certificate:203-0-113-9"]));
  });

  it("goes on with a flood whose lines come ever later, and tells that too", async () => {
    const auth = openPlain();
    for (let seconds = 0; seconds < 2_400; seconds += 30) {
      const lateSeconds = seconds < 300 ? 0 : 500;
      await auth.run(batchOf(knocking(100, "203.0.113.9", auth.now() - lateSeconds)));
      await auth.run({});
      expect(auth.open()).toContain("auth-failure:no-certificate:203-0-113-9");
      auth.pass(30);
    }
    expect(auth.open()).toContain("auth-late");
  });
});
