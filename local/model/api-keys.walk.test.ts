/** Every state of labels and vault that a person or a dead run can leave: each ends in order by itself. */
import { describe, expect, it } from "vitest";
import type { KeyLabel } from "../../shared/keys/api-key-ports.ts";
import { makeApiKey, writeApiKey } from "../../shared/keys/api-key-value.ts";
import { sampled } from "../property.ts";
import { faultsOf, live } from "./api-key-days.ts";
import { KeyWorld } from "./api-keys.ts";

const KEYS = ["old", "new", "other"] as const;
const HOLDERS = [null, ...KEYS, "foreign"] as const;
const IN_VAULT = [null, ...KEYS, "untagged", "disabled-old", "disabled-new", "deleted-old"] as const;
type Holder = (typeof HOLDERS)[number];
type InVault = (typeof IN_VAULT)[number];

interface State {
  readonly current: Holder;
  readonly pending: Holder;
  readonly previous: Holder;
  readonly vault: InVault;
  /** What the pods have mounted and last used, when the vault gives them nothing else. */
  readonly pods: "old" | "new";
}

const states = HOLDERS.flatMap((current) =>
  HOLDERS.flatMap((pending) =>
    HOLDERS.flatMap((previous) =>
      IN_VAULT.flatMap((vault) =>
        (["old", "new"] as const).map((pods): State => ({ current, pending, previous, vault, pods })),
      ),
    ),
  ),
);

const versionOf = (holder: Exclude<Holder, null>) => holder.padEnd(32, "0");

function worldIn({ current, pending, previous, vault, pods }: State, seed: number): KeyWorld {
  const world = new KeyWorld({ seed, isFirstCurrent: false });
  const ids = new Map<string, string>();
  for (const name of KEYS) {
    const { desired } = world;
    const key = makeApiKey(desired, (bytes) => Buffer.alloc(bytes, name));
    ids.set(name, key.facts.id);
    world.secret.write(versionOf(name), writeApiKey(key));
    world.now += 3_600;
  }
  world.secret.putForeign(versionOf("foreign"));
  const labels: readonly (readonly [KeyLabel, Holder])[] = [
    ["AWSCURRENT", current],
    ["AWSPENDING", pending],
    ["AWSPREVIOUS", previous],
  ];
  for (const [label] of labels) world.secret.attach(label, null);
  for (const [label, holder] of labels) if (holder !== null) world.secret.attach(label, versionOf(holder));
  const [isDisabled, isDeleted] = [vault?.startsWith("disabled-"), vault?.startsWith("deleted-")];
  const inVault = vault?.replace(/^\w+-/, "");
  if (inVault !== undefined) world.vault.put(inVault === "untagged" ? null : (ids.get(inVault) ?? null));
  if (isDisabled) world.vault.enable(false);
  world.now += 3_600;
  if (isDeleted === true) world.vault.deletedUntil = world.now + 3_600;
  for (const name of ["bunny-0", "bunny-1"]) world.addPod(name);
  for (const pod of world.pods) [pod.file, pod.working] = [ids.get(pods), ids.get(pods)];
  // One of them is given nothing new for long.
  const [, late] = world.pods;
  if (late !== undefined) late.lateUntil = world.now + 2 * 3_600;
  // What came before is not ours to answer for.
  world.meddledAt = world.now;
  return world;
}

const HOURS_MAX = 12;

async function settle(world: KeyWorld): Promise<string[]> {
  for (let hour = 0; hour < HOURS_MAX; hour += 1) {
    await live(world, 3_600, 300);
    if (faultsOf(world).length === 0) return [];
  }
  return faultsOf(world);
}

describe("every state of the labels and the vault", () => {
  it("ends with one key everywhere, and no step takes a key from a pod that needs it", {
    timeout: 600_000,
  }, async () => {
    const wrong: unknown[] = [];
    for (const [index, state] of sampled(states, 8).entries()) {
      const world = worldIn(state, index + 1);
      const faults = await settle(world);
      if (faults.length + world.broken.length > 0) wrong.push({ state, faults, broken: world.broken });
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});
