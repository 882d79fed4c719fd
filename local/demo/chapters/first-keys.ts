import { apiKeysOf } from "../../../shared/keys/api-keys-desired.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { apiKeyVersions, isUsed, keyInVault, labelledKey, replicasWith } from "../keys.ts";
import { POLL_KEY } from "../link.ts";
import { protagonists } from "../look.ts";

export const firstKeys: Chapter = {
  name: "bunny's API keys are made by nobody's hand, and relay has each first",
  async run(stack) {
    const names = apiKeysOf(stack.link).map(({ desired }) => desired.name);
    check(
      names.every((name) => apiKeyVersions(stack, name) === 0),
      "the secrets are deployed without a value",
    );
    const ids = await Promise.all(names.map((name) => made(stack, name)));
    const first = ids[names.indexOf(POLL_KEY)];
    await until("bunny comes with its first key", () => first !== undefined && isUsed(stack, first));
    const { failedPolls } = protagonists(stack).bunny.worker.counts();
    check(failedPolls === 0, "relay has refused no poll");
    return { keys: names.length, ids: ids.join(", "), replicasOfRelay: 2, failedPolls };
  },
};

/** The id of the key, once it is in bunny's vault. By then every replica has to have said that it accepts it. */
async function made(stack: Stack, name: string): Promise<string> {
  const id = await until(`${name} is in bunny's vault`, () => keyInVault(stack, name));
  const replicas = replicasWith(stack, id);
  check(
    replicas.size > 1 && [...replicas.values()].every((has) => has),
    `every replica of relay had loaded ${name} before bunny got it`,
  );
  check(labelledKey(stack, name, "AWSCURRENT")?.id === id, `${name} is the current one`);
  return id;
}
