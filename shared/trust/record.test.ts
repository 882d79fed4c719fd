import { beforeAll, describe, expect, it } from "vitest";
import type { NewChange } from "../journal/change.ts";
import type { Publisher } from "./publisher.ts";
import { publicationsOf, recordFound } from "./record.ts";
import { cloudError, trustWorld } from "./test-publisher.ts";
import { A, B, bundleOf, copyOf, NOW, published } from "./test-trust.ts";

const one = bundleOf(1, [A]);
const two = bundleOf(2, [A, B]);
const toRelay = { party: "relay", version: one.version, at: NOW - 60 };
const toBunny = { party: "bunny", version: one.version, at: NOW - 60 };
const stand = { head: published(one), copies: copyOf(published(one)) };

describe("recordFound", () => {
  let publisher: Publisher;
  beforeAll(async () => {
    publisher = (await trustWorld()).publisher();
  });

  async function found(publishing: (typeof toRelay)[], stores = stand, now = NOW, failure?: Error) {
    const changes: NewChange[] = [];
    const audit = {
      record: async (change: NewChange) => {
        if (failure !== undefined) throw failure;
        changes.push(change);
      },
    };
    const left = await recordFound({ ...publisher, audit }, { publishing }, stores, now);
    return { left, changes };
  }

  it("records what stands in relay's store, and in a bunny's, as what a run before has published", async () => {
    const { left, changes } = await found([toRelay, toBunny]);
    expect(left).toEqual([]);
    const after = { version: one.version, authorities: 1, revoked: 0 };
    expect(changes).toMatchObject([
      { kind: "publish-trust", target: "relay", after, reasons: ["found", "publish"] },
      { kind: "publish-trust", target: "bunny", after, reasons: ["found", "copy"] },
    ]);
  });

  it("looks again for what does not stand there yet, for as long as a run may still bring it", async () => {
    const other = { head: published(two), copies: copyOf({ kind: "unreadable" }) };
    expect(await found([toRelay, toBunny], other)).toEqual({ left: [toRelay, toBunny], changes: [] });
    expect((await found([toRelay, toBunny], other, NOW + 839)).left).toEqual([toRelay, toBunny]);
    expect((await found([toRelay, toBunny], other, NOW + 840)).left).toEqual([]);
  });

  it("keeps what the journal does not take for the next run", async () => {
    expect((await found([toRelay], stand, NOW, cloudError("Away"))).left).toEqual([toRelay]);
  });
});

describe("publicationsOf", () => {
  it("adds what is about to be published, each party's version once", () => {
    const step = { kind: "publish" as const, party: "relay", bundle: one, replaces: null };
    expect(publicationsOf([toRelay, toBunny], [step], NOW)).toEqual([toBunny, { ...toRelay, at: NOW }]);
  });
});
