/** What becomes of relay's and the tunnels' lines of refused callers: what the function that reads them says of it. */
import * as z from "zod";
import type { Stack } from "../stack/stack.ts";
import { linesOf, relayLines } from "./look.ts";

const READER = "ReadAuthFailures";

const Taken = z.object({
  message: z.object({ event: z.literal("auth-failures.taken"), group: z.string(), refused: z.number() }),
});
const Woken = z.object({
  message: z.object({ event: z.literal("auth-failures.woken"), targets: z.array(z.string()) }),
});

/** How many refusals the function has found in the lines of a log group, each time it was handed them. */
export const refusalsTaken = (stack: Stack, group: string, sinceMs: number): number =>
  linesOf(stack, READER, sinceMs)
    .flatMap((line) => Taken.safeParse(line).data?.message ?? [])
    .filter((taken) => taken.group === group)
    .reduce((sum, { refused }) => sum + refused, 0);

/** Which of the link's own functions it has asked to look at once. */
export const wokenSince = (stack: Stack, sinceMs: number): string[] =>
  linesOf(stack, READER, sinceMs).flatMap((line) => Woken.safeParse(line).data?.message.targets ?? []);

/** The certificates with which somebody was refused for that reason, by relay's log; undefined for one without any. */
export const refusedSerials = (stack: Stack, reason: string): (string | undefined)[] =>
  relayLines(stack).flatMap((line) =>
    line.event === "client.refused" && line.reason === reason ? [line.clientCertificateSerial] : [],
  );
