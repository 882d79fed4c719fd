/** Records of changes, for tests of what a failure is blamed on. */
import { type ChangeKind, ChangeRecord, changeId } from "../journal/change.ts";

interface Made extends Partial<Pick<ChangeRecord, "after" | "reasons">> {
  readonly target: string;
  readonly at: number;
}

export const change = (kind: ChangeKind, { target, at, after = null, reasons = [] }: Made): ChangeRecord =>
  ChangeRecord.parse({
    id: changeId("example-link", target, kind, String(at)),
    at: new Date(at * 1_000).toISOString(),
    link: "example-link",
    linkDigest: "0".repeat(64),
    concern: "certificates",
    target,
    kind,
    before: null,
    after,
    reasons,
    actor: "somebody",
    requestIds: {},
  });
