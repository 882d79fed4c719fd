import { setTimeout as pause } from "node:timers/promises";
import { secondsUntil, untilToldOf } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { exceptionEndMs, portsOf } from "../groups.ts";
import { EXCEPTION_PORT, RELAY } from "../link.ts";

export const exceptionOver: Chapter = {
  name: "an exception ends when its time is over, is closed and told",
  async run(stack) {
    const endsAt = exceptionEndMs(stack);
    const isOpen = () => portsOf(stack, RELAY).includes(`in ${EXCEPTION_PORT}`);
    check(isOpen() || Date.now() >= endsAt, "it is open as long as it lasts");
    await pause(Math.max(0, endsAt - Date.now()));
    await until("it is closed at its end", () => !isOpen());
    const told = await untilToldOf(stack, "allowlist-exception-over", `in tcp ${EXCEPTION_PORT}`);
    const secondsFromEndToSlack = secondsUntil(told, endsAt);
    check(secondsFromEndToSlack >= 0, "not before its end");
    return { ended: new Date(endsAt).toISOString(), secondsFromEndToSlack };
  },
};
