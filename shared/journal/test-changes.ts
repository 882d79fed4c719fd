/** Changes for tests. */
import { type ChangeRecord, changeId, type NewChange } from "./change.ts";

const LINK = "test-link";

export function newChange(subject: string, changes: Partial<NewChange> = {}): NewChange {
  const { target = "bunny-client", kind = "issue" } = changes;
  return {
    id: changeId(LINK, target, kind, subject),
    link: LINK,
    linkDigest: "d".repeat(64),
    concern: "certificates",
    target,
    kind,
    before: null,
    after: { serial: "ab12", notAfter: 1_795_852_800, certificateArn: subject },
    reasons: ["renewal-due"],
    actor: "warrener-test-renew-certificates",
    requestIds: { lambda: "invocation-1", "acm-pca": "request-1" },
    ...changes,
  };
}

export const changeAt = (at: string, subject: string, changes: Partial<NewChange> = {}): ChangeRecord => ({
  ...newChange(subject, changes),
  at,
});
