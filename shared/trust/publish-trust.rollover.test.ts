/** A change of CA over days, as publish-trust and the renewals make it together. */
import { describe, expect, it } from "vitest";
import type { Authority } from "../certificates/authority.ts";
import { bunnyCertificates, relayCertificates } from "../certificates/desired.ts";
import type { IssuerChoice } from "../certificates/issuers.ts";
import type { DesiredCertificate } from "../certificates/plan.ts";
import { trustIssuers } from "./issuers.ts";
import { desiredTrust } from "./linked.ts";
import type { TrustTiming } from "./state.ts";
import { VIEW_SECONDS } from "./state.ts";
import { deployed, type TrustWorld, trustWorld, versionOf } from "./test-publisher.ts";

const DAY = 86_400;

const one = <T>(list: readonly T[]): T => {
  const [first] = list;
  if (first === undefined) throw new Error("there is none");
  return first;
};

/** What the renewals of bunny's certificate, or of relay's, would do now. */
function choose(
  world: TrustWorld,
  whose: "bunny" | "relay" = "bunny",
  serial = "2",
  timing: Partial<TrustTiming> = {},
): IssuerChoice {
  const { link, trust, cas, clock } = world.publisher();
  const desiredNow = desiredTrust(link, trust, cas);
  const issuers = trustIssuers({
    desired: { ...desiredNow, timing: { ...desiredNow.timing, ...timing } },
    cas,
    authorityOf: ({ arn }) => ({ arn }) as Authority,
    ownPins: whose === "relay" ? cas.map(({ facts }) => facts.id) : null,
  });
  const desired: DesiredCertificate = one(
    whose === "bunny" ? bunnyCertificates(link) : relayCertificates(link),
  );
  const { current } = world.vault;
  const relays = versionOf(serial, one(cas).facts.id, clock(), clock() + 604_800);
  return issuers.choose(world.memory, desired, whose === "bunny" ? current : relays, clock());
}

const chosen = (choice: IssuerChoice) =>
  choice.kind === "issue"
    ? `${choice.authority.arn.split("/")[1]}${choice.replace ? " at once" : ""}`
    : choice.reason;

/** A link in order, into which a next CA comes by a deployment of both halves. */
async function withNext() {
  const issuing = await deployed("issuing", "one");
  const next = await deployed("next", "two");
  const world = await trustWorld([issuing]);
  await world.issue("bunny-client", issuing, 2);
  await world.issue("relay-server", issuing, 10);
  await world.sayLoaded("a");
  await world.run();
  world.clock.advance(DAY);
  await world.sayLoaded("a");
  await world.run();
  world.cas = [issuing, next];
  world.pinned = [issuing.facts.id, next.facts.id];
  return { world, issuing, next };
}

describe("a change of CA", () => {
  it("publishes the next CA first, issues from it when all have loaded it, and takes the old one out at the end", async () => {
    const { world, issuing, next } = await withNext();
    await world.run();
    expect((await world.head())?.authorities.map(({ closedAt }) => closedAt)).toEqual([null, null]);
    await world.run();
    expect(chosen(choose(world))).toBe("one");

    world.clock.advance(700);
    await world.sayLoaded("a");
    await world.run();
    expect(chosen(choose(world))).toBe("two at once");
    expect(chosen(choose(world, "relay", "a"))).toBe("two at once");

    await world.issue("bunny-client", next, 3);
    await world.issue("relay-server", next, 11);
    world.clock.advance(60);
    await world.sayLoaded("b");
    await world.run();
    const closing = (await world.head())?.authorities.find(({ id }) => id === issuing.facts.id);
    expect(closing?.closedAt).toBe(world.clock.now());

    world.clock.advance(1_300);
    await world.sayLoaded("b");
    await world.run();
    expect((await world.head())?.authorities).toHaveLength(2);

    world.clock.advance(6 * DAY);
    await world.issue("bunny-client", next, 4);
    await world.issue("relay-server", next, 12);
    await world.sayLoaded("c");
    await world.run();
    expect((await world.head())?.authorities.map(({ id }) => id)).toEqual([next.facts.id]);
    expect(world.vault.bundle).toEqual(await world.head());
    expect(world.reports.at(-1)?.conditions).toEqual([]);
    await world.run();
    expect(world.reports.at(-1)?.conditions).toMatchObject([{ key: "trust:rollover-complete" }]);
  });

  it("waits while one replica of relay has not loaded it, and tells who when that lasts", async () => {
    const { world } = await withNext();
    await world.run();
    const { words } = world;
    const behind = { ...one(words), replica: "relay-1", party: "relay" };
    for (let passed = 0; passed <= 2 * DAY; passed += DAY / 2) {
      world.clock.advance(DAY / 2);
      await world.sayLoaded("a");
      words.push({ ...behind, at: world.clock.now() });
      await world.run();
    }
    expect(chosen(choose(world))).not.toMatch(/two/);
    expect(world.reports.at(-1)?.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          key: "trust:rollover-waits",
          facts: expect.arrayContaining([
            { label: "Waits for", value: "replicas-behind" },
            { label: "Who", value: "relay-1" },
          ]),
        }),
        expect.objectContaining({ key: "trust:not-loaded" }),
      ]),
    );
  });

  it("does not begin where the hand was not deployed with it", async () => {
    const { world, issuing } = await withNext();
    world.pinned = [issuing.facts.id];
    await world.run();
    world.clock.advance(700);
    await world.sayLoaded("a");
    await world.run();
    expect(chosen(choose(world))).toBe("one");
  });

  it("stays with the CA of the current certificate while the last look is too old, or there was none", async () => {
    const { world } = await withNext();
    await world.run();
    world.clock.advance(700);
    await world.sayLoaded("a");
    await world.run();
    expect(chosen(choose(world))).toBe("two at once");
    // Also where those that were heard are counted on for longer.
    const patient = { heardWithinSeconds: DAY };
    world.clock.advance(VIEW_SECONDS);
    expect(chosen(choose(world, "bunny", "2", patient))).toBe("two at once");
    world.clock.advance(1);
    expect(chosen(choose(world, "bunny", "2", patient))).toBe("one");
    world.memory = { ...world.memory, view: null };
    expect(chosen(choose(world))).toBe("one");
  });
});

describe("the failover CA", () => {
  async function withFailover() {
    const issuing = await deployed("issuing", "one");
    const failover = await deployed("failover", "three");
    const world = await trustWorld([issuing, failover]);
    await world.issue("bunny-client", issuing, 2);
    await world.issue("relay-server", issuing, 10);
    await world.run();
    world.clock.advance(700);
    await world.sayLoaded("a");
    await world.run();
    return world;
  }

  it("issues when the certificate is about to end and the issuing CA does not answer", async () => {
    const world = await withFailover();
    world.away.add("issuing");
    await world.run();
    expect(chosen(choose(world))).toBe("one");
    world.clock.advance(6 * DAY);
    await world.sayLoaded("a");
    await world.run();
    expect(chosen(choose(world))).toBe("three");
  });

  it("does not where a replica has not loaded it", async () => {
    const world = await withFailover();
    world.away.add("issuing");
    world.clock.advance(6 * DAY);
    await world.sayLoaded("a");
    world.words.push({
      party: "bunny",
      replica: "bunny-1",
      version: "none",
      at: world.clock.now(),
      ms: 0,
      serials: [],
    });
    await world.run();
    expect(chosen(choose(world))).toBe("one");
  });
});
