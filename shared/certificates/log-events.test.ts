/** Log filters and alarms are written for these names: each is one that a run, or a call of the hand, really logs. */
import { describe, expect, it } from "vitest";
import { createModel, type Model } from "../../local/model/brain.ts";

/** Enough to look, too little to sign. */
const TOO_SHORT_MS = 50_000;
const nothing = () => {};

const eventsOf = ({ records }: Model) => records.map(({ event }) => event);

describe("a run over one certificate", () => {
  it.each<[string, (model: Model) => void]>([
    ["certificate.planned", nothing],
    ["certificate.issued", nothing],
    ["certificate.merged", nothing],
    ["certificate.settled", nothing],
    [
      "certificate.signing",
      ({ authority }) => {
        authority.readsInProgress = 1_000;
      },
    ],
    [
      "certificate.unsettled",
      ({ authority }) => {
        authority.failures = 1_000;
      },
    ],
    ["certificate.refused", ({ vault }) => vault.storeSecretByHand("bunny-client")],
    ["certificate.failed", ({ calls }) => calls.fail({ call: "token", when: "before", code: "Denied" })],
    ["call.answered", nothing],
    [
      "call.failed",
      ({ calls }) => calls.fail({ call: "vault.create-request", when: "before", code: "Throttled" }),
    ],
  ])("logs %s", async (event, prepare) => {
    const model = await createModel();
    prepare(model);
    await model.run();
    expect(eventsOf(model)).toContain(event);
  });

  it("logs certificate.postponed when there is no time for a change", async () => {
    const model = await createModel();

    await model.run(TOO_SHORT_MS);
    expect(eventsOf(model)).toContain("certificate.postponed");
  });
});
