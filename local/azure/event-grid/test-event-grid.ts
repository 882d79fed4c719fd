/** Event Grid for tests: its time passes when it is told to, and endpoints answer what the test says. */
import { manualTimers } from "../../aws/manual-timers.ts";
import { Kernel } from "../../stand-in/kernel.ts";
import { user } from "../arm/nsg/caller.ts";
import { type ResourceEvent, resourceEvent } from "../arm/nsg/resource-event.ts";
import { createEventGrid, type EventGridEvent } from "./event-grid.ts";
import { EventSubscription } from "./subscription.ts";

export const RESOURCE_GROUP = "/subscriptions/s1/resourceGroups/rg-link";
export const NSG_ID = `${RESOURCE_GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-bunny`;
const FUNCTION = "heal-network-security-group";

const alice = user({
  objectId: "a11ce000-0000-4000-8000-000000000001",
  upn: "alice@example.com",
  name: "Alice",
  application: "portal",
});

/** Of a rule that was deleted. */
export function deletion(rule: string): ResourceEvent {
  const write = {
    id: `write-of-${rule}`,
    groupId: NSG_ID,
    wanted: { kind: "delete-rule", name: rule } as const,
    caller: alice,
    isNew: false,
    correlationId: `correlation-of-${rule}`,
    status: "Succeeded" as const,
    ended: Promise.resolve("Succeeded" as const),
  };
  return resourceEvent({ write, status: "Succeeded", tenantId: "t1", isLowerCase: false, now: 0 });
}

export const subscription = (change: Partial<Parameters<typeof EventSubscription.parse>[0] & object> = {}) =>
  EventSubscription.parse({ name: "nsgs", scope: RESOURCE_GROUP, functionName: FUNCTION, ...change });

interface Options {
  readonly subscriptions?: readonly EventSubscription[];
  readonly calm?: boolean;
  readonly seed?: number;
  /** The status of each delivery, in order; 202 after the last. */
  readonly answers?: readonly (number | "never")[];
}

export interface Delivered {
  readonly functionName: string;
  readonly event: EventGridEvent;
  readonly atMs: number;
}

export function startEventGrid({ subscriptions, calm = true, seed = 1, answers = [] }: Options = {}) {
  const kernel = new Kernel({ seed, calm });
  const timers = manualTimers(0);
  const delivered: Delivered[] = [];
  const left = [...answers];
  const grid = createEventGrid({
    kernel,
    timers,
    subscriptions: subscriptions ?? [subscription()],
    deliver: async (functionName, event) => {
      delivered.push({ functionName, event, atMs: timers.now() });
      const answer = left.shift() ?? 202;
      return answer === "never" ? await new Promise<number>(() => {}) : answer;
    },
  });
  return { kernel, timers, grid, delivered };
}
