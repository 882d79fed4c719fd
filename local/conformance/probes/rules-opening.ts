/** EC2: rules that are made, how they are written down, and what is refused. */
import { type Probe, refusalOf } from "../probe.ts";
import { absentGroup, after, authorize, https, refused, rules, told, withRule } from "./rules.ts";

export const ruleOpeningProbes: readonly Probe[] = [
  {
    operation: "ec2:AuthorizeSecurityGroupIngress",
    cases: [
      { name: "a port for a range of addresses", main: true, run: after([https("10.0.0.0/24", "office")]) },
      { name: "host bits are dropped", main: true, run: after([https("100.68.0.18/18")]) },
      { name: "one address", run: after([https("10.1.2.3/32")]) },
      {
        name: "version 6",
        run: after([
          { IpProtocol: "tcp", FromPort: 443, ToPort: 443, Ipv6Ranges: [{ CidrIpv6: "2001:db8::/32" }] },
        ]),
      },
      { name: "all traffic", run: after([{ IpProtocol: "-1", IpRanges: [{ CidrIp: "10.0.0.0/24" }] }]) },
      {
        name: "a protocol by its number",
        run: after([{ IpProtocol: "6", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "10.0.0.0/24" }] }]),
      },
      { name: "two ranges in one permission", run: after([https("10.0.0.0/24"), https("10.0.1.0/24")]) },
      {
        name: "the same rule again",
        main: true,
        refuses: async (ground) => {
          const { id } = await withRule(ground);
          await authorize(ground, id, [https("10.0.0.0/24")]);
        },
      },
      {
        name: "the same rule again, with host bits",
        refuses: async (ground) => {
          const { id } = await withRule(ground);
          await authorize(ground, id, [https("10.0.0.77/24")]);
        },
      },
      {
        name: "one new rule and one that is there: none is made",
        run: async (ground) => {
          const { id } = await withRule(ground);
          const answer = await refusalOf(authorize(ground, id, [https("10.9.0.0/24"), https("10.0.0.0/24")]));
          return { answer, rules: told(await rules(ground, id)).length };
        },
      },
      {
        name: "the same rule twice in one call",
        refuses: refused([https("10.0.0.0/24"), https("10.0.0.0/24")]),
      },
      { name: "a range that is none", main: true, refuses: refused([https("10.0.0.0/33")]) },
      { name: "a range without its length", refuses: refused([https("10.0.0.0")]) },
      {
        name: "ports the wrong way round",
        refuses: refused([
          { IpProtocol: "tcp", FromPort: 444, ToPort: 443, IpRanges: [{ CidrIp: "10.0.0.0/24" }] },
        ]),
      },
      {
        name: "a protocol that is none",
        refuses: refused([
          { IpProtocol: "nope", FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: "10.0.0.0/24" }] },
        ]),
      },
      {
        name: "a description with a character that is not allowed",
        refuses: refused([https("10.0.0.0/24", "é")]),
      },
      {
        name: "a group that is not there",
        main: true,
        refuses: (ground) => authorize(ground, absentGroup, [https("10.0.0.0/24")]),
      },
      {
        name: "an id that is none",
        refuses: (ground) => authorize(ground, "group", [https("10.0.0.0/24")]),
      },
    ],
  },
  {
    operation: "ec2:AuthorizeSecurityGroupEgress",
    cases: [
      { name: "a port for a range of addresses", run: after([https("10.0.0.0/24")], "Egress") },
      {
        name: "the rule that a new group has",
        refuses: refused([{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }], "Egress"),
      },
    ],
  },
];
