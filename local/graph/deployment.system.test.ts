/** What the deployment promises, read from its evaluated graph. It is evaluated once for all of promises/. */
import { afterAll, beforeAll } from "vitest";
import { type EvaluatedGraph, evaluate } from "./evaluate.ts";
import { promiseAws } from "./promises/aws.ts";
import { promiseAzure } from "./promises/azure.ts";
import { promiseBundles } from "./promises/bundles.ts";
import { promiseRoles } from "./promises/roles.ts";

let evaluated: EvaluatedGraph;
beforeAll(async () => {
  evaluated = await evaluate({ stage: "test" });
});
afterAll(() => evaluated.dispose());

promiseRoles(() => evaluated);
promiseAws(() => evaluated);
promiseAzure(() => evaluated);
promiseBundles(() => evaluated);
