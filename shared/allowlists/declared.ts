/**
 * Allowlists as `link.config.ts` declares them. What comes out of parsing has canonical rules, in the order in which
 * they were written; what takes several of its fields to judge is in checks.ts.
 */
import * as z from "zod";
import { AzureResourceName, KebabName, ResourceGroupName, SubscriptionId } from "../link/names.ts";
import { strict } from "../link/strict.ts";
import type { Instant } from "../runtime/instant.ts";
import { DeclaredRule } from "./declared-rule.ts";
import { CanonicalCidr, Direction, SecurityGroupId } from "./schema.ts";

const text = (what: string, max: number) =>
  z
    .string({ error: `must be a text: ${what}` })
    .trim()
    .min(1, { error: `says nothing: write ${what}` })
    .max(max, { error: `has more than ${max} characters: shorten it` });

const WHEN = 'write a moment with its time zone, such as "2030-01-31T18:00Z" or "2030-01-31T18:00+01:00"';
/** To the minute, or to the second; a day that the month has not is refused. */
const Moment = z
  .union(
    [-1, 0].map((precision) => z.iso.datetime({ offset: true, precision })),
    { error: WHEN },
  )
  .transform((moment): Instant => Date.parse(moment) / 1_000);

const DeclaredException = strict({
  rule: DeclaredRule,
  author: text("who answers for this exception", 100),
  reason: text("why this exception is needed", 500),
  /** Left out, it begins at once. */
  from: Moment.optional(),
  until: Moment,
});

const RULES_MAX =
  "must be a whole number from 1 to 1000: your quota of rules for a direction and address family";

const PODS = 'must be a list of the networks of the pods, such as ["10.244.0.0/16"]';

const COMMON = {
  name: KebabName(2, 30),
  own: z.enum(["all", "marked"], {
    error:
      'must be "all", when every rule of the group is Warrener\'s, or "marked", when only those are that have its mark',
  }),
  mode: z.enum(["heal", "report"], { error: 'must be "heal" or "report"' }).default("heal"),
  directions: z
    .array(z.enum(Direction.options, { error: 'must be "in" or "out"' }), {
      error: 'must be a list such as ["in", "out"]',
    })
    .min(1, { error: 'names no direction: write ["in", "out"], or leave the group out' })
    .refine((directions) => new Set(directions).size === directions.length, {
      error: "names one direction twice: write it once",
    })
    .transform((directions) => directions.toSorted())
    .optional(),
  /** Left out, those of the link's own traffic (default-rules.ts). */
  rules: z.array(DeclaredRule, { error: "must be a list of rules" }).optional(),
  exceptions: z.array(DeclaredException, { error: "must be a list of exceptions" }).default([]),
};

const DeclaredGroup = z.discriminatedUnion(
  "cloud",
  [
    strict({
      ...COMMON,
      cloud: z.literal("aws"),
      group: SecurityGroupId,
      /** The quota's default: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
      rulesMax: z
        .int({ error: RULES_MAX })
        .min(1, { error: RULES_MAX })
        .max(1_000, { error: RULES_MAX })
        .default(60),
    }),
    strict({
      ...COMMON,
      cloud: z.literal("azure"),
      group: strict({
        resourceGroup: ResourceGroupName,
        nsg: AzureResourceName,
        subscription: SubscriptionId.optional(),
      }),
      /**
       * The networks of AKS's pods where they are not those of the nodes (Azure CNI Overlay, kubenet), for the default
       * rules: Azure applies an NSG to what passes between pods.
       */
      pods: z.array(CanonicalCidr, { error: PODS }).optional(),
    }),
  ],
  { error: 'must say its cloud: "aws" or "azure"' },
);
export type DeclaredGroup = z.output<typeof DeclaredGroup>;

const SHRINK_MAX =
  "must be a whole number, 0 or more: how many flows a new link may close of what the last one wanted, without being asked";

export const LinkAllowlists = strict({
  shrinkMax: z.int({ error: SHRINK_MAX }).min(0, { error: SHRINK_MAX }).default(0),
  /**
   * CloudTrail's record of who changes what: "adopt" where the account has a trail of management events on already.
   * AWS tells of a change at once only where there is one.
   */
  trail: z.enum(["create", "adopt"], { error: 'must be "create" or "adopt"' }).default("create"),
  groups: z
    .array(DeclaredGroup, { error: "must be a list of groups" })
    .min(1, { error: "must have at least one of the groups" }),
});
export type LinkAllowlists = z.output<typeof LinkAllowlists>;
