/** The hand's allowlists, where the link has some in Azure: endpoints for the brain, and what Event Grid wakes. */
import { app as functions, type InvocationContext } from "@azure/functions";
import { acceptGroup, healGroups, planGroups } from "../shared/allowlists/nsg-hand.ts";
import type { NsgCall } from "../shared/allowlists/nsg-heal-group.ts";
import { createNsgListener, type NsgListener } from "../shared/allowlists/nsg-listen.ts";
import { NSG_FUNCTION } from "../shared/runtime/deployed-names.ts";
import { type App, type Call, keeperOf, register, registerAct } from "./register.ts";

/** The brain waits 30 seconds for an answer, in which the app may have to start, and asks again for what is left. */
const CALL_WORK_MS = 25_000;
/**
 * The host ends an invocation after ten minutes (host.json). Event Grid waits 30 seconds and then sends the event once
 * more, which joins the one that is at work.
 */
const EVENT_WORK_MS = 480_000;

export function registerAllowlists(app: App, listener: NsgListener): void {
  const { hand } = listener;
  register(app, "allowlists.plan", (body, call) => planGroups(hand, call, body));
  register(app, "allowlists.heal", (body, call) => healGroups(hand, within(CALL_WORK_MS, call), body));
  registerAct(
    app,
    "allowlists.accept",
    ({ group }) => group,
    (body, call) => acceptGroup(hand, call, body),
  );
  const listen = createNsgListener(listener);
  functions.eventGrid(NSG_FUNCTION, {
    handler: async (event: unknown, context: InvocationContext) => {
      const call = { keeper: keeperOf(app, context), invocationId: context.invocationId };
      await listen(within(EVENT_WORK_MS, call), event);
    },
  });
}

function within(workMs: number, { keeper, invocationId }: Pick<Call, "keeper" | "invocationId">): NsgCall {
  const endsAtMs = performance.now() + workMs;
  return { keeper, invocation: invocationId, remainingMs: () => endsAtMs - performance.now() };
}
