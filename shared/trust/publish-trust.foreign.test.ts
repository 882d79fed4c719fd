import { describe, expect, it } from "vitest";
import { publishTrust } from "./publish-trust.ts";
import { toBundle } from "./schema.ts";
import { deployed, type TrustWorld, trustWorld } from "./test-publisher.ts";

/** Both sides have a certificate of the link's, so that a first bundle may be published. */
async function renewed(world: TrustWorld): Promise<void> {
  const [issuing] = world.cas;
  if (issuing === undefined) throw new Error("no CA");
  await world.issue("bunny-client", issuing, 1);
  await world.issue("relay-server", issuing, 10);
  await world.sayLoaded("a");
}

describe("publishTrust, of what only a bunny's vault has", () => {
  it("remembers what it publishes before it does, and so takes no CA from a vault that somebody writes", async () => {
    const world = await trustWorld();
    await renewed(world);
    const [own] = world.cas;
    if (own === undefined) throw new Error("no CA");
    const publisher = world.publisher();
    const head = { ...publisher.head, publish: async () => "elsewhere" as const };
    await publishTrust({ ...publisher, head });
    expect(world.memory.published.map(({ id }) => id)).toEqual([own.facts.id]);
    await world.run();
    const foreign = await deployed("failover", "somebody's");
    const authorities = [own, foreign].map(({ facts }) => ({ ...facts, since: 7, closedAt: null }));
    world.vault.bundle = toBundle({ number: 7, authorities, revoked: [] });
    const told = `bunny: foreign-ca ${foreign.facts.id.slice(0, 16)}`;
    expect(await world.run()).toEqual({ published: ["relay", "bunny"], trouble: [told] });
    expect(await world.head()).toMatchObject({ number: 8, authorities: [{ id: own.facts.id }] });
    expect(world.vault.bundle).toEqual(await world.head());
    expect(world.memory.published.map(({ id }) => id)).toEqual([own.facts.id]);
    expect((await world.run()).trouble).toEqual([]);
  });

  it("takes back from a copy what the link does not name any more, once it has published it", async () => {
    const [issuing, failover] = [await deployed("issuing", "one"), await deployed("failover", "two")];
    const world = await trustWorld([issuing, failover]);
    await renewed(world);
    await world.run();
    world.cas = [issuing];
    const ids = (cas = world.vault.bundle?.authorities) => cas?.map(({ id }) => id).toSorted();
    const both = [issuing.facts.id, failover.facts.id].toSorted();
    world.secret.putByHand("no bundle at all");
    expect(ids()).toEqual(both);
    // What is remembered outlives a look that finds nothing.
    world.away.add("hand");
    expect((await world.run()).published).toEqual([]);
    world.away.delete("hand");
    await world.run();
    expect(ids((await world.head())?.authorities)).toEqual(both);
  });
});
