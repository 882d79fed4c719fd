/** What the deployment promises of keys and of the trust, read from the graph of a link that has all of them. */
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type EvaluatedGraph, evaluate } from "./evaluate.ts";
import { promiseApiKeyVaults } from "./promises/api-key-vaults.ts";
import { promiseApiKeys } from "./promises/api-keys.ts";
import { promiseAws } from "./promises/aws.ts";
import { promiseBundles } from "./promises/bundles.ts";
import { promiseBunnySecrets } from "./promises/bunny-secrets.ts";
import { promiseConnectionKeys } from "./promises/connection-keys.ts";
import { promiseEvents } from "./promises/events.ts";
import { promisePreSharedKeys } from "./promises/pre-shared-keys.ts";
import { promiseSecrets } from "./promises/secrets.ts";
import { promiseTrust } from "./promises/trust.ts";
import { promiseTrustCopies } from "./promises/trust-copies.ts";

let evaluated: EvaluatedGraph;
beforeAll(async () => {
  evaluated = await evaluate({ stage: "test", linkFile: path.join(import.meta.dirname, "keys-link.ts") });
});
afterAll(() => evaluated.dispose());

promiseAws(
  () => evaluated,
  ["FAILOVER_CA_ARN", "NEXT_CA_ARN", "PINNED_CA", "PINNED_FAILOVER_CA", "PINNED_NEXT_CA"],
);
promiseBundles(() => evaluated);
promiseEvents(() => evaluated);
promiseSecrets(() => evaluated);
promiseApiKeys(() => evaluated);
promiseApiKeyVaults(() => evaluated);
promisePreSharedKeys(() => evaluated);
promiseConnectionKeys(() => evaluated);
promiseTrust(() => evaluated);
promiseTrustCopies(() => evaluated);
promiseBunnySecrets(() => evaluated, {
  one: ["one-client", "one-poll", "one-result", "trust-bundle"],
  two: ["trust-bundle", "two-client", "two-key"],
});
