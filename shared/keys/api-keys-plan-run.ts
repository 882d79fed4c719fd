/** How the API keys of a link stand and what would be done next, for a person who asks. Nothing is written. */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import { headOf, type KeyReport, type KeysReport, keyReport } from "./api-key-report.ts";
import { observeApiKey } from "./api-key-rotate.ts";
import { type ApiKeysBrain, keptMemory, rotationOf } from "./api-keys-brain.ts";

const LOOKS_AT_ONCE = 4;

/** Throws `CloudError` when what stands could not be read. */
export async function planApiKeys(brain: ApiKeysBrain): Promise<KeysReport> {
  const at = brain.clock();
  const standing = await brain.store.read();
  const reports = new Map<string, KeyReport>();
  const problems = new Map<string, string>();
  await inParallel(LOOKS_AT_ONCE, brain.keys, async (key) => {
    const { name } = key.desired;
    const memory = keptMemory(brain, name, standing);
    const rotation = rotationOf(brain, key, memory, () => Promise.resolve(false));
    const before = await memory.read();
    const seen = await orCloudError(() => observeApiKey(rotation, before, standing.asked.get(name) ?? null));
    const failure = seen instanceof CloudError ? seen : seen.failure;
    if (failure !== null) problems.set(name, failure.code);
    if (!(seen instanceof CloudError)) reports.set(name, keyReport(key, seen));
  });
  const names = brain.keys.map(({ desired }) => desired.name);
  return {
    ...headOf(brain, at, standing),
    keys: names.flatMap((name) => reports.get(name) ?? []),
    problems: names.flatMap((name) => {
      const code = problems.get(name);
      return code === undefined ? [] : [{ name, code }];
    }),
    trouble: [],
  };
}
