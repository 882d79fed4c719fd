/** Defects of the certificates' loop. */
import type { Defect } from "./defect.ts";

const PLAN = "shared/certificates/plan.ts";
const SIGN = "shared/certificates/sign.ts";
const HAND = "shared/certificates/hand.ts";

export const certificateDefects: readonly Defect[] = [
  {
    name: "a certificate is renewed when it has ended, not before",
    file: PLAN,
    from: "  return due.at <= now ? due.reason : null;",
    to: "  return null;",
    breaks: [1],
  },
  {
    name: "what is pending is left to whoever asked for it",
    file: PLAN,
    from: "  if (pending !== null)\n    return {",
    to: "  if (pending !== null && current === null)\n    return {",
    breaks: [1, 8],
  },
  {
    name: "an intent that stands is not gone on with: each run asks the CA anew",
    seed: 17,
    file: PLAN,
    from: '  if (intent === null || intent.state === "refused") {',
    to: '  if (intent === null || intent.state !== "merged") {',
    breaks: [1, 8],
  },
  {
    name: "the CA is asked under another token each time",
    seed: 7,
    file: SIGN,
    from: "    idempotencyToken: intent.idempotencyToken,\n    notAfter: intent.notAfter,\n    signingAlgorithm",
    to: "    idempotencyToken: brain.invocation.requestId,\n    notAfter: intent.notAfter,\n    signingAlgorithm",
    breaks: [1],
  },
  {
    name: "seconds are taken for milliseconds in the end of a certificate",
    file: PLAN,
    from: "    const notAfter = now + desired.lifetimeSeconds;",
    to: "    const notAfter = now + Math.floor(desired.lifetimeSeconds / 1_000);",
    breaks: [1, 8],
  },
  {
    name: "the hand makes a certificate of another name",
    file: HAND,
    from: "await place.vault.createRequest(name, policyFor",
    to: "await place.vault.createRequest(name.concat('-new'), policyFor",
    breaks: [7],
  },
  {
    name: "a freeze is told, and heeded by nobody",
    seed: 2,
    file: "shared/certificates/renew.ts",
    from: "  const { frozen } = standings.freeze;",
    to: "  const frozen = false;",
    breaks: [7],
  },
  {
    name: "changes that were told are told again for ever",
    file: "shared/journal/tell.ts",
    from: "told.length === 0 ? null : await codeOr(() => audit.file(told));",
    to: "null;",
    breaks: [8],
  },
  {
    name: "a request that is not the link's is kept",
    file: PLAN,
    from: '    pending.policyFaults.length > 0 ? [...mismatches, "other-policy"] : mismatches;',
    to: '    pending.policyFaults.length > 0 ? [...mismatches, "other-policy"] : ["other-policy"];',
    breaks: [1, 8],
  },
];
