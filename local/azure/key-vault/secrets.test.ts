import type { SetSecretOptions } from "@azure/keyvault-secrets";
import { afterEach, describe, expect, it } from "vitest";
import { BUNNY, createWorld, HAND, NOBODY, VAULT_ID, type World } from "../world-for-tests.ts";
import {
  deleteSecretByHand,
  disableSecretByHand,
  purgeSecretByHand,
  recoverSecretByHand,
  setSecretByHand,
} from "./secret-person.ts";
import { issue } from "./test-requests.ts";

const NAME = "bunny-key";

const worlds: World[] = [];

async function openWorld(): Promise<World> {
  const world = await createWorld();
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function versionsOf(world: World, name = NAME) {
  const listed = [];
  for await (const one of world.secrets(HAND).listPropertiesOfSecretVersions(name)) listed.push(one);
  return listed;
}

const innerCode = (code: string) => ({ details: { error: { innerError: { code } } } });

describe("who may do what with a secret", () => {
  it("is asked for each name: whoever sets one can neither read it nor set another", async () => {
    const world = await openWorld();
    const hand = world.secrets(HAND);
    await hand.setSecret(NAME, "first");
    const refusal = { statusCode: 403, code: "Forbidden", ...innerCode("ForbiddenByRbac") };
    await expect(hand.getSecret(NAME)).rejects.toMatchObject(refusal);
    await expect(hand.setSecret("other", "value")).rejects.toMatchObject({
      ...refusal,
      message: expect.stringMatching(/secrets\/setSecret\/action.*\/secrets\/other'/s),
    });
    // Of a page the client keeps the code alone.
    await expect(hand.listPropertiesOfSecretVersions("other").next()).rejects.toMatchObject({
      statusCode: 403,
      code: "Forbidden",
    });
    await expect(hand.getDeletedSecret("other")).rejects.toMatchObject(refusal);
    await expect(world.secrets(BUNNY).setSecret(NAME, "mine")).rejects.toMatchObject(refusal);
    expect((await world.secrets(BUNNY).getSecret(NAME)).value).toBe("first");
  });

  it("is settled before anything is told about what exists", async () => {
    const world = await openWorld();
    setSecretByHand(world.vault, NAME, { value: "x" });
    deleteSecretByHand(world.vault, NAME);
    await expect(world.secrets(NOBODY).setSecret(NAME, "y")).rejects.toMatchObject({ statusCode: 403 });
  });
});

describe("setting a secret", () => {
  it("is refused while its name is a deleted secret's, in other words as long as the deletion goes on", async () => {
    const world = await openWorld();
    const hand = world.secrets(HAND);
    await hand.setSecret(NAME, "first");
    deleteSecretByHand(world.vault, NAME, true);
    const refusal = { statusCode: 409, code: "Conflict" };
    await expect(hand.setSecret(NAME, "next")).rejects.toMatchObject({
      ...refusal,
      ...innerCode("ObjectIsBeingDeleted"),
    });
    await expect(hand.getDeletedSecret(NAME)).rejects.toMatchObject({
      statusCode: 404,
      code: "SecretNotFound",
      message: "Deleted Secret not found: bunny-key",
    });
    recoverSecretByHand(world.vault, NAME);
    deleteSecretByHand(world.vault, NAME);
    await expect(hand.setSecret(NAME, "next")).rejects.toMatchObject({
      ...refusal,
      ...innerCode("ObjectIsDeletedButRecoverable"),
    });
    expect(await hand.getDeletedSecret(NAME)).toMatchObject({ name: NAME, value: undefined });
    purgeSecretByHand(world.vault, NAME);
    await expect(hand.setSecret(NAME, "next")).resolves.toMatchObject({ value: "next" });
  });

  it("is refused for the name of a certificate, whose secret it is", async () => {
    const world = await openWorld();
    await issue(world.certificates(HAND));
    world.rbac.assign({ principalId: HAND.principalId, roleDefinitionId: "setter-role", scope: VAULT_ID });
    await expect(world.secrets(HAND).setSecret("bunny", "mine")).rejects.toMatchObject({
      statusCode: 409,
      code: "Conflict",
    });
    const [only] = await versionsOf(world, "bunny");
    expect(only).toMatchObject({ managed: true, contentType: "application/x-pem-file" });
  });

  it.each<[string, string, SetSecretOptions]>([
    ["a value of more than 25 KiB", "x".repeat(25 * 1024 + 1), {}],
    ["a content type of more than 255 characters", "x", { contentType: "x".repeat(256) }],
    ["more than 15 tags", "x", { tags: Object.fromEntries([...Array(16).keys()].map((n) => [n, ""])) }],
    ["a tag of more than 512 characters", "x", { tags: { tag: "x".repeat(513) } }],
  ])("is refused with %s", async (_name, value, options) => {
    const world = await openWorld();
    const set = world.secrets(HAND).setSecret(NAME, value, options);
    await expect(set).rejects.toMatchObject({ statusCode: 400, code: "BadParameter" });
    expect(await versionsOf(world)).toEqual([]);
  });

  it("says that it cannot do what it does not do", async () => {
    const world = await openWorld();
    const set = world.secrets(HAND).setSecret(NAME, "x", { expiresOn: new Date("2999-01-01") });
    await expect(set).rejects.toMatchObject({ statusCode: 501 });
    expect(await versionsOf(world)).toEqual([]);
  });

  it("adds a version, which is what is read from then on", async () => {
    const world = await openWorld();
    const hand = world.secrets(HAND);
    const first = await hand.setSecret(NAME, "first");
    const second = await hand.setSecret(NAME, "second", { contentType: "text/plain", tags: { id: "1" } });
    expect(second.properties.version).not.toBe(first.properties.version);
    const read = await world.secrets(BUNNY).getSecret(NAME);
    expect(read).toMatchObject({
      value: "second",
      properties: { contentType: "text/plain", tags: { id: "1" }, enabled: true },
    });
    const old = await world.secrets(BUNNY).getSecret(NAME, { version: first.properties.version ?? "" });
    expect(old.value).toBe("first");
  });
});

describe("looking at a secret", () => {
  it("shows no version of one that never was, or was deleted", async () => {
    const world = await openWorld();
    expect(await versionsOf(world)).toEqual([]);
    setSecretByHand(world.vault, NAME, { value: "x" });
    deleteSecretByHand(world.vault, NAME);
    expect(await versionsOf(world)).toEqual([]);
    await expect(world.secrets(BUNNY).getSecret(NAME)).rejects.toMatchObject({ code: "SecretNotFound" });
  });

  it("shows the versions by their ids, in pages, and never a value", async () => {
    const world = await openWorld();
    for (let made = 0; made < 30; made += 1) setSecretByHand(world.vault, NAME, { value: `canary-${made}` });
    const listed = await versionsOf(world);
    const ids = listed.map(({ version }) => version);
    expect(ids).toHaveLength(30);
    expect(ids).toEqual(ids.toSorted());
    expect(ids).not.toEqual(world.vault.secrets.get(NAME)?.versions.map(({ id }) => id));
    expect(
      world.kernel.calls("key-vault:GetSecretVersions").filter(({ outcome }) => outcome === "ok"),
    ).toHaveLength(2);
    const seen = world.sightings.filter(({ bytes }) => Buffer.from(bytes).includes("canary"));
    expect(seen).toEqual([]);
  });

  it("refuses the value of a disabled newest version, though an older one is enabled", async () => {
    const world = await openWorld();
    setSecretByHand(world.vault, NAME, { value: "first" });
    const { id } = setSecretByHand(world.vault, NAME, { value: "second" });
    disableSecretByHand(world.vault, NAME, id);
    await expect(world.secrets(BUNNY).getSecret(NAME)).rejects.toMatchObject({
      statusCode: 403,
      ...innerCode("SecretDisabled"),
    });
    expect((await versionsOf(world)).find(({ version }) => version === id)?.enabled).toBe(false);
  });
});
