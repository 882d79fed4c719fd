/** A rule of a security group as EC2 keeps it: in the one spelling in which Describe answers it. */

export type Direction = "in" | "out";

/** Where the traffic comes from, or goes to. */
export type Source =
  | { readonly kind: "ipv4" | "ipv6"; readonly cidr: string }
  | { readonly kind: "prefix-list"; readonly prefixListId: string }
  | { readonly kind: "group"; readonly groupId: string; readonly userId: string };

export interface RuleValue {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or another one's number. */
  readonly ipProtocol: string;
  /** The type, of ICMP. -1 is all. */
  readonly fromPort: number;
  /** The code, of ICMP. */
  readonly toPort: number;
  readonly source: Source;
  readonly description: string | undefined;
}

export interface StoredRule {
  /** Stays the same when the rule gets another value. */
  readonly id: string;
  readonly groupId: string;
  readonly direction: Direction;
  readonly value: RuleValue;
  readonly tags: Readonly<Record<string, string>>;
}

/** Equal for rules that EC2 takes for the same one: its description does not count. */
export function identityOf({ ipProtocol, fromPort, toPort, source }: RuleValue): string {
  return `${ipProtocol} ${fromPort} ${toPort} ${nameOf(source)}`;
}

/** As EC2 names it in a refusal. */
export function nameOf(source: Source): string {
  switch (source.kind) {
    case "group":
      return source.groupId;
    case "prefix-list":
      return source.prefixListId;
    case "ipv4":
    case "ipv6":
      return source.cidr;
  }
}
