import { describe, expect, it } from "vitest";
import { Refusal } from "../../../stand-in/operations.ts";
import type { IpPermission } from "./inputs.ts";
import { askedRules } from "./permission.ts";

const accountId = "111122223333";
const from = (permission: IpPermission) => askedRules([permission], accountId).map(({ value }) => value);
const anywhere = { IpRanges: [{ CidrIp: "0.0.0.0/0" }] };

function refusalOf(permission: IpPermission): string {
  try {
    from(permission);
    return "taken";
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe("askedRules", () => {
  it("makes a rule of each source", () => {
    const rules = from({
      IpProtocol: "tcp",
      FromPort: 443,
      ToPort: 443,
      IpRanges: [{ CidrIp: "10.1.2.3/16", Description: "one" }, { CidrIp: "10.2.0.0/16" }],
      Ipv6Ranges: [{ CidrIpv6: "FD00::1/8" }],
      PrefixListIds: [{ PrefixListId: "pl-0a1b2c3d" }],
      Groups: [{ GroupId: "sg-0a1b2c3d" }, { GroupId: "sg-0b1b2c3d", UserId: "999988887777" }],
    });
    expect(rules.map(({ source }) => source)).toEqual([
      { kind: "ipv4", cidr: "10.1.0.0/16" },
      { kind: "ipv4", cidr: "10.2.0.0/16" },
      { kind: "ipv6", cidr: "fd00::/8" },
      { kind: "prefix-list", prefixListId: "pl-0a1b2c3d" },
      { kind: "group", groupId: "sg-0a1b2c3d", userId: accountId },
      { kind: "group", groupId: "sg-0b1b2c3d", userId: "999988887777" },
    ]);
    expect(rules.map(({ description }) => description)).toEqual(["one", ...Array(5).fill(undefined)]);
  });

  it("keeps a protocol's name and opens all ports where ports mean nothing", () => {
    const shown = (IpProtocol: string, FromPort?: number, ToPort?: number) => {
      const [rule] = from({ IpProtocol, FromPort, ToPort, ...anywhere });
      return [rule?.ipProtocol, rule?.fromPort, rule?.toPort];
    };
    expect(shown("6", 22, 22)).toEqual(["tcp", 22, 22]);
    expect(shown("TCP", 0, 65_535)).toEqual(["tcp", 0, 65_535]);
    expect(shown("17", 53, 53)).toEqual(["udp", 53, 53]);
    expect(shown("1", 8, -1)).toEqual(["icmp", 8, -1]);
    expect(shown("58")).toEqual(["icmpv6", -1, -1]);
    expect(shown("-1", 22, 22)).toEqual(["-1", -1, -1]);
    expect(shown("050", 22, 22)).toEqual(["50", -1, -1]);
  });

  it("refuses protocols and ports that there are not", () => {
    for (const [permission, expected] of [
      [{ IpProtocol: "sctp" }, "InvalidParameterValue: Invalid value 'sctp' for IP protocol."],
      [{ IpProtocol: "256" }, "InvalidParameterValue: Invalid value '256' for IP protocol."],
      [{}, "InvalidParameterValue: Invalid value '' for IP protocol."],
      [{ IpProtocol: "tcp" }, "InvalidParameterValue: Invalid value 'Must specify both from and to"],
      [{ IpProtocol: "tcp", FromPort: 1 }, "InvalidParameterValue: Invalid value 'Must specify both"],
      [{ IpProtocol: "tcp", ToPort: 1 }, "InvalidPermission.Malformed: TCP/UDP port (-1) out of range"],
      [
        { IpProtocol: "udp", FromPort: 1, ToPort: 65_536 },
        "InvalidPermission.Malformed: TCP/UDP port (65536)",
      ],
      [
        { IpProtocol: "tcp", FromPort: 2, ToPort: 1 },
        "InvalidPermission.Malformed: Invalid TCP/UDP port range",
      ],
      [
        { IpProtocol: "icmp" },
        "InvalidParameterValue: Invalid value 'Must specify both from and to ports with ICMP",
      ],
      [{ IpProtocol: "icmpv6", FromPort: 8 }, "InvalidParameterValue: Invalid value 'Must specify both"],
      [{ IpProtocol: "icmp", FromPort: -1, ToPort: 0 }, "InvalidPermission.Malformed: ICMP code (0)"],
      [
        { IpProtocol: "icmp", FromPort: 256, ToPort: 0 },
        "InvalidPermission.Malformed: ICMP type or code (256)",
      ],
    ] as const) {
      expect(refusalOf({ ...permission, ...anywhere })).toContain(expected);
    }
  });

  it("refuses sources that are none, and descriptions with other characters", () => {
    const all = { IpProtocol: "-1" };
    const described = (Description: string) => ({
      ...all,
      IpRanges: [{ CidrIp: "10.0.0.0/8", Description }],
    });
    const cases: [IpPermission, string][] = [
      [all, "MissingParameter: Source group ID missing."],
      [{ ...all, IpRanges: [{ CidrIp: "::/0" }] }, "InvalidParameterValue: CIDR block ::/0 is malformed"],
      [
        { ...all, IpRanges: [{ CidrIp: "10.0.0.1" }] },
        "InvalidParameterValue: CIDR block 10.0.0.1 is malformed",
      ],
      [{ ...all, Ipv6Ranges: [{ CidrIpv6: "10.0.0.0/8" }] }, "InvalidParameterValue: CIDR block"],
      [{ ...all, PrefixListIds: [{ PrefixListId: "pl-x" }] }, "InvalidPrefixListId.Malformed"],
      [
        { ...all, Groups: [{ GroupId: "relay" }] },
        'InvalidGroupId.Malformed: Invalid id: "relay" (expecting "sg-...")',
      ],
      [described('say "hi"'), "InvalidParameterValue: Invalid rule description."],
      [described("Zürich"), "InvalidParameterValue: Invalid rule description."],
      [described("x".repeat(256)), "InvalidParameterValue: Invalid rule description."],
      [described("a-z 0.9_:/()#,@[]+=&;{}!$*"), "taken"],
      [described(""), "taken"],
    ];
    for (const [permission, expected] of cases) {
      expect(refusalOf(permission)).toContain(expected);
    }
  });
});
