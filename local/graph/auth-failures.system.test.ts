/** What the deployment promises of refused callers, read from the graph of a link that looks for them everywhere. */
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type EvaluatedGraph, evaluate } from "./evaluate.ts";
import { promiseAlarms } from "./promises/alarms.ts";
import { promiseAuthFailureAlarms } from "./promises/auth-failure-alarms.ts";
import { promiseAuthFailures } from "./promises/auth-failures.ts";
import { promiseAws } from "./promises/aws.ts";
import { promiseBundles } from "./promises/bundles.ts";
import { promiseEvents } from "./promises/events.ts";

let evaluated: EvaluatedGraph;
beforeAll(async () => {
  const linkFile = path.join(import.meta.dirname, "auth-failures-link.ts");
  evaluated = await evaluate({ stage: "test", linkFile });
});
afterAll(() => evaluated.dispose());

promiseAws(
  () => evaluated,
  ["FAILOVER_CA_ARN", "NEXT_CA_ARN", "PINNED_CA", "PINNED_FAILOVER_CA", "PINNED_NEXT_CA"],
);
promiseBundles(() => evaluated);
promiseEvents(() => evaluated);
promiseAlarms(() => evaluated, 6);
promiseAuthFailures(() => evaluated);
promiseAuthFailureAlarms(() => evaluated);
