/** What a run finds becomes incidents, and is over when a later run finds it gone. */
import { describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import { createRelayModel, servingRelay } from "../../local/model/relay.ts";
import { inUse, newestOf, order } from "../../local/model/revoking.ts";

const WEEK = 604_800;
const LOOK = 900;

const openOf = ({ incidents }: Model) =>
  [...incidents.standing.values()].filter(({ state }) => state === "open").map(({ key }) => key);
const late = START + WEEK - 3_600;

describe("renewCertificates, and incidents", () => {
  it("tells nothing in a life without trouble", async () => {
    const model = await inUse({});
    for (let look = 0; look < 4; look += 1) {
      await model.run();
      model.clock.advance(LOOK);
    }
    expect(model.incidents.standing.size).toBe(0);
    expect(model.calls.count("journal.write-troubles")).toBe(0);
  });

  it("tells of a renewal that is late, and that it was made up for", async () => {
    const model = await createModel();
    await model.run();
    model.clock.moveTo(late);
    model.calls.fail({ call: "authority.issue", when: "before", code: "unreachable" });
    await model.run();
    expect(openOf(model)).toEqual(["certificate:bunny-client:late"]);
    model.calls.fail();
    model.clock.advance(LOOK);
    await model.run();
    expect(openOf(model)).toEqual([]);
    expect(model.incidents.standing.get("certificate:bunny-client:late")).toMatchObject({ state: "closed" });
  });

  it("tells of an outage of the CA after a quarter of an hour, and fails as ever", async () => {
    const model = await createModel();
    await model.run();
    model.calls.fail({ call: "authority.observe", when: "before", code: "unreachable" });
    for (const open of [[], ["certificates:failing"]]) {
      await expect(model.run()).rejects.toMatchObject({ code: "unreachable" });
      expect(openOf(model)).toEqual(open);
      model.clock.advance(LOOK);
    }
    model.calls.fail();
    await model.run();
    expect(openOf(model)).toEqual([]);
    expect(model.journal.troubles.get("certificates")).toEqual({ otherLinkSince: null, failingSince: null });
  });

  it.each(["another link", "another contract"])(
    "tells of a hand with %s after a quarter of an hour",
    async (what) => {
      const model = await createModel();
      await model.run();
      const { hand } = model.deployed;
      if (what === "another link") model.deployed.hand = "b".repeat(64);
      else model.deployed.handIsOlder = true;
      for (const open of [[], ["certificates:other-link"]]) {
        await model.run();
        expect(openOf(model)).toEqual(open);
        model.clock.advance(LOOK);
      }
      model.deployed.hand = hand;
      model.deployed.handIsOlder = false;
      await model.run();
      expect(openOf(model)).toEqual([]);
    },
  );

  it("closes nothing of what it cannot see", async () => {
    const model = await createModel();
    await model.run();
    model.clock.moveTo(late);
    model.calls.fail({ call: "authority.issue", when: "before", code: "unreachable" });
    await model.run();
    model.calls.fail({ call: "hand.observe", when: "before", code: "unreachable" });
    model.clock.advance(60);
    await model.run();
    expect(openOf(model)).toContain("certificate:bunny-client:late");
  });

  it("tells of a revocation that fails until it is done", async () => {
    const model = await inUse();
    const { serial } = newestOf(model);
    await order(model, serial, "KEY_COMPROMISE");
    model.calls.fail({
      call: "authority.revoke",
      when: "before",
      code: "InvalidRequestException",
      retryable: false,
    });
    await model.run();
    expect(openOf(model)).toEqual([`revocation:${serial}`]);
    model.calls.fail();
    model.clock.advance(LOOK);
    await model.run();
    expect(openOf(model)).toEqual([]);
  });

  it("tells of a certificate that somebody else had signed until it has ended", async () => {
    const model = await createModel();
    await model.run();
    const notAfter = START + 2 * LOOK;
    const issue = { certificate: "bunny-client", serial: "c3", certificateArn: "arn:x", notAfter };
    await model.journal.writeUnknownIssue({ ...issue, foundAt: START, reason: "no intent for its key" });
    await model.run();
    expect(openOf(model)).toEqual(["certificate:bunny-client:unknown-issue"]);
    model.clock.moveTo(notAfter);
    await model.run();
    expect(openOf(model)).toEqual([]);
  });

  it("fails, and loses nothing of the renewal, when it cannot tell", async () => {
    const model = await createModel();
    model.calls.fail({ call: "incidents.read", when: "before", code: "ThrottlingException" });
    const { outcomes, trouble } = await model.run();
    expect(outcomes).toMatchObject([{ outcome: "settled" }]);
    expect(trouble).toEqual([
      "what holds of certificates could not be told: incidents.read failed, ThrottlingException",
    ]);
  });

  it("fails when it cannot write down since when there has been trouble", async () => {
    const model = await createModel();
    model.calls.fail(
      { call: "hand.observe", when: "before", code: "unreachable" },
      { call: "journal.write-troubles", when: "before", code: "AccessDeniedException" },
    );
    expect((await model.run()).trouble.join()).toContain(
      "since when certificates have been in trouble could not be written: AccessDeniedException",
    );
  });
});

describe("renewCertificates, for relay, and incidents", () => {
  it("tells under a name of its own, and leaves those of the other function alone", async () => {
    const model = await servingRelay();
    model.clock.moveTo(late);
    model.calls.fail({ call: "authority.issue", when: "before", code: "unreachable" });
    await model.run();
    expect(model.incidents.standing.get("certificate:relay-server:late")).toMatchObject({
      concern: "relay-certificate",
    });
    const bunnies = await createRelayModel();
    const issue = {
      certificate: "bunny-client",
      serial: "c3",
      certificateArn: "arn:x",
      notAfter: START + WEEK,
    };
    await bunnies.journal.writeUnknownIssue({ ...issue, foundAt: START, reason: "no intent for its key" });
    await bunnies.run();
    expect(openOf(bunnies)).toEqual([]);
  });
});
