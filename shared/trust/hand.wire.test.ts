/** The hand's verbs behind the contract: who may call them, what is parsed, what is refused while frozen, what is noted. */
import { beforeAll, describe, expect, it } from "vitest";
import { modelCopyStore } from "../../local/model/copy-store.ts";
import { modelRows } from "../../local/model/rows.ts";
import { makeCa } from "../../local/testing/certificates.ts";
import { endpoints, type Outcome, type Refused } from "../azure-api/contract.ts";
import { BODY_MAX_BYTES } from "../azure-api/serve.ts";
import { keepFreeze } from "../freeze/hand.ts";
import { carryOut } from "../notes/carry-out.ts";
import { collectNotes } from "../notes/hand.ts";
import { createLog } from "../runtime/log.ts";
import { type CaFacts, readAuthority } from "./authority.ts";
import { writeBundle } from "./document.ts";
import { observeCopies, publishCopy } from "./hand.ts";
import { BUNDLE_BYTES_MAX, type RevokedSerial, toBundle } from "./schema.ts";

const NOW = 1_795_248_000;
let ca: CaFacts;
beforeAll(async () => {
  const notAfter = new Date((NOW + 1_000_000) * 1_000);
  ca = readAuthority((await makeCa({ notAfter })).certificatePem);
});

const textOf = (number: number, revoked: RevokedSerial[] = []) =>
  writeBundle(toBundle({ number, authorities: [{ ...ca, since: 1, closedAt: null }], revoked }));

function open() {
  const clock = () => NOW;
  const rows = modelRows();
  const store = modelCopyStore(clock);
  const keeper = { rows, clock, log: createLog(() => {}), random: () => "0123abcd" };
  const places = new Map([["bunny", { store, certificates: new Map() }]]);
  const hand = { pins: { staying: [ca], outgoing: null }, places, rows, clock };
  const publish = (text: string): Promise<Outcome<"trust.publish"> | Refused> => {
    const body = endpoints["trust.publish"].body.parse({ name: "bunny", bundle: text, replaces: null });
    return carryOut(keeper, { act: "trust.publish", target: "bunny" }, () => publishCopy(hand, body));
  };
  return { rows, store, hand, keeper, publish };
}

describe("trust.publish", () => {
  it("changes nothing while the link is frozen", async () => {
    const { rows, store, keeper, publish } = open();
    await keepFreeze(keeper, { frozen: true, reason: "an audit", at: NOW });
    expect(await publish(textOf(1))).toMatchObject({ outcome: "refused", reason: "frozen" });
    expect(store.versions).toEqual([]);
    expect([...rows.texts.keys()]).toEqual(["control/freeze"]);
  });

  it("leaves a note of what it published, and none of what it refused", async () => {
    const { keeper, publish } = open();
    await publish(textOf(1));
    expect(await publish(textOf(2))).toMatchObject({ reason: "observation-stale" });
    expect((await collectNotes(keeper, { after: null })).notes).toMatchObject([
      { act: "trust.publish", target: "bunny", outcome: "published" },
    ]);
  });

  it("leaves a note when nobody knows whether it was published", async () => {
    const { keeper, store, publish } = open();
    store.trouble = { call: "write", when: "after", code: "unreachable" };
    await expect(publish(textOf(1))).rejects.toMatchObject({ code: "unreachable" });
    expect((await collectNotes(keeper, { after: null })).notes).toMatchObject([
      { act: "trust.publish", outcome: "unknown", code: "unreachable" },
    ]);
  });

  it("takes no text above the size of a bundle, and the largest fits into a call", () => {
    const { body } = endpoints["trust.publish"];
    const of = (bundle: string) => ({ name: "bunny", bundle, replaces: null });
    expect(body.safeParse(of("x".repeat(BUNDLE_BYTES_MAX + 1))).success).toBe(false);
    const worst = JSON.stringify(of("\n".repeat(BUNDLE_BYTES_MAX)));
    expect(Buffer.byteLength(worst)).toBeLessThan(BODY_MAX_BYTES / 2);
  });

  it.each([
    ["a vault's URL", { name: "https://kv-test.vault.azure.net" }],
    ["a version that is none", { replaces: "../secrets/other" }],
    ["more than is asked for", { secret: "bunny-client" }],
  ])("takes no %s", (_name, change) => {
    const { body } = endpoints["trust.publish"];
    expect(body.safeParse({ name: "bunny", bundle: textOf(1), replaces: null, ...change }).success).toBe(
      false,
    );
  });
});

describe("trust.observe", () => {
  it("answers as the contract says, whatever is found", async () => {
    const { hand, store, publish } = open();
    const { outcome } = endpoints["trust.observe"];
    const look = () => observeCopies(hand, { names: ["bunny", "hare"] });
    const looks = [await look()];
    await publish(textOf(1, [{ serial: "abc", until: NOW + 5 }]));
    looks.push(await look());
    store.writeByHand("somebody's own");
    looks.push(await look());
    for (const one of looks) expect(outcome.parse(one)).toEqual(one);
  });
});
