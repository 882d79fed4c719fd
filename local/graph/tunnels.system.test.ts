/** What the deployment promises of tunnels and alerts, read from the graph of a link that has both. */
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type EvaluatedGraph, evaluate } from "./evaluate.ts";
import { promiseAlarms } from "./promises/alarms.ts";
import { promiseAlerts } from "./promises/alerts.ts";
import { promiseAws } from "./promises/aws.ts";
import { promiseBundles } from "./promises/bundles.ts";
import { promiseConnections } from "./promises/connections.ts";
import { promiseEvents } from "./promises/events.ts";
import { promiseSecrets } from "./promises/secrets.ts";
import { promiseTunnels } from "./promises/tunnels.ts";

let evaluated: EvaluatedGraph;
beforeAll(async () => {
  evaluated = await evaluate({ stage: "test", linkFile: path.join(import.meta.dirname, "tunnels-link.ts") });
});
afterAll(() => evaluated.dispose());

promiseAws(() => evaluated);
promiseBundles(() => evaluated);
promiseEvents(() => evaluated);
promiseSecrets(() => evaluated);
promiseTunnels(() => evaluated);
promiseConnections(() => evaluated);
promiseAlarms(() => evaluated);
promiseAlerts(() => evaluated);
