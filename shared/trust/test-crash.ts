/**
 * A link whose trust is published, with a hand that can be killed within a verb, and with what is told of it: the
 * record of changes, and the incidents. The hand is the real one, over its own table and the bunny's vault.
 */
import { type ModelAudit, modelAudit } from "../../local/model/audit.ts";
import type { Calls } from "../../local/model/calls.ts";
import { modelCopyStore } from "../../local/model/copy-store.ts";
import { type ModelIncidents, modelIncidents } from "../../local/model/incidents.ts";
import { modelRows } from "../../local/model/rows.ts";
import type { IncidentBus } from "../alerts/bus.ts";
import { reportConditions } from "../alerts/report-conditions.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError, ContractError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import { parseBundle } from "./document.ts";
import { observeCopies, publishCopy } from "./hand.ts";
import type { Pins } from "./pins.ts";
import { publishTrust, type TrustReport } from "./publish-trust.ts";
import type { Publisher } from "./publisher.ts";
import type { TrustBundle } from "./schema.ts";
import { cloudError, type TrustWorld } from "./test-publisher.ts";
import type { TrustVerbs } from "./test-verbs.ts";

interface HandPlace {
  /** Among the calls that the hand makes, from 0. */
  readonly at: number;
  readonly when: "before" | "after";
}

export interface CrashWorld {
  readonly world: TrustWorld;
  readonly audit: ModelAudit;
  readonly incidents: ModelIncidents;
  /** Every bundle that the bunny's vault has had from us, in order. */
  readonly copies: readonly TrustBundle[];
  /** What the hand has called since it was last told when to end. */
  readonly handCalls: readonly string[];
  endHandAt(place: HandPlace | null): void;
  /** As somebody with rights in the vault would. */
  writeCopyByHand(text: string): void;
  run(): Promise<TrustReport>;
}

export function crashWorld(world: TrustWorld): CrashWorld {
  const { calls, clock } = world;
  const audit = modelAudit(calls, clock);
  const incidents = modelIncidents(calls);
  const hand = mortalHand(world);
  const log = createLog((_level, { event }) => world.events.push(event));
  world.hand = hand.verbs;
  const publisher = (): Publisher => {
    const given = world.publisher();
    const { name: link } = given.link;
    const alerts = { link, messenger: false, store: incidents, bus: modelBus(calls), clock: clock.now, log };
    return { ...given, audit, tell: (report) => reportConditions(alerts, report) };
  };
  return { world, audit, incidents, ...hand, run: () => publishTrust(publisher()) };
}

function modelBus(calls: Calls): IncidentBus {
  return {
    async tell(events) {
      const taken = await orCloudError(() => calls.perform("bus.tell", "", () => events.map(({ id }) => id)));
      return taken instanceof CloudError
        ? { ids: new Set(), code: taken.code }
        : { ids: new Set(taken), code: null };
    },
  };
}

export const openIn = ({ incidents }: CrashWorld): string[] =>
  [...incidents.standing.values()].flatMap(({ key, state }) => (state === "open" ? [key] : []));

/** What a Function that was killed leaves to its caller. */
class FunctionEnded extends Error {
  override readonly name = "FunctionEnded";
}

function mortalHand(world: TrustWorld) {
  const { clock, vault } = world;
  const store = modelCopyStore(clock.now);
  const rows = modelRows();
  const handCalls: string[] = [];
  const copies: TrustBundle[] = [];
  let end: HandPlace | null = null;
  const mortal = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    const at = handCalls.push(name) - 1;
    const endIf = (when: HandPlace["when"]) => {
      if (end?.at === at && end.when === when) throw new FunctionEnded("the Function was killed");
    };
    endIf("before");
    const result = await call();
    endIf("after");
    return result;
  };
  /** relay and bunny load what stands in world.vault. */
  const show = (text: string) => {
    vault.bundle = readOrNull(text);
    vault.version = clock.now();
  };
  const place = {
    store: {
      read: () => mortal("copy.read", () => store.read()),
      write: (text: string) =>
        mortal("copy.write", async () => {
          const written = await store.write(text);
          copies.push(parseBundle(text));
          show(text);
          return written;
        }),
    },
    certificates: new Map(),
  };
  const deployed = () => ({
    pins: pinsOf(world),
    places: new Map([["bunny", place]]),
    clock: clock.now,
    rows: {
      ...rows,
      read: (key: Parameters<typeof rows.read>[0]) => mortal("rows.read", () => rows.read(key)),
      insert: (key: Parameters<typeof rows.insert>[0], text: string) =>
        mortal("rows.insert", () => rows.insert(key, text)),
      replace: (key: Parameters<typeof rows.replace>[0], text: string, version: string) =>
        mortal("rows.replace", () => rows.replace(key, text, version)),
    },
  });
  const verbs: TrustVerbs = {
    observe: (body) => answered(() => observeCopies(deployed(), body)),
    publish: (body) => answered(() => publishCopy(deployed(), body)),
  };
  return {
    ...{ verbs, copies, handCalls },
    endHandAt(wanted: HandPlace | null) {
      end = wanted;
      handCalls.length = 0;
    },
    writeCopyByHand(text: string) {
      store.writeByHand(text);
      show(text);
    },
  };
}

async function answered<T>(verb: () => Promise<T>): Promise<T> {
  try {
    return await verb();
  } catch (error) {
    if (error instanceof FunctionEnded) throw cloudError("no-answer");
    throw error;
  }
}

function pinsOf({ cas }: TrustWorld): Pins {
  const of = (role: string) => cas.flatMap((ca) => (ca.role === role ? [ca.facts] : []));
  const [issuing, next] = [of("issuing"), of("next")];
  const isRolling = next.length > 0;
  return {
    staying: [...(isRolling ? next : issuing), ...of("failover")],
    outgoing: isRolling ? (issuing[0] ?? null) : null,
  };
}

function readOrNull(text: string): TrustBundle | null {
  try {
    return parseBundle(text);
  } catch (error) {
    if (error instanceof ContractError) return null;
    throw error;
  }
}
