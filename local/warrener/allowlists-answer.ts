/** What heal-allowlists answers a person (functions/heal-allowlists.ts), parsed: it may be of another version. */
import * as z from "zod";
import { GroupReport } from "../../shared/allowlists/group-report.ts";
import { InstantSchema } from "../../shared/certificates/schema.ts";

const envelope = { link: z.string(), linkDigest: z.string(), at: InstantSchema };
/** Why nothing can be said of a group now: the code of a failed call. */
const GroupProblem = z.looseObject({ group: z.string(), code: z.string() });
export type GroupProblem = z.infer<typeof GroupProblem>;

export const AllowlistsPlan = z.looseObject({
  ...envelope,
  frozen: z.boolean(),
  groups: z.array(GroupReport),
  problems: z.array(GroupProblem),
});
export type AllowlistsPlan = z.infer<typeof AllowlistsPlan>;

export const AcceptAnswer = z.discriminatedUnion("outcome", [
  z.looseObject({
    ...envelope,
    outcome: z.literal("accepted"),
    /** What was done in the group at once; null with the problem when it could not be looked at. */
    report: GroupReport.nullable(),
    problem: GroupProblem.nullable(),
  }),
  z.looseObject({ ...envelope, outcome: z.literal("refused"), reason: z.string() }),
]);
export type AcceptAnswer = z.infer<typeof AcceptAnswer>;
