import type { Stack } from "../../stack/stack.ts";
import { isOver, RECOVERY, secondsUntil, watchChannel } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { callsOfHalves, readsAmong, writesAmong } from "../halves.ts";
import { recordsOf, versions } from "../look.ts";
import { sayFreezeWord } from "../operator.ts";
import { tunnelPair } from "../tunnels.ts";

/** They change something in the clouds of their own accord. */
const CHANGING = ["WatchTunnels", "RenewCertificates", "RenewRelayCertificate"];

export const frozen: Chapter = {
  name: "a freeze stops every write in both halves, and telling goes on",
  async run(stack) {
    const [, tunnel] = tunnelPair(stack);
    const [freezeChannel, tunnelChannel] = [watchChannel(stack, "freeze"), watchChannel(stack, "tunnels")];
    const before = frozenRuns(stack);
    await sayFreezeWord(stack, "the gateway is being moved");
    await freezeChannel.untilTold("the freeze is told, and that Azure's half has it", ({ lines }) =>
      lines.some((line) => line.includes("frozen too")),
    );
    await until("every function has found the freeze", () => seenByAll(frozenRuns(stack), before, 2));
    // A run that had begun before goes on with what it has begun.
    await Promise.all([...stack.functions.values()].map((one) => one.settled()));

    const [from, frozenAt, known] = [stack.kernel.calls().length, Date.now(), versions(stack).length];
    stack.vpn.hang(tunnel, "either");
    const warning = await tunnelChannel.untilTold("a tunnel that hangs meanwhile is told", () => true);
    await until("a renewal falls due, and waits", () => hasWaited(stack, frozenAt));
    const later = frozenRuns(stack);
    await until("more runs look and write nothing", () => seenByAll(frozenRuns(stack), later, 2));
    const calls = callsOfHalves(stack, from);
    const writes = writesAmong(calls);
    check(writes.length === 0, `nothing is written: ${writes.map(({ operation }) => operation).join(", ")}`);
    const frozenMs = Date.now() - frozenAt;

    await sayFreezeWord(stack, null);
    await freezeChannel.untilTold("the end of the freeze is told", isOver);
    await tunnelChannel.untilTold("the tunnel is mended after it", isOver);
    const { text: recovery } = await tunnelChannel.untilReplied("its thread says so", RECOVERY);
    await until("the renewal is made after it", () => versions(stack).length > known);
    check(freezeChannel.count() === 1 && tunnelChannel.count() === 1, "each is one message in the channel");
    return {
      writesWhileFrozen: writes.length,
      readsWhileFrozen: readsAmong(calls).length,
      secondsFrozen: Math.round(frozenMs / 1_000),
      secondsFromHangToSlack: secondsUntil(warning, frozenAt),
      tunnelAfterTheThaw: recovery,
    };
  },
};

/** How many runs of each function have said that the link is frozen. */
const frozenRuns = (stack: Stack): Map<string, number> =>
  new Map(
    CHANGING.map((name) => [
      name,
      recordsOf(stack, name).filter(({ event }) => event === "run.frozen").length,
    ]),
  );

const seenByAll = (now: Map<string, number>, before: Map<string, number>, more: number): boolean =>
  CHANGING.every((name) => (now.get(name) ?? 0) >= (before.get(name) ?? 0) + more);

const hasWaited = (stack: Stack, sinceMs: number): boolean =>
  recordsOf(stack, "RenewCertificates", sinceMs).some(({ event }) => event === "certificate.frozen");
