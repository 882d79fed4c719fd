/** The hand of a link in memory: what it answers of the bunny's vault, and what it takes. */
import type { CallName } from "../../local/model/calls.ts";
import type { HandOf } from "../azure-api/client.ts";
import type { Body } from "../azure-api/contract.ts";
import { parseBundle } from "./document.ts";
import type { Publisher } from "./publisher.ts";
import type { TrustWorld } from "./test-publisher.ts";

export interface TrustVerbs {
  observe(body: Body<"trust.observe">): Promise<unknown>;
  publish(body: Body<"trust.publish">): Promise<unknown>;
}

const HAND_CALLS = {
  "certificates.observe": "hand.observe",
  "trust.observe": "hand.trust-observe",
  "trust.publish": "hand.trust-publish",
} as const satisfies Record<string, CallName>;

export function handIn(world: TrustWorld, fail: (name: string) => void): Publisher["hand"] {
  const answers = {
    "certificates.observe": ({ names }: Body<"certificates.observe">) => {
      fail("vault");
      return {
        outcome: "observed",
        certificates: names.map((name) => ({ name, current: world.vault.current, pending: null })),
      };
    },
    "trust.observe": (body: Body<"trust.observe">) => {
      fail("hand");
      return world.hand.observe(body);
    },
    "trust.publish": (body: Body<"trust.publish">) => {
      fail("hand");
      return world.hand.publish(body);
    },
  };
  const hand = (endpoint: keyof typeof answers, body: never) =>
    world.calls.perform(HAND_CALLS[endpoint], "", (): unknown => answers[endpoint](body));
  return hand as unknown as HandOf<"trust.observe" | "trust.publish" | "certificates.observe">;
}

const storeVersionOf = ({ vault }: TrustWorld) => vault.version.toString(16).padStart(32, "0");

export function observeVault(world: TrustWorld) {
  const { bundle, version: at } = world.vault;
  const storeVersion = storeVersionOf(world);
  const copy =
    bundle === null
      ? { kind: "absent" }
      : { kind: "published", storeVersion, bundle: JSON.stringify(bundle), at };
  return { outcome: "observed", pinned: world.pinned, copies: [{ name: "bunny", copy }] };
}

export function publishToVault(world: TrustWorld, { bundle, replaces }: Body<"trust.publish">) {
  const { vault } = world;
  if (world.refuses !== null) return { outcome: "refused", reason: world.refuses, detail: "" };
  if (replaces !== (vault.bundle === null ? null : storeVersionOf(world)))
    return { outcome: "refused", reason: "observation-stale", detail: "" };
  vault.bundle = parseBundle(bundle);
  vault.version = world.clock.now();
  return { outcome: "published", version: storeVersionOf(world) };
}
