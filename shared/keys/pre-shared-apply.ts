/** Carries out one step. A key is unwrapped in the adapters alone; here it is only handed on. */
import { CURRENT, PENDING } from "../certificates/staged-secret.ts";
import type { Lease } from "../lease/lease.ts";
import type { Secret } from "../runtime/secret.ts";
import { isLegalOnBoth, makePreSharedKey, type Origin, writePreSharedKey } from "./pre-shared-key.ts";
import type { KeysObserver, SeenKeys } from "./pre-shared-observe.ts";
import type { PreSharedStep, SetStep } from "./pre-shared-steps.ts";

export type Applied =
  | { readonly outcome: "done" }
  /** The cloud said no: nothing was changed. */
  | { readonly outcome: "refused"; readonly why: string }
  /** Nobody knows whether it was carried out. */
  | { readonly outcome: "unknown"; readonly code: string };

export interface Applier extends KeysObserver {
  readonly lease: Pick<Lease, "check">;
}

/** Throws `CloudError` when it is not known whether it was carried out. */
export async function applyStep(
  applier: Applier,
  step: PreSharedStep,
  seen: SeenKeys,
  fence: number,
): Promise<Applied> {
  switch (step.kind) {
    case "adopt": {
      const key = seen.material.get(step.tunnel)?.aws ?? null;
      if (key === null) return GONE;
      if (!isLegalOnBoth(key)) return { outcome: "refused", why: "key-not-legal" };
      return await store(applier, step, { label: CURRENT, origin: "adopted", key }, fence);
    }
    case "stage": {
      const key = makePreSharedKey(applier.random);
      return await store(applier, step, { label: PENDING, origin: "made", key }, fence);
    }
    case "set":
      return await set(applier, step, seen, fence);
    case "promote":
      return await move(applier, step.tunnel, CURRENT, step.from, step.to);
    case "drop":
      return await move(applier, step.tunnel, PENDING, step.versionId, null);
  }
}

const GONE = { outcome: "refused", why: "gone" } as const;
const VERSION_BYTES = 16;

interface NewKey {
  readonly label: typeof CURRENT | typeof PENDING;
  readonly origin: Origin;
  readonly key: Secret;
}

/** A run that dies between the two calls leaves a version that nobody ever reads. */
async function store(
  applier: Applier,
  { tunnel, from }: { readonly tunnel: string; readonly from: string | null },
  { label, origin, key }: NewKey,
  fence: number,
): Promise<Applied> {
  const version = Buffer.from(applier.random(VERSION_BYTES)).toString("hex");
  const secret = applier.secrets.get(tunnel);
  if (secret === undefined) return GONE;
  await secret.write(version, writePreSharedKey({ tunnel, origin, key }));
  if (!(await applier.lease.check(fence))) return { outcome: "refused", why: "lease-lost" };
  return await move(applier, tunnel, label, from, version);
}

async function set(applier: Applier, step: SetStep, seen: SeenKeys, fence: number): Promise<Applied> {
  const material = seen.material.get(step.tunnel);
  const key = material?.stored.get(step.versionId);
  const tunnel = applier.desired.find(({ name }) => name === step.tunnel);
  if (material === undefined || key === undefined || tunnel === undefined) return GONE;
  const { salt } = seen;
  const answer =
    step.end === "aws"
      ? await applier.aws.set(tunnel, key)
      : await applier.azure.set({ tunnel, key, over: material.azure, salt, fence });
  return answer === "begun" ? { outcome: "done" } : { outcome: "refused", why: answer.refused };
}

async function move(
  { secrets }: Applier,
  tunnel: string,
  label: typeof CURRENT | typeof PENDING,
  from: string | null,
  to: string | null,
): Promise<Applied> {
  const moved = await secrets.get(tunnel)?.move(label, from, to);
  return moved === "moved" ? { outcome: "done" } : { outcome: "refused", why: moved ?? "gone" };
}
