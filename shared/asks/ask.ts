/** What a person asks for: something new in the place of what is there, by the same plan as on its day. */
import type { Audit } from "../journal/audit.ts";
import { type ChangeRecord, changeId } from "../journal/change.ts";
import { linkDigest } from "../link/load.ts";
import type { Link } from "../link/schema.ts";
import type { Instant } from "../runtime/instant.ts";

export interface Ask {
  /** The link's name for what is to be replaced. */
  readonly name: string;
  readonly at: Instant;
  /** Whoever asked, as far as that is known. */
  readonly actor: string;
  /** Of the certificate that is to be replaced; of anything else, `at` says what was there. */
  readonly serial?: string;
}

export interface AskRecorder {
  readonly audit: Pick<Audit, "record">;
  readonly link: Link;
  readonly invocation: { readonly requestId: string };
}

/**
 * Before it is asked for: whatever comes of it, the history says by whose wish. Throws `CloudError` when that could not
 * be written.
 */
export async function recordAsk(
  { audit, link, invocation }: AskRecorder,
  concern: Extract<ChangeRecord["concern"], "certificates" | "keys">,
  { name, at, actor, serial }: Ask,
): Promise<void> {
  await audit.record({
    // Whoever asks again because an answer was lost has not asked for another one.
    id: changeId(link.name, name, "ask", `${actor} ${serial ?? at}`),
    link: link.name,
    linkDigest: linkDigest(link),
    concern,
    target: name,
    kind: "ask",
    before: serial === undefined ? null : { serial },
    after: null,
    reasons: [],
    actor,
    requestIds: { lambda: invocation.requestId },
  });
}

/** Nothing was asked for; every function says so in the same way. What waits, such as for a thaw, is no refusal. */
export interface AskRefused {
  readonly outcome: "refused";
  /** It is another function's, or nobody's. */
  readonly reason: "unknown-name";
  readonly link: string;
  readonly linkDigest: string;
  readonly trouble: readonly string[];
}

export const unknownName = (link: Link): AskRefused => ({
  outcome: "refused",
  reason: "unknown-name",
  link: link.name,
  linkDigest: linkDigest(link),
  trouble: [],
});
