/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The event bus of the stage: each change that Warrener makes is told on it, for whoever in the account wants to
 * know. Nothing of Warrener's own depends on what listens there: what starts a function of its own from here only
 * brings forward what its schedule does.
 */
import { EVENT_SOURCE } from "../shared/journal/event.ts";
import type { Permission } from "./lambda-role.ts";
import { stageName } from "./names.ts";

export interface Bus {
  name: $util.Output<string>;
  arn: $util.Output<string>;
}

export function createBus(): Bus {
  const bus = new aws.cloudwatch.EventBus("Bus", {
    name: stageName(),
    description: "Changes that Warrener made.",
  });
  return { name: bus.name, arn: bus.arn };
}

/** Under the one source alone, so that nobody who runs as this role can pass for another's events. */
export function tellChanges(bus: Bus): Permission {
  return {
    actions: ["events:PutEvents"],
    resources: [bus.arn],
    // A call has the sources of all its entries. "ForAllValues" alone would also let one without any pass.
    conditions: [
      { test: "ForAllValues:StringEquals", variable: "events:source", values: [EVENT_SOURCE] },
      { test: "Null", variable: "events:source", values: ["false"] },
    ],
  };
}
