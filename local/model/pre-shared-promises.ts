/**
 * What must hold of a link's tunnels at every moment: no tunnel is put at risk by us while another one is not up, and
 * so never two of them are down by our doing. What others break meanwhile is theirs.
 */
import type { KeyTunnel } from "./pre-shared-tunnels.ts";
import type { KeysWorld } from "./pre-shared-world.ts";

/** What happens to another tunnel between our last look and our call, or a moment before it, cannot be known. */
const UNSEEN_SECONDS = 100;

export class PromiseBroken extends Error {
  override readonly name = "PromiseBroken";
}

export function watchPromises(world: KeysWorld): void {
  world.onTick = () => {
    const ours = world.tunnels.filter(({ lostTo }) => lostTo === "us");
    if (ours.length > 1) broken(world, `${namesOf(ours)} are down by our doing`);
    const isAllDown = world.tunnels.every(({ isUp }) => !isUp);
    if (isAllDown && world.tunnels.length > 1 && ours.length === world.tunnels.length)
      broken(world, "all tunnels are down because of us");
  };
  world.onSet = (tunnel, end, key) => {
    // Our own risk is taken back at once; what others have done is put right when that takes nothing away.
    const takesBack = end === "azure" && tunnel.awsKey === key && tunnel.differBy === "us";
    if (!tunnel.isUp || takesBack) return;
    for (const other of world.tunnels)
      if (other !== tunnel && !isFit(other, world.now))
        broken(world, `${tunnel.name} was put at risk in ${end} while ${other.name} is not fit`);
  };
}

/** It is up, and will be after its next negotiation; as far as that could be known. */
function isFit({ isUp, changedAt, awsKey, azureKey, differBy, differAt }: KeyTunnel, now: number): boolean {
  if (!isUp) return now - changedAt <= UNSEEN_SECONDS;
  return awsKey === azureKey || (differBy === "others" && now - differAt <= UNSEEN_SECONDS);
}

const namesOf = (tunnels: readonly KeyTunnel[]): string => tunnels.map(({ name }) => name).join(", ");

function broken({ now, memory, tunnels }: KeysWorld, what: string): never {
  const states = tunnels.map(({ name, isUp, lostTo }) => `${name} ${isUp ? "up" : `lost to ${lostTo}`}`);
  throw new PromiseBroken(`at ${now}: ${what}; ${states.join(", ")}; ${JSON.stringify(memory.attempt)}`);
}

/** What is left when nothing happens any more: each tunnel up, one stored key, at both ends. Null when it is so. */
export function whatIsLeft(world: KeysWorld): string | null {
  const { attempt } = world.memory;
  if (attempt !== null) return `a rotation of ${attempt.tunnel} is under way`;
  if (world.work !== null) return "work is planned";
  for (const tunnel of world.tunnels) {
    const secret = world.secrets.get(tunnel.name);
    const [current, pending] = ["AWSCURRENT", "AWSPENDING"].map((label) => secret?.labels.get(label));
    if (!tunnel.isUp) return `${tunnel.name} is down`;
    if (pending !== undefined && pending !== current) return `${tunnel.name} has a pending key`;
    const value = secret?.versions.get(current ?? "")?.value;
    if (value === undefined) return `${tunnel.name} has no current key`;
    const isStored = value.includes(JSON.stringify(tunnel.awsKey));
    if (!isStored || tunnel.awsKey !== tunnel.azureKey) return `the keys of ${tunnel.name} differ`;
  }
  return null;
}
