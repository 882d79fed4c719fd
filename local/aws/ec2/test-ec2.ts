/** EC2 for tests: the world of tunnels behind a server of its own, the official client, and what it told. */
import { EC2Client } from "@aws-sdk/client-ec2";
import type { NewConnection } from "../../vpn/connection.ts";
import { testWorld } from "../../vpn/test-world.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import { accountId, region, startWorld, type WorldOptions } from "../test-world.ts";
import { Ec2, type Ec2Options } from "./ec2.ts";

/** Tunnels have their own time; signatures are checked against the real one. */
export async function startEc2(
  options: WorldOptions & { readonly connections?: readonly NewConnection[] } & Pick<
      Ec2Options,
      "keepKeys" | "faults"
    > = {},
) {
  const { connections, keepKeys, faults, ...world } = options;
  const vpn = testWorld(connections === undefined ? {} : { connections });
  const told: ServiceEvent[] = [];
  const more = {
    ...(keepKeys === undefined ? {} : { keepKeys }),
    ...(faults === undefined ? {} : { faults }),
  };
  const tell = (event: ServiceEvent) => told.push(event);
  const ec2 = new Ec2({ region, accountId, world: vpn.world, tell, ...more });
  const started = await startWorld(() => [ec2.service], world);
  return { ...started, ...vpn, told, ec2: new EC2Client(started.client()) };
}

export type TestEc2 = Awaited<ReturnType<typeof startEc2>>;

/** Named as the client names its errors, with the status. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "answered";
  } catch (error) {
    if (!(error instanceof Error) || !("$metadata" in error)) throw error;
    const { $metadata: metadata } = error;
    const known = typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata;
    return `${error.name} ${known ? metadata.httpStatusCode : "?"}`;
  }
}
