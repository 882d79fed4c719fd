/// <reference path="../.sst/platform/config.d.ts" />
/**
 * Who is asked to look before its schedule has it look. The asking function has no right to invoke another, which would
 * be the right to ask it for anything: an event on the stage's own bus starts a run like any other, whatever it says.
 */
import type { WakeTarget } from "../shared/auth-failures/cause.ts";
import { EVENT_SOURCE, WAKE_DETAIL_TYPE } from "../shared/journal/event.ts";
import type { Bus } from "./bus.ts";
import { createEventRule, eventRuleArn } from "./event-rule.ts";
import type { Scheduled } from "./scheduled-function.ts";

/** None for what the link does not have. */
export type Sleepers = Readonly<Record<WakeTarget, Scheduled | undefined>>;

export interface WakeParts {
  bus: Bus;
  deadLetterArn: $util.Output<string>;
}

const RULES: Readonly<Record<WakeTarget, { logicalName: string; thing: string }>> = {
  certificates: { logicalName: "WakeCertificates", thing: "wake-certificates" },
  trust: { logicalName: "WakeTrust", thing: "wake-trust" },
  "api-keys": { logicalName: "WakeApiKeys", thing: "wake-api-keys" },
  "pre-shared-keys": { logicalName: "WakePreSharedKeys", thing: "wake-pre-shared-keys" },
};

/** The ARNs of the rules, known before they exist. */
export const wakeRuleArns = (targets: readonly WakeTarget[]): $util.Output<string>[] =>
  targets.map((target) => eventRuleArn(RULES[target].thing, "own-bus"));

export function createWakes(
  targets: readonly WakeTarget[],
  sleepers: Sleepers,
  { bus, deadLetterArn }: WakeParts,
): void {
  for (const target of targets) {
    const start = sleepers[target];
    if (start === undefined) throw new Error(`the deployment has no function that looks after ${target}`);
    createEventRule({
      ...RULES[target],
      description: `A refused caller is a reason to look after ${target} at once.`,
      pattern: { source: [EVENT_SOURCE], "detail-type": [WAKE_DETAIL_TYPE], detail: { target: [target] } },
      bus,
      start,
      deadLetterArn,
    });
  }
}
