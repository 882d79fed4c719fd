import { randomBytes } from "node:crypto";
import { setSecretByHand } from "../../azure/key-vault/secret-person.ts";
import type { Stack } from "../../stack/stack.ts";
import { secondsUntil, watchChannel } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { isUsed, keyInVault, labelledKey } from "../keys.ts";
import { POLL_KEY } from "../link.ts";
import { acceptedSerials, protagonists } from "../look.ts";
import { refusedSerials, wokenSince } from "../refusals.ts";

const REASON = "api-key-unknown";

export const bunnyRefused: Chapter = {
  name: "bunny is given a wrong API key by hand: Slack says why, and it is mended",
  async run(stack) {
    const { bunny } = protagonists(stack);
    const current = labelledKey(stack, POLL_KEY, "AWSCURRENT")?.id;
    check(current !== undefined && isUsed(stack, current), "bunny comes with the current key");
    const channel = watchChannel(stack, "auth-own");
    const [begunAt, polls] = [Date.now(), bunny.worker.counts()];
    const serial = await untilRefused(stack);
    check(acceptedSerials(stack).includes(serial), "it is bunny, whose certificate is good");
    const told = await channel.untilTold("Slack says that it is bunny, and why", ({ lines }) =>
      lines.some((line) => /^Cause: .*comes with no API key that relay knows$/.test(line)),
    );
    const changed = told.lines.find((line) => line.startsWith("Changed just before: "));
    check(changed?.includes("a step of the rotation of ") === true, "and which change came before it");
    check(told.lines.includes(`Serial: ${serial}`), "and which certificate it has shown");
    await until("the function that rotates keys is asked to look", () =>
      wokenSince(stack, begunAt).includes("api-keys"),
    );
    await until("the vault has the current key again", () => keyInVault(stack, POLL_KEY) === current);
    const { failedPolls } = bunny.worker.counts();
    check(failedPolls === polls.failedPolls, "no poll failed: bunny has kept the key that works");
    check(channel.count() === 1, "all of it is one message in the channel");
    return {
      ...{ reason: REASON, serial, messagesInTheChannel: channel.count() },
      secondsFromWrongKeyToSlack: secondsUntil(told, begunAt),
      said: told.lines[0] ?? told.text,
      changedJustBefore: changed.slice("Changed just before: ".length),
      ...{ woken: "api-keys", keyInTheVaultAgain: current, failedPolls: 0 },
    };
  },
};

/** The serial with which bunny was refused. Who put the key there does so again when it was mended before bunny took it up. */
async function untilRefused(stack: Stack): Promise<string> {
  const { vault } = protagonists(stack);
  const before = refusedSerials(stack, REASON).length;
  return await until("relay refuses bunny's call with it", () => {
    const refused = refusedSerials(stack, REASON)[before];
    if (refused === undefined && keyInVault(stack, POLL_KEY) !== undefined)
      setSecretByHand(vault, POLL_KEY, { value: randomBytes(32).toString("base64url") });
    return refused;
  });
}
