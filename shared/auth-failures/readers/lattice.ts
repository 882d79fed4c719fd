/**
 * Access logs of VPC Lattice for a service: JSON, and what is missing is "-"
 * (https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html). Lattice ends TLS and asks nobody for
 * a client certificate: it knows a caller by IAM, whose names of a certificate (IAM Roles Anywhere) it has verified.
 */
import type { FailureClass } from "../schema.ts";
import { addressBeforePort, ownName } from "./fields.ts";
import { isSaid, textIn, valueIn, wholeNumberIn } from "./json-object.ts";
import { type Reader, refusedEvent } from "./reader.ts";

/** Lattice's own refusal by an auth policy is a 403; both are relay's answers to an API key (docs/workloads.md). */
const CLASSES: ReadonlyMap<number, FailureClass> = new Map([
  [401, "bad-api-key"],
  [403, "forbidden-scope"],
]);

export const latticeReader = (own: readonly string[]): Reader => ({
  name: "lattice",
  filters: {
    json: [...CLASSES.keys()].map((code) => `($.serviceArn = "*" && $.responseCode = ${code})`),
    text: [],
  },
  read: ({ record, isFromAgent }, at) => {
    // AWS writes it itself: what a pod writes in this form is made up.
    if (record === null || isFromAgent || textIn(record, "serviceArn") === null) return "not-mine";
    const code = wholeNumberIn(record, "responseCode");
    // A listener that passes TLS through sees no answer.
    if (code === null) return isSaid(valueIn(record, "responseCode")) ? "unreadable" : "not-mine";
    const failure = CLASSES.get(code);
    if (failure === undefined) return "not-mine";
    return refusedEvent("lattice", at, failure, {
      source: addressBeforePort(textIn(record, "sourceIpPort")),
      identity: ownName(own, textIn(record, "callerX509SubjectCN"), textIn(record, "callerX509SANDNS")),
    });
  },
});
