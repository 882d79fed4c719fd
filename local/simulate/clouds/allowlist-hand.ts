/**
 * The hand for allowlists, notes and the freeze: the product's own verbs over the models of its table and of an NSG, each
 * call in a run of its own; and its listener for Event Grid, which keeps in mind what it heard.
 */
import { acceptGroup, healGroups, planGroups } from "../../../shared/allowlists/nsg-hand.ts";
import type { NsgCall, NsgHand } from "../../../shared/allowlists/nsg-heal-group.ts";
import { createNsgListener } from "../../../shared/allowlists/nsg-listen.ts";
import type { HandOf } from "../../../shared/azure-api/client.ts";
import type { Body, EndpointOf, Outcome, Refused } from "../../../shared/azure-api/contract.ts";
import { keepFreeze } from "../../../shared/freeze/hand.ts";
import { collectNotes, forgetNotes, type NoteKeeper } from "../../../shared/notes/hand.ts";
import type { Rows } from "../../../shared/rows/rows.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import type { Log } from "../../../shared/runtime/log.ts";
import type { CallName } from "../../model/calls.ts";
import type { Draw } from "../draw.ts";
import { currentRun } from "../runs.ts";
import type { Timeline } from "../timeline.ts";
import { type HandRuns, inHand, OTHER_LINK } from "./hand.ts";

type Asked = EndpointOf<"allowlists" | "notes" | "control">;

const CALLS: Readonly<Record<Asked, CallName>> = {
  "allowlists.plan": "hand.allowlists-plan",
  "allowlists.heal": "hand.allowlists-heal",
  "allowlists.accept": "hand.allowlists-accept",
  "notes.collect": "hand.collect",
  "notes.forget": "hand.forget",
  "control.freeze": "hand.freeze",
};

type Verbs = { readonly [E in Asked]: (call: NsgCall, body: Body<E>) => Promise<Outcome<E> | Refused> };

/** As azure-functions/allowlists.ts has it. */
const CALL_WORK_MS = 25_000;

export interface AllowlistHandOptions extends HandRuns {
  readonly hand: NsgHand;
  readonly rows: Rows;
  readonly log: Log;
  readonly draw: Draw;
  readonly timeline: Timeline;
  readonly areApart: () => boolean;
  readonly ownIdentity: string;
}

export interface AllowlistHand {
  readonly hand: HandOf<Asked>;
  /** Within a run of the hand's own. Throws `CloudError` when the event should come again. */
  readonly hear: (event: unknown) => Promise<void>;
}

export function allowlistHand(options: AllowlistHandOptions): AllowlistHand {
  const { calls, hand, areApart, ownIdentity } = options;
  const verbs: Verbs = {
    "allowlists.plan": (call, body) => planGroups(hand, call, body),
    "allowlists.heal": (call, body) => healGroups(hand, call, body),
    "allowlists.accept": (call, body) => acceptGroup(hand, call, body),
    "notes.collect": ({ keeper }, body) => collectNotes(keeper, body),
    "notes.forget": ({ keeper }, body) => forgetNotes(keeper, body),
    "control.freeze": ({ keeper }, body) => keepFreeze(keeper, body),
  };
  const listen = createNsgListener({ hand, ownIdentities: async () => [ownIdentity] });
  return {
    hand: (endpoint, body) =>
      calls.perform(CALLS[endpoint], "", async () => {
        // A freeze must not wait for a deployment.
        if (areApart() && endpoint !== "control.freeze") return OTHER_LINK;
        return await inHand(options, endpoint, () => verbs[endpoint](callOf(options, CALL_WORK_MS), body));
      }),
    hear: (event) => listen(callOf(options, Number.POSITIVE_INFINITY), event),
  };
}

/** Of the run that is under way. */
function callOf(options: AllowlistHandOptions, workMs: number): NsgCall {
  const { timeline } = options;
  const { name, endsAtMs, skewSeconds } = currentRun();
  const until = Math.min(endsAtMs, timeline.clock.nowMs() + workMs);
  const clock = (): Instant => timeline.clock.now() + skewSeconds;
  return {
    keeper: keeperOf(options, clock),
    invocation: name,
    remainingMs: () => until - timeline.clock.nowMs(),
  };
}

const keeperOf = ({ rows, log, draw }: AllowlistHandOptions, clock: () => Instant): NoteKeeper => ({
  rows,
  log,
  clock,
  random: () => draw.whole(0, 0xffff_ffff).toString(16).padStart(8, "0"),
});
