import { describe, expect, it } from "vitest";
import { linkWith } from "../../local/testing/links.ts";
import { NEVER_FROZEN } from "../freeze/schema.ts";
import type { HistoryQuery } from "../journal/audit.ts";
import { type ChangeRecord, inOrder } from "../journal/change.ts";
import { parseLink } from "../link/load.ts";
import { authFailuresOf } from "./desired.ts";
import { keepKnown, observeRun } from "./observe.ts";
import { AT, accepted, BUNNY, refused } from "./test-auth.ts";
import { authFailures, away, GROUP } from "./test-auth-run.ts";
import { change } from "./test-journal.ts";

const versionBy = (kind: "issue" | "merge") => (serial: string, at: number) =>
  change(kind, { target: "bunny-client", at, after: { serial, notAfter: AT + 86_400 } });
const issued = versionBy("issue");
const merged = versionBy("merge");

function open(history: readonly ChangeRecord[] = [merged("a1", AT - 60)]) {
  const logs = [{ group: GROUP, readers: [{ reader: "relay" }] }];
  const desired = authFailuresOf(parseLink(linkWith({ authFailures: { ...authFailures, logs } })));
  if (desired === null) throw new Error("the link of the test reads no logs");
  const state = { now: AT, history: [...history], isAway: false };
  const asked: HistoryQuery[] = [];
  const sources = {
    desired,
    tunnels: [],
    audit: {
      history: async (query: HistoryQuery) => {
        asked.push(query);
        if (state.isAway) throw away("Query");
        const { target, kinds, limit } = query;
        const changes = inOrder(state.history)
          .filter((one) => target === null || one.target === target)
          .filter(({ kind }) => kinds === undefined || kinds.includes(kind));
        return { changes: changes.toReversed().slice(0, limit), cut: false };
      },
    },
    keptKeys: async () => new Map(),
    freezes: { read: async () => NEVER_FROZEN },
  };
  const known = keepKnown(sources, () => state.now);
  return { state, asked, run: () => observeRun(sources, known) };
}

const showing = (serial: string) => [refused("expired", { serial })];
const serialsOf = async (known: Promise<{ readonly certificates: readonly { readonly serial: string }[] }>) =>
  (await known).certificates.map(({ serial }) => serial);

describe("observeRun", () => {
  it("knows the certificate that is used however many renewals have failed since", async () => {
    const failing = Array.from({ length: 100 }, (_, index) => {
      const kind = index % 2 === 0 ? "request" : "drop-request";
      return change(kind, { target: "bunny-client", at: AT + index });
    });
    const { run } = open([merged("a1", AT - 60), ...failing]);
    expect(await serialsOf(run().known(showing("a1")))).toEqual(["a1"]);
  });

  it("reads what it knows once a minute, in whatever run", async () => {
    const { state, asked, run } = open();
    await run().known(showing("a1"));
    state.now += 59;
    await run().known(showing("a1"));
    expect(asked).toHaveLength(1);
    state.now += 1;
    await run().known(showing("a1"));
    expect(asked).toHaveLength(2);
  });

  it("reads anew at once for a serial that it does not know, however lately it has read for another reason", async () => {
    const { state, run } = open();
    await run().known(showing("a1"));
    state.history.push(merged("b2", AT));
    expect(await serialsOf(run().known(showing("b2")))).toEqual(["a1", "b2"]);
  });

  it("reads anew at once for it also after a failure was explained a moment ago", async () => {
    const { state, run } = open();
    await run().known(showing("a1"));
    state.now += 5;
    await run().facts();
    state.history.push(merged("b2", AT + 5));
    expect(await serialsOf(run().known(showing("b2")))).toEqual(["a1", "b2"]);
  });

  it("knows a serial from its issue on: bunny may be refused before the merge is recorded", async () => {
    const { state, run } = open();
    state.history.push(issued("b2", AT));
    expect(await serialsOf(run().known(showing("b2")))).toEqual(["a1", "b2"]);
  });

  it("reads anew for what it does not know no more often than every five seconds: it may be a stranger's", async () => {
    const { state, asked, run } = open();
    await run().known(showing("a1"));
    for (const [later, reads] of [
      [1, 2],
      [4, 2],
      [1, 3],
      [4, 3],
    ] as const) {
      state.now += later;
      await run().known(showing("ffff"));
      expect(asked).toHaveLength(reads);
    }
    state.history.push(merged("b2", AT));
    expect(await serialsOf(run().known(showing("b2")))).toEqual(["a1"]);
    state.now += 1;
    expect(await serialsOf(run().known(showing("b2")))).toEqual(["a1", "b2"]);
  });

  it("reads nothing anew for who is named, whatever the serial", async () => {
    const { state, asked, run } = open();
    await run().known(showing("a1"));
    state.now += 30;
    await run().known([accepted({ identity: BUNNY, serial: "ffff" })]);
    expect(asked).toHaveLength(1);
  });

  it("keeps no failure to read, and takes it for nothing known", async () => {
    const { state, run } = open();
    state.isAway = true;
    await expect(run().known(showing("a1"))).rejects.toMatchObject({ code: "unreachable" });
    state.isAway = false;
    expect(await serialsOf(run().known(showing("a1")))).toEqual(["a1"]);
  });

  it("explains a failure by what is so now", async () => {
    const { state, run } = open();
    await run().known(showing("a1"));
    state.history.push(merged("b2", AT));
    state.now += 5;
    const { known, changes } = await run().facts();
    expect(known.certificates.map(({ serial }) => serial)).toEqual(["a1", "b2"]);
    expect(changes).toHaveLength(2);
  });
});
