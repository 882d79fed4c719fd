/** The deployed hand alone: who may have it touch keys and trust, and what it does and refuses. */
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { promiseHandOfApiKeys } from "./promises/hand-of-api-keys.ts";
import { promiseHandOfPreSharedKeys } from "./promises/hand-of-pre-shared-keys.ts";
import { promiseHandOfTrust } from "./promises/hand-of-trust.ts";
import { type Stack, startStack } from "./stack.ts";

let stack: Stack;
const lines: string[] = [];
beforeAll(async () => {
  const linkFile = path.resolve(import.meta.dirname, "keys-hand-link.ts");
  const onLogLine = (source: string, line: string) => source === "hand" && lines.push(line);
  stack = await startStack({ linkFile, seed: 1, calm: true, speed: 100, onLogLine });
  // The deployed functions make no key of their own: only the hand is at work here.
  stack.kernel.faults.add({
    ...{ operation: "secretsmanager:PutSecretValue", nth: "every", when: "before" },
    effect: { kind: "refuse", status: 400, code: "ThrottlingException", message: "Rate exceeded" },
  });
});
afterAll(() => stack?.close());

promiseHandOfApiKeys(
  () => stack,
  () => lines,
);
promiseHandOfPreSharedKeys(
  () => stack,
  () => lines,
);
promiseHandOfTrust(() => stack);
