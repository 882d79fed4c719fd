/** The hand's notes in the record of changes: what was made in Azure, in the hand's own words. */
import type { Audit } from "../journal/audit.ts";
import { type ChangeRecord, changeId, type NewChange } from "../journal/change.ts";
import { linkDigest } from "../link/load.ts";
import type { Link } from "../link/schema.ts";
import type { Act, HandNote } from "./schema.ts";

/** Who made the changes that are noted. */
const HAND = "hand";

const CONCERNS: Readonly<Record<Act, ChangeRecord["concern"]>> = {
  "certificates.request": "certificates",
  "certificates.drop-request": "certificates",
  "certificates.merge": "certificates",
  "tunnels.reset": "tunnels",
  "allowlists.heal": "allowlists",
  "allowlists.accept": "allowlists",
  "keys.set-key": "keys",
  "keys.set-tunnel": "keys",
  "trust.publish": "trust",
};

/** A note that is recorded twice is known for one by its change's id. */
export const recordNotes =
  (audit: Pick<Audit, "record">, link: Link) =>
  (note: HandNote): Promise<void> =>
    audit.record(toChange(link, note));

function toChange(link: Link, note: HandNote): NewChange {
  const { id, act, target, at, outcome, code, function: invocation } = note;
  return {
    id: changeId(link.name, target, "hand-note", id),
    link: link.name,
    linkDigest: linkDigest(link),
    concern: CONCERNS[act],
    target,
    kind: "hand-note",
    before: null,
    after: { act, outcome, notedAt: at, ...(code === undefined ? {} : { code }) },
    reasons: [],
    actor: HAND,
    requestIds: invocation === undefined ? {} : { function: invocation },
  };
}
