/**
 * The body of a rule as it is sent, checked as Resource Manager does, and as it is kept: what was given in the singular
 * stays so, what was given in the plural too, and lists that were not given are empty.
 * https://learn.microsoft.com/rest/api/virtualnetwork/security-rules/create-or-update
 */
import * as z from "zod";
import { NotSupported } from "../../../network/json-listener.ts";
import { familyOf, isServiceTag } from "./addresses.ts";
import {
  cannotParse,
  invalidDescription,
  invalidName,
  invalidPorts,
  invalidPrefix,
  invalidPriority,
  missing,
  missingEnd,
  mixedFamilies,
  unsupportedValue,
} from "./refusals.ts";

const PRIORITY_MIN = 100;
const PRIORITY_MAX = 4_096;
const DESCRIPTION_MAX = 140;
const PORT_MAX = 65_535;
const NAME = /^\w(?:[\w.-]{0,78}\w)?$/;

/** Kept as spelled, compared without regard to case. */
const word = (...words: readonly string[]) =>
  z.string().refine((text) => words.includes(text.toLowerCase()), { error: `one of ${words.join(", ")}` });
const Texts = z
  .array(z.string())
  .nullish()
  .transform((texts) => texts ?? []);
/** An empty text is what the portal sends for a field that it does not use. */
const Text = z
  .string()
  .nullish()
  .transform((text) => (text === null || text === "" ? undefined : text));
const Groups = z.array(z.object({ id: z.string() })).optional();

const Sent = z.object({
  description: Text,
  protocol: word("tcp", "udp", "icmp", "esp", "ah", "*").optional(),
  sourcePortRange: Text,
  destinationPortRange: Text,
  sourceAddressPrefix: Text,
  destinationAddressPrefix: Text,
  access: word("allow", "deny").optional(),
  priority: z.int().optional(),
  direction: word("inbound", "outbound").optional(),
  sourcePortRanges: Texts,
  destinationPortRanges: Texts,
  sourceAddressPrefixes: Texts,
  destinationAddressPrefixes: Texts,
  sourceApplicationSecurityGroups: Groups,
  destinationApplicationSecurityGroups: Groups,
});
type Sent = z.infer<typeof Sent>;

/** In the order in which answers have its fields. */
export interface RuleProperties extends Sent {
  readonly protocol: string;
  readonly access: string;
  readonly priority: number;
  readonly direction: string;
}

export interface NamedRule {
  readonly name: string;
  readonly properties: RuleProperties;
}

const Body = z.object({ properties: z.unknown() });
const NamedBody = z.object({ name: z.string(), properties: z.unknown() });
const GroupBody = z.object({
  location: z.string(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.object({ securityRules: z.array(NamedBody).default([]) }).prefault({}),
});

export interface GroupProperties {
  readonly location: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly rules: readonly NamedRule[];
}

/** Throws `Refusal`, as the others here; `id` is the rule's. */
export function parseRuleBody(id: string, body: unknown): RuleProperties {
  return ruleProperties(id, parsed(Body, body).properties);
}

export function parseGroupBody(id: string, body: unknown): GroupProperties {
  const { location, tags, properties } = parsed(GroupBody, body);
  const rules = properties.securityRules.map((rule) => namedRule(id, rule));
  return { location, tags, rules };
}

/** Of the group with this id. */
export function namedRule(groupId: string, rule: { readonly name: string; readonly properties: unknown }) {
  const id = `${groupId}/securityRules/${rule.name}`;
  checkName(rule.name);
  return { name: rule.name, properties: ruleProperties(id, rule.properties) };
}

export function checkName(name: string): void {
  if (!NAME.test(name)) throw invalidName(name);
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw cannotParse(z.prettifyError(result.error));
  return result.data;
}

function ruleProperties(id: string, body: unknown): RuleProperties {
  const sent = parsed(Sent, body);
  const { protocol, access, priority, direction } = sent;
  if (protocol === undefined) throw missing(id, "Protocol");
  if (access === undefined) throw missing(id, "Access");
  if (priority === undefined) throw missing(id, "Priority");
  if (direction === undefined) throw missing(id, "Direction");
  if (priority < PRIORITY_MIN || priority > PRIORITY_MAX) throw invalidPriority(priority);
  if ([...(sent.description ?? "")].length > DESCRIPTION_MAX) throw invalidDescription(id, DESCRIPTION_MAX);
  checkEnd(id, "Source", sent);
  checkEnd(id, "Destination", sent);
  return { ...sent, protocol, access, priority, direction };
}

function endOf(sent: Sent, end: "Source" | "Destination") {
  return end === "Source"
    ? {
        prefix: sent.sourceAddressPrefix,
        prefixes: sent.sourceAddressPrefixes,
        groups: sent.sourceApplicationSecurityGroups ?? [],
        port: sent.sourcePortRange,
        ports: sent.sourcePortRanges,
      }
    : {
        prefix: sent.destinationAddressPrefix,
        prefixes: sent.destinationAddressPrefixes,
        groups: sent.destinationApplicationSecurityGroups ?? [],
        port: sent.destinationPortRange,
        ports: sent.destinationPortRanges,
      };
}

function checkEnd(id: string, end: "Source" | "Destination", sent: Sent): void {
  const { prefix, prefixes, groups, port, ports } = endOf(sent, end);
  const given = [prefix !== undefined, prefixes.length > 0, groups.length > 0].filter((one) => one).length;
  if (given === 0) {
    const group = `${end}AddressPrefix, or ${end}ApplicationSecurityGroups`;
    throw missingEnd(id, group, `${end}AddressPrefixes`);
  }
  if (port === undefined && ports.length === 0) {
    throw missingEnd(id, `or ${end}PortRange`, `${end}PortRanges`);
  }
  // Which of them wins, or how it is refused, is not known.
  if (given > 1) throw new NotSupported(`a rule whose ${end} has addresses in more than one field`);
  if (port !== undefined && ports.length > 0) {
    throw new NotSupported(`a rule whose ${end} has ports in both fields`);
  }
  if (prefix !== undefined && prefix !== "*" && !isServiceTag(prefix)) checkPrefix(id, prefix);
  for (const one of prefixes) {
    if (one === "*" || isServiceTag(one)) throw unsupportedValue(id, `${end}AddressPrefix`, one);
    checkPrefix(id, one);
  }
  if (new Set(prefixes.map(familyOf)).size > 1) throw mixedFamilies(id);
  for (const range of port === undefined ? ports : [port]) checkPorts(range, port !== undefined);
}

function checkPrefix(id: string, prefix: string): void {
  if (familyOf(prefix) === undefined) throw invalidPrefix(id, prefix);
}

function checkPorts(text: string, isAlone: boolean): void {
  if (text === "*" && isAlone) return;
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const isRange =
    from !== undefined && to !== undefined && Number(from) <= Number(to) && Number(to) <= PORT_MAX;
  if (!isRange) throw invalidPorts(text);
}
