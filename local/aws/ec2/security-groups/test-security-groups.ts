/** Security groups for tests: a world of them behind EC2 on a server of its own, the official client, and what was told. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { testWorld } from "../../../vpn/test-world.ts";
import type { ServiceEvent } from "../../event-bridge/event.ts";
import { accountId, region, startWorld, type WorldOptions } from "../../test-world.ts";
import { Ec2 } from "../ec2.ts";
import type { NewRule } from "./nouns.ts";
import { SecurityGroupWorld, type SecurityGroupWorldOptions } from "./world.ts";

export const relayId = "sg-0a1b2c3d4e5f60718";
export const loaderId = "sg-0b1b2c3d4e5f60718";
/** In the default VPC. */
export const plainId = "sg-0c1b2c3d4e5f60718";
export const absentId = "sg-0fffffffffffffff0";
export const vpcId = "vpc-0123456789abcdef0";
export const startMs = Date.parse("2026-11-21T08:00:00Z");

export const https = (cidr: string): NewRule => ({
  direction: "in",
  protocol: "tcp",
  from: 443,
  to: 443,
  peer: { cidr },
});

type Options = WorldOptions & Partial<Pick<SecurityGroupWorldOptions, "logging" | "rulesMax">>;

/** Rules have a clock that `pass` turns; signatures are checked against the real one. */
export async function startGroups(options: Options = {}) {
  const { logging, rulesMax, ...world } = options;
  const told: ServiceEvent[] = [];
  let nowMs = startMs;
  const made: SecurityGroupWorld[] = [];
  const { world: vpn } = testWorld();
  const started = await startWorld((kernel) => {
    const groups = new SecurityGroupWorld({
      region,
      accountId,
      faults: kernel.faults,
      now: () => nowMs,
      tell: (event) => told.push(event),
      vpcs: [
        { id: vpcId, isDefault: false, hasIpv6: false },
        { id: "vpc-0d", isDefault: true, hasIpv6: true },
      ],
      prefixLists: [
        { id: "pl-0a1b2c3d4e5f60718", name: "offices", addressFamily: "IPv4", maxEntries: 20 },
        { id: "pl-0b1b2c3d", name: "edge", addressFamily: "IPv4", maxEntries: 55, managedByAws: true },
      ],
      ...(logging === undefined ? {} : { logging }),
      ...(rulesMax === undefined ? {} : { rulesMax }),
    });
    groups.create({ id: relayId, name: "relay", egress: "none", tags: { link: "lab" } });
    groups.create({ id: loaderId, name: "loader" });
    groups.create({ id: plainId, name: "plain", vpcId: "vpc-0d", egress: "none" });
    made.push(groups);
    return [new Ec2({ region, accountId, world: vpn, securityGroups: groups }).service];
  }, world);
  const [groups] = made;
  if (groups === undefined) throw new Error("the world was not made");
  const ec2 = new EC2Client(started.client());
  const pass = (ms: number) => {
    nowMs += ms;
  };
  const stop = async () => {
    ec2.destroy();
    vpn.stop();
    await started.server.close();
  };
  return { ...started, groups, told, ec2, pass, stop };
}

export type TestGroups = Awaited<ReturnType<typeof startGroups>>;
