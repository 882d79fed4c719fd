import { describe, expect, it } from "vitest";
import type { RevocationReason } from "../certificates/revocation-order.ts";
import { writeBundle } from "./document.ts";
import { publishTrust } from "./publish-trust.ts";
import { NUMBER_MAX, toBundle } from "./schema.ts";
import { BEGIN, cloudError, deployed, type TrustWorld, trustWorld } from "./test-publisher.ts";

/** bunny has its second certificate, of serial 2, and relay one of serial a. */
async function renewed(world: TrustWorld): Promise<void> {
  const [issuing] = world.cas;
  if (issuing === undefined) throw new Error("no CA");
  await world.issue("bunny-client", issuing, 1);
  world.clock.advance(10);
  await world.issue("bunny-client", issuing, 2);
  await world.issue("relay-server", issuing, 10);
  await world.sayLoaded("a");
}

const order = (world: TrustWorld, serial: string, reason: RevocationReason, certificate = "bunny-client") =>
  world.journal.orderRevocation({
    ...{ serial, certificate, reason, origin: "person" as const, orderedBy: "arn:aws:iam::1:user/alice" },
    ...{ orderedAt: world.clock.now(), state: "ordered" as const },
  });

const serialsIn = async (world: TrustWorld) => (await world.head())?.revoked.map(({ serial }) => serial);

describe("publishTrust", () => {
  it("publishes relay's bundle and the bunny's in one run, and finds nothing to do in the next", async () => {
    const world = await trustWorld();
    await renewed(world);
    expect(await world.run()).toEqual({ published: ["relay", "bunny"], trouble: [] });
    const head = await world.head();
    expect(head?.number).toBe(1);
    expect(world.vault.bundle).toEqual(head);
    expect(await world.run()).toEqual({ published: [], trouble: [] });
    expect(world.changes).toMatchObject([
      { kind: "publish-trust", concern: "trust", target: "relay", after: { version: head?.version } },
      { kind: "publish-trust", target: "bunny" },
    ]);
    expect(world.events).toEqual(
      expect.arrayContaining(["trust.planned", "trust.published", "run.finished"]),
    );
  });

  it("gives no bunny what relay's store did not take", async () => {
    const world = await trustWorld();
    await renewed(world);
    const publisher = world.publisher();
    const head = { ...publisher.head, publish: async () => "elsewhere" as const };
    expect(await publishTrust({ ...publisher, head })).toEqual({ published: [], trouble: [] });
    expect(world.vault.bundle).toBeNull();
    expect(world.events).toContain("trust.not-published");
  });

  it("publishes nothing while the link is frozen, and says what it would do", async () => {
    const world = await trustWorld();
    await renewed(world);
    await world.journal.freeze.say({ frozen: true, reason: "test", by: "alice", at: BEGIN, settled: false });
    expect((await world.run()).published).toEqual([]);
    expect(await world.head()).toBeNull();
    expect(world.events).toEqual(expect.arrayContaining(["run.frozen", "trust.planned"]));
  });

  it("leaves the publication to another run that has looked at the same time", async () => {
    const world = await trustWorld();
    await renewed(world);
    world.isBeaten = true;
    expect((await world.run()).published).toEqual([]);
    expect(world.events).toContain("trust.other-run");
  });

  it("refuses a replaced certificate whose key is known to others in the very next run", async () => {
    const world = await trustWorld();
    await renewed(world);
    await world.run();
    await order(world, "1", "KEY_COMPROMISE");
    expect((await world.run()).published).toEqual(["relay", "bunny"]);
    expect(await serialsIn(world)).toEqual(["1"]);
    expect(world.vault.bundle?.revoked.map(({ serial }) => serial)).toEqual(["1"]);
  });

  it("refuses a superseded certificate once its replacement was seen in use", async () => {
    const world = await trustWorld();
    await renewed(world);
    await world.run();
    await order(world, "1", "SUPERSEDED");
    await world.run();
    expect(await serialsIn(world)).toEqual([]);
    await world.journal.markSeen({ certificate: "bunny-client", serial: "2", at: world.clock.now() });
    await world.run();
    expect(await serialsIn(world)).toEqual(["1"]);
  });

  it("never refuses what bunny, or relay, is to present, whoever ordered it", async () => {
    const world = await trustWorld();
    await renewed(world);
    await world.run();
    await order(world, "2", "KEY_COMPROMISE");
    await order(world, "a", "KEY_COMPROMISE", "relay-server");
    await world.journal.closeRevocation(await order(world, "2", "KEY_COMPROMISE"), { state: "revoked" });
    await world.run();
    expect(await serialsIn(world)).toEqual([]);
  });

  it("goes on refusing a certificate when the orders are gone", async () => {
    const world = await trustWorld();
    await renewed(world);
    await order(world, "1", "KEY_COMPROMISE");
    await world.run();
    world.journal.revocations.clear();
    await world.run();
    expect(await serialsIn(world)).toEqual(["1"]);
  });

  it("publishes to relay while the hand is away, and to the bunny once it is back", async () => {
    const world = await trustWorld();
    await renewed(world);
    await world.run();
    await order(world, "1", "KEY_COMPROMISE");
    world.away.add("hand");
    const { published, trouble } = await world.run();
    expect(published).toEqual(["relay"]);
    expect(trouble).toEqual(["bunny: store-unreadable"]);
    world.away.clear();
    expect((await world.run()).published).toEqual(["bunny"]);
  });

  it("says what a hand refuses, and tells it when that lasts", async () => {
    const world = await trustWorld();
    await renewed(world);
    world.refuses = "number-out-of-line";
    const { trouble } = await world.run();
    expect(trouble).toEqual(["bunny: its trust bundle was not published, number-out-of-line"]);
    expect(world.reports.at(-1)?.conditions).toEqual([]);
    world.clock.advance(900);
    await world.run();
    expect(world.reports.at(-1)?.conditions).toMatchObject([
      { key: "trust:not-published", facts: [{ label: "bunny", value: "number-out-of-line" }] },
    ]);
  });

  it("takes a journal that cannot say what was issued for none that says that nothing was", async () => {
    const world = await trustWorld();
    await renewed(world);
    await world.run();
    const [old] = world.cas;
    const next = await deployed("issuing", "two");
    if (old === undefined) throw new Error("no CA");
    world.cas = [next];
    world.pinned = [next.facts.id];
    world.away.add("intents");
    const { trouble } = await world.run();
    world.clock.advance(100 * 86_400);
    await world.run();
    expect(trouble).toContain("leaves-unreadable");
    expect((await world.head())?.authorities.map(({ id }) => id)).toContain(old.facts.id);
    expect(world.reports.at(-1)).toMatchObject({ complete: false });
  });

  it("publishes nothing when what it saw cannot be kept: the renewals go by that", async () => {
    const world = await trustWorld();
    await renewed(world);
    world.away.add("memory");
    const { published, trouble } = await world.run();
    expect(published).toEqual([]);
    expect(await world.head()).toBeNull();
    expect(trouble).toEqual(["what was seen could not be kept: memory-away"]);
  });

  it("has published what the journal takes no record of, and says so", async () => {
    const world = await trustWorld();
    await renewed(world);
    const audit = { record: () => Promise.reject(cloudError("Away")) };
    expect(await publishTrust({ ...world.publisher(), audit })).toMatchObject({
      published: ["relay", "bunny"],
    });
    expect(world.events.filter((event) => event === "trust.unrecorded")).toHaveLength(2);
  });

  it("records what a run has published that died before it could say so, once it stands there", async () => {
    const world = await trustWorld();
    await renewed(world);
    const publisher = world.publisher();
    const died = () => Promise.reject(new Error("the process has ended"));
    await expect(publishTrust({ ...publisher, audit: { record: died } })).rejects.toThrow("has ended");
    const head = await world.head();
    expect(await world.run()).toEqual({ published: ["bunny"], trouble: [] });
    const after = { version: head?.version, authorities: 1, revoked: 0 };
    expect(world.changes).toMatchObject([
      { target: "relay", after, reasons: ["found", "publish"] },
      { target: "bunny", after, reasons: ["copy"] },
    ]);
    await world.run();
    expect(world.changes).toHaveLength(2);
  });

  it("records nothing of a publication that never came about", async () => {
    const world = await trustWorld();
    await renewed(world);
    const publisher = world.publisher();
    const head = { ...publisher.head, publish: async () => "elsewhere" as const };
    await publishTrust({ ...publisher, head });
    world.clock.advance(60);
    await world.sayLoaded("a");
    await world.run();
    expect(world.changes.map(({ target, reasons }) => [target, ...reasons])).toEqual([
      ["relay", "publish"],
      ["bunny", "copy"],
    ]);
    expect(world.memory.publishing).toEqual([]);
  });

  it("takes somebody's own text in relay's secret for no bundle, and puts one in its place", async () => {
    const world = await trustWorld();
    await renewed(world);
    world.secret.putByHand("-----BEGIN CERTIFICATE-----");
    expect((await world.run()).published).toEqual(["relay", "bunny"]);
    expect((await world.head())?.number).toBe(1);
  });

  it("publishes no first bundle that would refuse what relay serves, and says so", async () => {
    const world = await trustWorld();
    await renewed(world);
    world.clock.advance(1);
    await world.sayLoaded("beef");
    const { published, trouble } = await world.run();
    expect({ published, trouble }).toEqual({ published: [], trouble: ["relay-server: leaf-of-unknown-ca"] });
    expect(await world.head()).toBeNull();
    world.clock.advance(1);
    await world.sayLoaded("a");
    expect((await world.run()).published).toEqual(["relay", "bunny"]);
  });

  it("publishes no first bundle before relay has a certificate of the link's", async () => {
    const world = await trustWorld();
    expect(await world.run()).toEqual({ published: [], trouble: [] });
    world.clock.advance(900);
    await world.run();
    expect(world.reports.at(-1)?.conditions).toMatchObject([
      { key: "trust:held", facts: [{ value: "first-certificate-missing" }, { value: "relay-server" }] },
    ]);
  });

  it("puts a bundle in the place of one with a number that nobody could go above, and tells of it", async () => {
    const world = await trustWorld();
    await renewed(world);
    await world.run();
    const head = await world.head();
    if (head === null) throw new Error("nothing is published");
    const { authorities, revoked } = head;
    world.secret.putByHand(writeBundle(toBundle({ number: NUMBER_MAX, authorities, revoked })));
    const { published, trouble } = await world.run();
    expect({ published, trouble }).toEqual({
      published: ["relay", "bunny"],
      trouble: ["relay: store-malformed"],
    });
    expect((await world.head())?.number).toBe(2);
    expect(world.reports.at(-1)?.conditions).toMatchObject([{ key: "trust:store:relay:malformed" }]);
  });
});
