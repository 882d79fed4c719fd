/** What one invocation of the function is given, over the model, for tests; and what it told, logged and was asked. */
import { modelRotator } from "../../local/model/pre-shared-clouds.ts";
import type { KeysWorld } from "../../local/model/pre-shared-world.ts";
import { adoptedVpn, linkWith } from "../../local/testing/links.ts";
import type { Report } from "../alerts/plan.ts";
import { NEVER_FROZEN, UNREADABLE } from "../freeze/schema.ts";
import type { NewChange } from "../journal/change.ts";
import { parseLink } from "../link/load.ts";
import { CloudError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import type { PreSharedBrain } from "./pre-shared-run.ts";
import { policy } from "./test-pre-shared-link.ts";

export const link = parseLink(linkWith({ vpn: { ...adoptedVpn, preSharedKeys: {} } }));

export function testBrain(world: KeysWorld, changes: Partial<PreSharedBrain> = {}) {
  const logged: Record<string, unknown>[] = [];
  const told: Report[] = [];
  const asked = new Map<string, number>();
  const actors: string[] = [];
  const recorded: NewChange[] = [];
  const rotator = modelRotator(world, policy);
  const brain: PreSharedBrain = {
    ...rotator,
    store: {
      ...rotator.store,
      read: async () => ({ ...(await rotator.store.read()), askedFor: new Map(asked) }),
    },
    link,
    asking: {
      ask: async (tunnel, at, actor) => {
        actors.push(actor);
        asked.set(tunnel, at);
      },
      settle: async (tunnel) => void asked.delete(tunnel),
    },
    freeze: () => (world.frozen ? UNREADABLE : NEVER_FROZEN),
    tell: async (report) => {
      told.push(report);
      return { trouble: [] };
    },
    audit: { record: async (change) => void recorded.push(change) },
    invocation: { actor: "warrener-test-rotate-pre-shared-keys", requestId: "run-1" },
    log: createLog((level, record) => logged.push({ level, ...record })),
    ...changes,
  };
  const events = (event: string) => logged.filter((record) => record["event"] === event);
  return { brain, logged, events, told, asked, actors, recorded };
}

export const cloudFailure = (code: string): CloudError =>
  new CloudError({ provider: "aws", operation: "Op", target: "it", code, retryable: true });
