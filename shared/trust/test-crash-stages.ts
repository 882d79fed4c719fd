/** What a run of the publisher has to do, and what the clouds look like before it. */
import type { RevocationReason } from "../certificates/revocation-order.ts";
import type { DeployedCa } from "./linked.ts";
import { type CrashWorld, crashWorld, openIn } from "./test-crash.ts";
import { deployed, trustWorld } from "./test-publisher.ts";

const DAY = 86_400;

function newestCa({ world }: CrashWorld): DeployedCa {
  const ca = world.cas.at(-1);
  if (ca === undefined) throw new Error("no CA");
  return ca;
}

async function renew(crash: CrashWorld, bunny: number, relay: number): Promise<void> {
  const ca = newestCa(crash);
  await crash.world.issue("bunny-client", ca, bunny);
  await crash.world.issue("relay-server", ca, relay);
}

/** A day of relay's log is read in hundreds of calls, each like the other. */
function hearFromNow({ world }: CrashWorld): void {
  world.memory = { ...world.memory, heardUntil: world.clock.now() };
}

/** bunny has its second certificate, of serial 2, and relay one of serial a. */
async function issued(): Promise<CrashWorld> {
  const crash = crashWorld(await trustWorld([await deployed("issuing", "one")]));
  const { world } = crash;
  await world.issue("bunny-client", newestCa(crash), 1);
  world.clock.advance(10);
  await renew(crash, 2, 10);
  await world.sayLoaded("a");
  hearFromNow(crash);
  return crash;
}

export async function look(crash: CrashWorld, serial = "a") {
  const report = await crash.run();
  crash.world.clock.advance(60);
  await crash.world.sayLoaded(serial);
  return report;
}

async function revoked(): Promise<CrashWorld> {
  const crash = await published();
  await order(crash, "1", "KEY_COMPROMISE");
  await look(crash);
  return crash;
}

async function published(): Promise<CrashWorld> {
  const crash = await issued();
  await look(crash);
  await look(crash);
  return crash;
}

const order = async (crash: CrashWorld, serial: string, reason: RevocationReason) => {
  const { journal, clock } = crash.world;
  const orderedBy = "arn:aws:iam::111122223333:user/alice";
  await journal.orderRevocation({
    ...{ serial, certificate: "bunny-client", reason, origin: "person", orderedBy },
    ...{ orderedAt: clock.now(), state: "ordered" },
  });
};

/** A deployment has brought a next CA. */
async function withNext(crash: CrashWorld): Promise<CrashWorld> {
  const { world } = crash;
  const next = await deployed("next", "two");
  world.cas = [...world.cas, next];
  world.pinned = world.cas.map(({ facts }) => facts.id);
  return crash;
}

async function reissued(): Promise<CrashWorld> {
  const crash = await withNext(await published());
  await look(crash);
  crash.world.clock.advance(700);
  await crash.world.sayLoaded("a");
  await look(crash);
  await renew(crash, 3, 11);
  crash.world.clock.advance(60);
  await crash.world.sayLoaded("b");
  return crash;
}

async function closed(): Promise<CrashWorld> {
  const crash = await reissued();
  await look(crash, "b");
  crash.world.clock.advance(6 * DAY);
  await renew(crash, 4, 12);
  await crash.world.sayLoaded("c");
  await look(crash, "c");
  crash.world.clock.advance(DAY);
  await crash.world.sayLoaded("c");
  hearFromNow(crash);
  return crash;
}

export const STAGES = {
  "the first bundle": { prepare: issued, serves: "a", publishes: ["relay", "bunny"], leavesOpen: [] },
  "a revocation": {
    prepare: async () => {
      const crash = await published();
      await order(crash, "1", "KEY_COMPROMISE");
      return crash;
    },
    serves: "a",
    publishes: ["relay", "bunny"],
    leavesOpen: [],
  },
  "the second revocation, of the last certificate but one": {
    prepare: async () => {
      const crash = await revoked();
      await crash.world.issue("bunny-client", newestCa(crash), 3);
      await order(crash, "2", "KEY_COMPROMISE");
      return crash;
    },
    serves: "a",
    publishes: ["relay", "bunny"],
    leavesOpen: [],
  },
  "a next CA, after a revocation": {
    prepare: async () => withNext(await revoked()),
    serves: "a",
    publishes: ["relay", "bunny"],
    leavesOpen: [],
  },
  "the closing of the outgoing CA": {
    prepare: reissued,
    serves: "b",
    publishes: ["relay", "bunny"],
    leavesOpen: [],
  },
  "the end of the outgoing CA": {
    prepare: closed,
    serves: "c",
    publishes: ["relay", "bunny"],
    leavesOpen: ["trust:rollover-complete"],
  },
  "somebody's own text in bunny's vault": {
    prepare: async () => {
      const crash = await published();
      crash.writeCopyByHand("-----BEGIN CERTIFICATE-----");
      return crash;
    },
    serves: "a",
    publishes: ["bunny"],
    leavesOpen: [],
  },
  "the end of an outage, which was told": {
    prepare: async () => {
      const crash = await published();
      await order(crash, "1", "KEY_COMPROMISE");
      crash.world.away.add("hand");
      await look(crash);
      crash.world.clock.advance(900);
      await look(crash);
      if (openIn(crash).length === 0) throw new Error("no incident was opened");
      crash.world.away.clear();
      return crash;
    },
    serves: "a",
    publishes: ["bunny"],
    leavesOpen: [],
  },
} as const;
