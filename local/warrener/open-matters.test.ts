import { describe, expect, it } from "vitest";
import type { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import type { Intent } from "../../shared/certificates/schema.ts";
import { newChange } from "../../shared/journal/test-changes.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import { createModel, START } from "../model/brain.ts";
import { readOpenMatters, sayUnknown, sayUntold } from "./open-matters.ts";
import { NOW } from "./test-plans.ts";

const moment = { now: NOW, timeZone: "UTC" };
const HOUR = 3_600;

const intent = (digit: string, notAfter: number): Intent => ({
  certificate: "bunny-client",
  csrDigest: digit.repeat(64),
  publicKeyDigest: digit.repeat(64),
  idempotencyToken: digit.repeat(32),
  notAfter,
  createdAt: START - HOUR,
  state: "intended",
});

const order = (serial: string): RevocationOrder => ({
  serial,
  certificate: "bunny-client",
  reason: "SUPERSEDED",
  origin: "person",
  orderedBy: "arn:alice",
  orderedAt: START,
  state: "ordered",
});

describe("readOpenMatters", () => {
  it("finds nothing open where nothing is", async () => {
    const { journal, audit } = await createModel();
    const nothing = {
      unknown: [],
      orders: [],
      cut: false,
      untold: { count: 0, more: false, oldestAt: null },
    };
    expect(await readOpenMatters(journal, audit, START)).toEqual(nothing);
  });

  it("finds signatures of unknown outcome that could still be good, and no others", async () => {
    const { journal, audit } = await createModel();
    for (const one of [intent("a", START + HOUR), intent("b", START)]) {
      await journal.intend(one);
      await journal.mark(one, { state: "outcome-unknown" });
    }
    await journal.intend(intent("c", START + HOUR));
    await audit.record(newChange("a", { kind: "outcome-unknown", after: null }));
    const { unknown } = await readOpenMatters(journal, audit, START);
    expect(unknown.map(({ csrDigest }) => csrDigest[0])).toEqual(["a"]);
  });

  it("finds the orders that are not carried out", async () => {
    const { journal, audit } = await createModel();
    for (const serial of ["1a", "1b"]) await journal.orderRevocation(order(serial));
    await journal.closeRevocation(order("1a"), { state: "revoked" });
    const { orders } = await readOpenMatters(journal, audit, START);
    expect(orders).toEqual([order("1b")]);
  });

  it("counts what was not told, and knows when that began", async () => {
    const { journal, audit, clock } = await createModel();
    for (let count = 0; count < 101; count += 1) await audit.record(newChange(`arn-${count}`));
    clock.advance(HOUR);
    const { untold } = await readOpenMatters(journal, audit, START + HOUR);
    expect(untold).toEqual({ count: 100, more: true, oldestAt: new Date(START * 1_000).toISOString() });
  });

  it("counts what it cannot read, and asks it for no time that it does not tell", async () => {
    const { journal, audit } = await createModel();
    const outbox = { changes: [], unreadable: ["", "2026-11-21T07:00:00.000Z"], next: null };
    const others = { ...audit, readOutbox: async () => outbox };
    const { untold } = await readOpenMatters(journal, others, START);
    expect(untold).toEqual({ count: 2, more: false, oldestAt: "2026-11-21T07:00:00.000Z" });
  });

  it("throws when the table does not answer", async () => {
    const { journal, audit, calls } = await createModel();
    calls.fail({ call: "journal.read-standing", nth: 1, when: "before", code: "ThrottlingException" });
    await expect(readOpenMatters(journal, audit, START)).rejects.toBeInstanceOf(CloudError);
  });
});

describe("sayUnknown", () => {
  it("names the certificate when the CA has told of it since", () => {
    const arn = "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/x/certificate/12";
    expect(sayUnknown({ ...intent("a", NOW + HOUR), certificateArn: arn }, moment)).toMatch(
      new RegExp(`and it is ${arn}\\.$`),
    );
  });
});

describe("sayUntold", () => {
  const oldestAt = "2026-11-21T07:00:00.000Z";
  it.each([
    [{ count: 0, more: false, oldestAt: null }, []],
    [
      { count: 1, more: false, oldestAt },
      [
        "1 change waits to be told on the bus, since 2026-11-21 07:00:00 UTC, 1 hour ago: the next run tells it.",
      ],
    ],
    [
      { count: 2, more: false, oldestAt: null },
      ["2 changes wait to be told on the bus: the next run tells them."],
    ],
    [
      { count: 100, more: true, oldestAt },
      [
        "more than 100 changes wait to be told on the bus, since 2026-11-21 07:00:00 UTC, 1 hour ago: the next run tells them.",
      ],
    ],
  ])("says %j in words", (untold, lines) => {
    expect(sayUntold(untold, moment)).toEqual(lines);
  });
});
