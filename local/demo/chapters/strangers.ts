import type { Stack } from "../../stack/stack.ts";
import {
  type Caller,
  callerOfAnotherCa,
  callerWhoExpired,
  callerWithWrongKey,
  callRelay,
} from "../callers.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { relayLines } from "../look.ts";

export const strangers: Chapter = {
  name: "callers without bunny's certificate are turned away",
  async run(stack) {
    const withoutCertificate = await refusal(stack, {}, "no-certificate", "no answer");
    const otherCa = await refusal(stack, await callerOfAnotherCa(stack), "unknown-ca", "no answer");
    const expired = await refusal(stack, await callerWhoExpired(stack), "expired", "no answer");
    const wrongKey = await refusal(stack, await callerWithWrongKey(stack), "api-key-unknown", 401);
    return { withoutCertificate, otherCa, expired, wrongKey };
  },
};

/** What relay's log gives as the reason; only whose certificate is good gets an answer of HTTP at all. */
async function refusal(
  stack: Stack,
  caller: Caller,
  expected: string,
  answer: number | "no answer",
): Promise<string> {
  const refused = () =>
    relayLines(stack).filter((line) => line.event === "client.refused" && line.reason === expected);
  const before = refused().length;
  const answered = await callRelay(stack, caller);
  check(answered === answer, `relay answers ${answer} to a caller it refuses (${expected}), not ${answered}`);
  await until(`relay's log shows the refusal (${expected})`, () => refused().length > before);
  return expected;
}
