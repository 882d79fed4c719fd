/** The whole way of a key: the brain's client, the contract, the hand's verbs, its gate, and the vault behind them. */
import { randomBytes } from "node:crypto";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  deleteSecretByHand,
  disableSecretByHand,
  setSecretByHand,
} from "../../local/azure/key-vault/secret-person.ts";
import { HAND } from "../../local/azure/world-for-tests.ts";
import { modelRows } from "../../local/model/rows.ts";
import { type LocalVaultSecrets, openVaultSecrets } from "../../local/testing/vault-secrets-client.ts";
import { createHand, type HandOptions } from "../azure-api/client.ts";
import type { Endpoint } from "../azure-api/contract.ts";
import { type Service, serve } from "../azure-api/serve.ts";
import { keepFreeze } from "../freeze/hand.ts";
import { carryOut } from "../notes/carry-out.ts";
import { createLog } from "../runtime/log.ts";
import { Secret } from "../runtime/secret.ts";
import { type ApiKeyHand, apiKeyPlaces, observeApiKeys, setApiKey } from "./api-key-hand.ts";
import { type ApiKey, makeApiKey } from "./api-key-value.ts";
import { keyVaults } from "./ask-hand.ts";

const NAME = "bunny-key";
const ISSUER = "https://11111111-2222-4333-8444-555555555555.tokens.sts.global.api.aws";
const AUDIENCE = "api://warrener-test";
const ROLE = "arn:aws:iam::123456789012:role/warrener-test-rotate-api-keys";
const LINK = "a".repeat(64);
const clock = () => Math.floor(Date.now() / 1000);

let tokens: Service["tokens"];
let token: Secret;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "RSA_0", alg: "RS256" };
  tokens = { issuer: ISSUER, audience: AUDIENCE, keys: createLocalJWKSet({ keys: [jwk] }) };
  const now = clock();
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: ROLE, iat: now, exp: now + 300 };
  token = new Secret(
    await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "RSA_0" }).sign(privateKey),
  );
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const NOBODY: Readonly<Record<Endpoint, readonly string[]>> = {
  "certificates.observe": [],
  "certificates.request": [],
  "certificates.drop-request": [],
  "certificates.merge": [],
  "tunnels.observe": [],
  "tunnels.reset": [],
  "keys.observe-key": [],
  "keys.set-key": [],
  "keys.observe-tunnels": [],
  "keys.set-tunnel": [],
  "allowlists.plan": [],
  "allowlists.heal": [],
  "allowlists.accept": [],
  "trust.observe": [],
  "trust.publish": [],
  "notes.collect": [],
  "notes.forget": [],
  "control.freeze": [],
};

async function open(role = ROLE) {
  const local = await openVaultSecrets();
  closing.push(local.world.close);
  const rows = modelRows();
  const records: unknown[] = [];
  const log = createLog((level, record) => records.push({ level, ...record }));
  const desired = {
    name: NAME,
    identity: "bunny.example.com",
    asGood: ["bunny.example.com"],
    callers: ["bunny.example.com"],
    scopes: ["poll"],
    rotateEverySeconds: 86_400,
    graceSeconds: 600,
    proof: "observed",
    provenWithinSeconds: 1_800,
  } as const;
  const places = apiKeyPlaces([{ bunny: "bunny", desired }], () => local.secrets);
  const hand: ApiKeyHand = { places, rows, clock };
  const roles = { ...NOBODY, "keys.observe-key": [role], "keys.set-key": [role] };
  const service: Service = { tokens, link: LINK, clock, roles };
  const keeper = { rows, log, clock, random: () => randomBytes(4).toString("hex") };
  const answerHere: HandOptions["fetch"] = async (url, init) => {
    const request = {
      authorization: new Headers(init?.headers).get("authorization"),
      body: String(init?.body),
    };
    const answer = String(url).endsWith("/observe-key")
      ? await serve(service, log, "keys.observe-key", request, (body) => observeApiKeys(hand, body))
      : await serve(service, log, "keys.set-key", request, (body) =>
          carryOut(keeper, { act: "keys.set-key", target: body.name }, () => setApiKey(hand, body)),
        );
    return new Response(JSON.stringify(answer.jsonBody), { status: answer.status });
  };
  const client = createHand({
    url: "https://hand.example/api",
    link: LINK,
    token: async () => token,
    fetch: answerHere,
  });
  const look = () => keyVaults({ hand: client, remainingMs: () => 60_000 }, [NAME])(NAME);
  return { ...local, rows, records, look, keeper };
}

function newKey(): ApiKey {
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  return makeApiKey({ identity: "bunny.example.com", scopes: ["poll"] }, random);
}

const valuesIn = ({ vault }: LocalVaultSecrets): string[] =>
  (vault.secrets.get(NAME)?.versions ?? []).map(({ value }) => value);

describe("a key on its way to bunny's vault", () => {
  it("is there as bunny sends it, and seen again by its id", async () => {
    const world = await open();
    expect(await world.look().readKey()).toBeNull();
    const key = newKey();
    expect(await world.look().setKey(key, null)).toBe("set");
    expect(await world.look().readKey()).toMatchObject({ keyId: key.facts.id, enabled: true });
    expect(valuesIn(world)).toEqual([key.key.unwrap()]);
  });

  it("is seen nowhere but in the one request to the vault", async () => {
    const world = await open();
    const key = newKey();
    await world.look().setKey(key, null);
    await world.look().readKey();
    const isIn = (bytes: Uint8Array) => Buffer.from(bytes).includes(key.key.unwrap());
    const seen = world.world.sightings.filter(({ bytes }) => isIn(bytes));
    expect(new Set(seen.map(({ what }) => what.replace(" answer", "")))).toEqual(
      new Set([`PUT /secrets/${NAME}`]),
    );
    const [note] = await world.rows.list("note", null, 10);
    const kept = [...(await world.rows.list("vault-secret", null, 10)), note];
    expect(JSON.stringify([world.records, kept])).not.toContain(key.key.unwrap());
    expect(world.records).toContainEqual(
      expect.objectContaining({
        event: "call.answered",
        endpoint: "keys.set-key",
        apiKey: NAME,
        outcome: "set",
      }),
    );
  });

  it("is one of two that come at once", async () => {
    const world = await open();
    const answers = await Promise.all([newKey(), newKey()].map((key) => world.look().setKey(key, null)));
    expect(answers.toSorted()).toEqual(["elsewhere", "set"]);
    expect(valuesIn(world)).toHaveLength(1);
  });

  it("is there once, when the vault's answer is lost and it is sent again", async () => {
    const world = await open();
    const effect = { kind: "lose-connection" } as const;
    const operation = "key-vault:SetSecret";
    const mend = world.world.kernel.faults.add({ operation, nth: "every", when: "after", effect });
    const key = newKey();
    await expect(world.look().setKey(key, null)).rejects.toMatchObject({ code: "unreachable" });
    mend();
    expect(await world.look().setKey(key, null)).toBe("elsewhere");
    expect(await world.look().readKey()).toMatchObject({ keyId: key.facts.id });
    expect(valuesIn(world)).toHaveLength(1);
  });

  it("takes the place of a disabled one, and of one that somebody has typed", async () => {
    const world = await open();
    const { id } = setSecretByHand(world.vault, NAME, { value: "typed", createdAt: clock() - 60 });
    disableSecretByHand(world.vault, NAME, id);
    expect(await world.look().readKey()).toMatchObject({ version: id, keyId: null, enabled: false });
    const key = newKey();
    expect(await world.look().setKey(key, id)).toBe("set");
    expect(await world.look().readKey()).toMatchObject({ keyId: key.facts.id, enabled: true });
  });

  it("does not bring back what somebody has deleted", async () => {
    const world = await open();
    setSecretByHand(world.vault, NAME, { value: "typed" });
    deleteSecretByHand(world.vault, NAME);
    expect(await world.look().readKey()).toBe("deleted");
    expect(await world.look().setKey(newKey(), null)).toBe("deleted");
  });

  it("is held up while the link is frozen, and what is there is seen all the same", async () => {
    const world = await open();
    await keepFreeze(world.keeper, { frozen: true, reason: "a move", at: clock() });
    await expect(world.look().setKey(newKey(), null)).rejects.toMatchObject({ code: "frozen" });
    expect(await world.look().readKey()).toBeNull();
    expect(valuesIn(world)).toEqual([]);
  });

  it("comes from nobody but the role that rotates API keys", async () => {
    const world = await open("arn:aws:iam::123456789012:role/warrener-test-another");
    await expect(world.look().setKey(newKey(), null)).rejects.toMatchObject({ code: "role-not-allowed" });
    await expect(world.look().readKey()).rejects.toMatchObject({ code: "role-not-allowed" });
    expect(valuesIn(world)).toEqual([]);
  });

  it("does not reach a vault that lets the hand no longer in: which key is there cannot be told", async () => {
    const world = await open();
    const message = "";
    const effect = { kind: "refuse", status: 403, code: "Forbidden", message } as const;
    const caller = HAND.principalId;
    const operation = "key-vault:GetSecretVersions";
    world.world.kernel.faults.add({ operation, caller, nth: "every", when: "before", effect });
    await expect(world.look().readKey()).rejects.toMatchObject({
      operation: "GetSecretVersions",
      target: NAME,
      code: "Forbidden",
    });
  });
});
