import { describe, expect, it } from "vitest";
import { rememberApiKey } from "./api-key-memory.ts";
import { ApiKeyMemory, NO_KEY_MEMORY, type ObservedApiKey } from "./api-key-schema.ts";
import { inVault, labelled, logOf, NEW, NOW, OLD } from "./test-api-keys.ts";

const observed: ObservedApiKey = {
  labels: { current: labelled(OLD), pending: labelled(NEW), previous: null },
  vault: inVault(OLD),
  log: logOf({}),
};
const first = rememberApiKey(observed, NO_KEY_MEMORY, NOW);

describe("rememberApiKey", () => {
  it("notes since when each label, and the vault, have been as they are", () => {
    expect(first).toEqual({
      ...NO_KEY_MEMORY,
      current: { id: `version-${OLD}`, since: NOW },
      pending: { id: `version-${NEW}`, since: NOW },
      vault: { id: `vault-${OLD}`, since: NOW },
      used: { id: `vault-${OLD}`, since: NOW },
    });
    expect(rememberApiKey(observed, first, NOW + 60)).toEqual(first);
  });

  it("begins anew for what has changed, and forgets what is not there any more", () => {
    const labels = { current: labelled(NEW), pending: null, previous: labelled(OLD) };
    const after = rememberApiKey({ ...observed, labels, vault: null }, first, NOW + 60);
    expect(after).toMatchObject({
      current: { id: `version-${NEW}`, since: NOW + 60 },
      pending: null,
      previous: { id: `version-${OLD}`, since: NOW + 60 },
      vault: null,
    });
  });

  it.each<Partial<ObservedApiKey>>([
    { labels: "unreadable" },
    { labels: "deleted" },
    { vault: "unreadable" },
    { vault: "deleted" },
    { log: "unreadable" },
  ])("keeps what could not be seen, and since when: %j", (changes) => {
    const blind = rememberApiKey({ ...observed, ...changes }, first, NOW + 60);
    expect(blind).toEqual({ ...first, blindSince: NOW + 60 });
    expect(rememberApiKey({ ...observed, ...changes }, blind, NOW + 120)).toEqual(blind);
    expect(rememberApiKey(observed, blind, NOW + 120)).toEqual(first);
  });

  it("takes a use for one of the vault's version only since that is there", () => {
    const vault = inVault(OLD, { version: "again", createdAt: NOW - 5 });
    expect(rememberApiKey({ ...observed, vault }, first, NOW).used).toBeNull();
    const log = { ...logOf({}), used: [{ keyId: OLD, at: [NOW - 5] }] };
    expect(rememberApiKey({ ...observed, vault, log }, first, NOW).used).toEqual({ id: "again", since: NOW });
    const other = { ...log, used: [{ keyId: NEW, at: [NOW] }] };
    expect(rememberApiKey({ ...observed, vault, log: other }, first, NOW).used).toBeNull();
  });

  it("forgets the version that was begun once it has a label", () => {
    const begun = (id: string) => ({ ...first, draft: { id, since: NOW } });
    expect(rememberApiKey(observed, begun("begun"), NOW).draft).toEqual({ id: "begun", since: NOW });
    expect(rememberApiKey(observed, begun(`version-${NEW}`), NOW).draft).toBeNull();
  });

  it("is read back as it was kept, also by an older version's reader", () => {
    expect(ApiKeyMemory.parse({ ...first, later: 1 })).toEqual(first);
  });
});
