/** What the deployment promises of allowlists, read from the graph of a link that has groups of every kind. */
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type EvaluatedGraph, evaluate } from "./evaluate.ts";
import { promiseAllowlists } from "./promises/allowlists.ts";
import { promiseAws } from "./promises/aws.ts";
import { promiseBundles } from "./promises/bundles.ts";
import { promiseEvents } from "./promises/events.ts";
import { promiseNetworkSecurityGroups } from "./promises/network-security-groups.ts";
import { promiseSecrets } from "./promises/secrets.ts";
import { promiseTrail } from "./promises/trail.ts";

let evaluated: EvaluatedGraph;
beforeAll(async () => {
  evaluated = await evaluate({
    stage: "test",
    linkFile: path.join(import.meta.dirname, "allowlists-link.ts"),
  });
});
afterAll(() => evaluated.dispose());

promiseAws(() => evaluated);
promiseBundles(() => evaluated);
promiseEvents(() => evaluated);
promiseSecrets(() => evaluated);
promiseAllowlists(() => evaluated);
promiseNetworkSecurityGroups(() => evaluated);
promiseTrail(() => evaluated);
