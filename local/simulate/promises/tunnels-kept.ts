/**
 * 2. At most one tunnel at a time is touched, and only while the others carry the traffic. What others break is theirs, and
 * what has changed since the run looked, it could not know.
 */
import type { CallName } from "../../model/calls.ts";
import type { Step } from "../calls.ts";
import type { Run } from "../runs.ts";
import type { LivingTunnel } from "../tunnel-model.ts";
import { connectionId } from "../tunnels.ts";
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

/** Reads show what was so many seconds ago, and what happens is noticed within a tick. */
const UNSEEN_SECONDS = 20;

/** Each takes a tunnel down, or may. Those of Azure's ends are the hand's, who does it for a run that has looked. */
const TOUCHES: readonly { readonly call: CallName; readonly asked?: CallName; readonly isRepair: boolean }[] =
  [
    { call: "tunnels.replace", isRepair: true },
    { call: "tunnel-keys.set", isRepair: false },
    { call: "connections.reset", asked: "hand.tunnels-reset", isRepair: true },
    { call: "connection-keys.set", asked: "hand.tunnel-key-set", isRepair: false },
  ];

/** When a run has last seen which tunnels are up, and which key each end has. */
interface Look {
  readonly up: number;
  readonly keys: number;
}

/** Who never looked could have known all. */
const NEVER: Look = { up: Number.POSITIVE_INFINITY, keys: Number.POSITIVE_INFINITY };

export const tunnelsKept: ProductPromise = {
  name: "2: a tunnel is touched only while every other one carries the traffic",
  watch(world) {
    const looks = new WeakMap<Run, Look>();
    const askedBy = new Map<string, Run>();
    let before: LivingTunnel | null = null;
    const { model } = world.tunnels;
    return {
      before: ({ name, target, run }) => {
        if (TOUCHES.some(({ asked }) => asked === name)) askedBy.set(target, run);
        const touched = touchOf(name) === undefined ? undefined : tunnelOf(world, target);
        before = touched === undefined ? null : { ...touched };
      },
      after: (step) => {
        noteLook(world, looks, step);
        const touch = touchOf(step.name);
        const [was, tunnel] = [before, tunnelOf(world, step.target)];
        before = null;
        if (touch === undefined || was === null || tunnel === undefined || isSame(was, tunnel)) return null;
        const run = touch.asked === undefined ? step.run : askedBy.get(tunnel.name);
        const look = (run === undefined ? undefined : looks.get(run)) ?? NEVER;
        return touched(step.name, { was, tunnel, others: model.all, look, isRepair: touch.isRepair });
      },
      now: () => {
        const ours = model.all.filter(({ lostTo }) => lostTo === "us");
        return ours.length > 1 ? `${ours.map(({ name }) => name).join(" and ")} are down by our doing` : null;
      },
    };
  },
};

const touchOf = (name: CallName) => TOUCHES.find(({ call }) => call === name);

const tunnelOf = ({ tunnels }: World, target: string): LivingTunnel | undefined =>
  tunnels.model.all.find(({ name }) => name === target || connectionId(name) === target);

/** Which keys there are is asked first, and which tunnels are up last. */
function noteLook({ clock }: World, looks: WeakMap<Run, Look>, { name, run }: Step): void {
  const isUp = name === "tunnels.describe";
  const isKeys = name === "hand.tunnel-keys-observe";
  if (!isUp && !isKeys) return;
  const look = looks.get(run) ?? NEVER;
  looks.set(run, { ...look, [isUp ? "up" : "keys"]: clock.now() });
}

/** The cloud has refused. */
const isSame = (was: LivingTunnel, is: LivingTunnel): boolean =>
  was.replaced === is.replaced && was.azureChange === is.azureChange;

interface Touched {
  readonly was: LivingTunnel;
  readonly tunnel: LivingTunnel;
  readonly others: readonly LivingTunnel[];
  readonly look: Look;
  readonly isRepair: boolean;
}

function touched(call: CallName, { was, tunnel, others, look, isRepair }: Touched): string | null {
  const { name } = tunnel;
  if (!was.isUp || was.changedAt > look.up - UNSEEN_SECONDS) return null;
  if (isRepair) return `${call} mends ${name}, which is up`;
  const key = tunnel.replaced?.key ?? null;
  const isUnsure = was.differBy === "others" && was.differAt > look.keys - UNSEEN_SECONDS;
  if (call === "tunnel-keys.set" && key !== was.azureKey && !isUnsure)
    return `${call} gives AWS's end of ${name} a key that Azure's has not`;
  // Our own risk is taken back at once.
  if (was.differBy === "us" && tunnel.azureChange?.key === was.awsKey) return null;
  const unfit = others.find((other) => other.name !== name && !isFit(other, look));
  return unfit === undefined ? null : `${call} puts ${name} at risk while ${unfit.name} is not fit`;
}

/** It is up, and will be after its next negotiation; as far as that could be known. */
function isFit({ isUp, changedAt, awsKey, azureKey, differBy, differAt }: LivingTunnel, look: Look): boolean {
  if (!isUp) return changedAt > look.up - UNSEEN_SECONDS;
  return awsKey === azureKey || (differBy === "others" && differAt > look.keys - UNSEEN_SECONDS);
}
