/**
 * The hand's verbs for allowlists: it looks at the link's NSGs, puts them right, and keeps what people agreed to. It
 * plans with its own copy of the link, and believes no caller what a group should hold.
 */
import type { Body, Outcome, Problem, Refused } from "../azure-api/contract.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { wishDigest } from "./consent.ts";
import type { GroupReport } from "./group-report.ts";
import { readConsent, writeConsent } from "./nsg-consent.ts";
import { healGroup, type NsgCall, type NsgHand, type NsgPlace, planGroup } from "./nsg-heal-group.ts";

type Verb = "allowlists.plan" | "allowlists.heal";
type GroupAnswer = GroupReport | { readonly group: string; readonly problem: Problem };

export async function planGroups(
  hand: NsgHand,
  call: Pick<NsgCall, "keeper">,
  { groups }: Body<"allowlists.plan">,
): Promise<Outcome<"allowlists.plan">> {
  const answers = await each(hand, "allowlists.plan", groups, (place) => planGroup(hand, call, place));
  return { outcome: "planned", groups: answers };
}

export async function healGroups(
  hand: NsgHand,
  call: NsgCall,
  { groups }: Body<"allowlists.heal">,
): Promise<Outcome<"allowlists.heal">> {
  const answers = await each(hand, "allowlists.heal", groups, (place) => healGroup(hand, call, place));
  return { outcome: "healed", groups: answers };
}

/** One group that cannot be looked at never hides or holds up the others. */
async function each(
  { places }: NsgHand,
  verb: Verb,
  names: readonly string[],
  run: (place: NsgPlace) => Promise<GroupReport>,
): Promise<GroupAnswer[]> {
  return await Promise.all(
    names.map(async (group) => {
      const place = places.get(group);
      if (place === undefined)
        return { group, problem: { code: "unknown-group", operation: verb, retryable: false } };
      const answer = await orCloudError(() => run(place));
      return answer instanceof CloudError ? { group, problem: problemOf(answer) } : answer;
    }),
  );
}

const problemOf = ({ code, operation, retryable, throttled }: CloudError): Problem => ({
  code,
  operation,
  retryable,
  throttled,
});

/** Each time somebody else was faster, and there are few of them. */
const ATTEMPTS_MAX = 5;

/** Throws `CloudError` when it could not be kept. */
export async function acceptGroup(
  { places }: Pick<NsgHand, "places">,
  { keeper }: Pick<NsgCall, "keeper">,
  { group, wish }: Body<"allowlists.accept">,
): Promise<Outcome<"allowlists.accept">> {
  const place = places.get(group);
  if (place === undefined)
    return refused("unknown-group", `the link's half here has no network security group ${group}`);
  if (wishDigest(place.desired) !== wish)
    return refused("other-wish", `the link wants something else of ${group} by now: plan again`);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const { version, ...agreed } = await readConsent(keeper, group);
    if (await writeConsent(keeper.rows, group, { ...agreed, accepted: wish }, version))
      return { outcome: "accepted" };
  }
  const [operation, code] = ["UpdateEntity", "contended"];
  throw new CloudError({ provider: "azure", operation, target: group, code, retryable: true });
}

const refused = (reason: Refused["reason"], detail: string): Refused => ({
  outcome: "refused",
  reason,
  detail,
});
