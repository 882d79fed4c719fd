/** A person steps back to relay's certificate before, and holds it there. */
import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { isServable, type RelayModel, stagedRelay } from "../../local/model/relay.ts";
import { OPERATOR } from "../../local/model/revoking.ts";
import { CURRENT, HOLD, PENDING } from "./staged-secret.ts";

const WEEK = 604_800;
const LOOK = 900;

async function lookAndRun(model: RelayModel): Promise<void> {
  model.clock.advance(LOOK);
  model.look("relay-0", "relay-1");
  await model.run();
}

const held = ({ records }: RelayModel) =>
  records.filter(({ event }) => event === "certificate.promotion-held").map(({ reason }) => reason);

/** The new one was served; docs/operating.md says what the person does, in this order. */
async function steppedBack(options: { readonly pendingStays?: boolean } = {}) {
  const model = await stagedRelay();
  const [before, after] = [model.secret.labels.get(CURRENT), model.secret.labels.get(PENDING)];
  if (before === undefined || after === undefined) throw new Error("nothing is staged");
  await lookAndRun(model);
  expect(model.secret.labels.get(CURRENT)).toBe(after);
  model.secret.moveByHand(HOLD, before);
  model.secret.moveByHand(PENDING, options.pendingStays === true ? after : null);
  model.secret.moveByHand(CURRENT, before);
  if (options.pendingStays === true) model.secret.moveByHand(PENDING, after);
  return { model, before, after };
}

describe("renewCertificates, for relay, held by a person", () => {
  it.each([{ pendingStays: false }, { pendingStays: true }])(
    "goes on serving the one before, whatever every replica has loaded (%j)",
    async (options) => {
      const { model, before, after } = await steppedBack(options);
      for (let looks = 0; looks < 5; looks += 1) await lookAndRun(model);
      expect(model.secret.labels.get(CURRENT)).toBe(before);
      expect(held(model).slice(-4)).toEqual(Array(4).fill("held-by-a-person"));
      expect(model.secret.labels.get(PENDING) === after).toBe(options.pendingStays);
      expect(model.authority.issues).toHaveLength(options.pendingStays ? 2 : 3);
    },
  );

  it("serves what is staged once the label is taken off", async () => {
    const { model, after } = await steppedBack();
    await lookAndRun(model);
    await lookAndRun(model);
    model.secret.moveByHand(HOLD, null);
    await lookAndRun(model);
    expect(model.secret.labels.get(CURRENT)).toBe(model.secret.labels.get(PENDING));
    expect(model.secret.labels.get(CURRENT)).not.toBe(after);
  });

  it("serves what is staged two looks before the end of what is held", async () => {
    const { model, before } = await steppedBack();
    await lookAndRun(model);
    model.clock.moveTo(START + WEEK - 2 * LOOK - 1);
    await model.run();
    expect(model.secret.labels.get(CURRENT)).toBe(before);
    model.clock.advance(1);
    await model.run();
    expect(model.secret.labels.get(CURRENT)).not.toBe(before);
    expect(isServable(model)).toBe(true);
  });

  it("gives way to an order for the key of what is held", async () => {
    const { model, before } = await steppedBack();
    await lookAndRun(model);
    await model.journal.orderRevocation({
      ...{ serial: model.serialOf(CURRENT) ?? "", certificate: "relay-server", reason: "KEY_COMPROMISE" },
      ...{ origin: "person", orderedBy: OPERATOR, orderedAt: model.clock.now(), state: "ordered" },
    });
    await lookAndRun(model);
    expect(model.secret.labels.get(CURRENT)).not.toBe(before);
  });

  it("holds nothing by a label on another version than the current one", async () => {
    const model = await stagedRelay();
    const next = model.secret.labels.get(PENDING);
    if (next === undefined) throw new Error("nothing is staged");
    model.secret.moveByHand(HOLD, next);
    await lookAndRun(model);
    expect(model.secret.labels.get(CURRENT)).toBe(next);
  });
});
