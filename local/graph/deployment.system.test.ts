/** What the deployment promises, read from its evaluated graph. It is evaluated once for all of promises/. */
import { afterAll, beforeAll } from "vitest";
import { type EvaluatedGraph, evaluate } from "./evaluate.ts";
import { promiseAws } from "./promises/aws.ts";
import { promiseAzure } from "./promises/azure.ts";
import { promiseBundles } from "./promises/bundles.ts";
import { promiseEvents } from "./promises/events.ts";
import { promiseIssuances } from "./promises/issuances.ts";
import { promiseRelay } from "./promises/relay.ts";
import { promiseRoles } from "./promises/roles.ts";
import { promiseRunTime } from "./promises/run-time.ts";
import { promiseSecrets } from "./promises/secrets.ts";

let evaluated: EvaluatedGraph;
beforeAll(async () => {
  evaluated = await evaluate({ stage: "test" });
});
afterAll(() => evaluated.dispose());

promiseRoles(() => evaluated);
promiseAws(() => evaluated);
promiseAzure(() => evaluated);
promiseBundles(() => evaluated);
promiseSecrets(() => evaluated);
promiseRelay(() => evaluated);
promiseEvents(() => evaluated);
promiseIssuances(() => evaluated);
promiseRunTime(() => evaluated);
