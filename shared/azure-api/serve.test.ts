import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { CloudError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import { Secret } from "../runtime/secret.ts";
import { createHand } from "./client.ts";
import { CONTRACT_VERSION } from "./contract.ts";
import { BODY_MAX_BYTES, type Service, serve } from "./serve.ts";

const ISSUER = "https://11111111-2222-4333-8444-555555555555.tokens.sts.global.api.aws";
const ROLE = "arn:aws:iam::123456789012:role/warrener-test-renew-certificates";
const LINK = "a".repeat(64);
const OTHER_LINK = "b".repeat(64);
const NOW = 1_795_248_000;

let service: Service;
let authorization: string;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: "RSA_0", alg: "RS256" }] });
  const payload = { iss: ISSUER, aud: "api://warrener-test", sub: ROLE, iat: NOW, exp: NOW + 300 };
  authorization = `Bearer ${await new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: "RSA_0" }).sign(privateKey)}`;
  service = {
    tokens: { issuer: ISSUER, audience: "api://warrener-test", keys },
    link: LINK,
    clock: () => NOW,
    roles: {
      "certificates.observe": [ROLE],
      "certificates.request": [ROLE],
      "certificates.drop-request": [ROLE],
      "certificates.merge": [],
      "tunnels.observe": [],
      "tunnels.reset": [],
      "allowlists.plan": [],
      "allowlists.heal": [],
      "allowlists.accept": [],
      "keys.observe-key": [],
      "keys.set-key": [ROLE],
      "trust.observe": [],
      "trust.publish": [],
      "keys.observe-tunnels": [],
      "keys.set-tunnel": [ROLE],
      "notes.collect": [],
      "notes.forget": [],
      "control.freeze": [],
    },
  };
});

const records: Record<string, unknown>[] = [];
const log = createLog((_level, record) => records.push(record));
const envelope = (body: unknown, link = LINK, contract = CONTRACT_VERSION) =>
  JSON.stringify({ contract, link, body });
const drop = { name: "bunny-client", requestId: "r1" };
const dropped = async () => ({ outcome: "dropped" as const });
const never = async () => {
  throw new Error("the verb was called");
};

describe("serve", () => {
  it("answers with the outcome and the link that it was answered from", async () => {
    const answer = await serve(
      service,
      log,
      "certificates.drop-request",
      { authorization, body: envelope(drop) },
      dropped,
    );
    expect(answer).toEqual({
      status: 200,
      jsonBody: { contract: CONTRACT_VERSION, link: LINK, outcome: { outcome: "dropped" }, requestIds: {} },
    });
  });

  it("says by which ids the platform and the vault know the call, of several the last", async () => {
    const called = { authorization, body: envelope(drop), invocationId: "invocation" };
    const answer = await serve(service, log, "certificates.drop-request", called, async (_body, note) => {
      note("read");
      note("x".repeat(300));
      return await dropped();
    });
    expect(answer.jsonBody).toMatchObject({
      requestIds: { function: "invocation", "key-vault": "x".repeat(200) },
    });
  });

  it("reads nothing of a request whose token is refused", async () => {
    const answer = await serve(
      service,
      log,
      "certificates.drop-request",
      { authorization: null, body: "{not json" },
      never,
    );
    expect(answer).toEqual({
      status: 401,
      jsonBody: {
        error: { code: "token-missing", operation: "certificates.drop-request", retryable: false },
      },
    });
  });

  it("refuses a role that another endpoint allows", async () => {
    const answer = await serve(
      service,
      log,
      "certificates.merge",
      { authorization, body: envelope({}) },
      never,
    );
    expect(answer.status).toBe(403);
  });

  it.each([
    ["another link", envelope(drop, OTHER_LINK)],
    ["another version of the contract", envelope(drop, LINK, CONTRACT_VERSION + 1)],
  ])("changes nothing for a caller with %s, and says so", async (_name, body) => {
    const answer = await serve(service, log, "certificates.drop-request", { authorization, body }, never);
    expect(answer).toMatchObject({
      status: 200,
      jsonBody: { outcome: { outcome: "refused", reason: "other-link" } },
    });
  });

  it("still lets a caller with another link observe", async () => {
    const observed = async () => ({ outcome: "observed" as const, certificates: [] });
    const body = envelope({ names: ["bunny-client"] }, OTHER_LINK);
    const answer = await serve(service, log, "certificates.observe", { authorization, body }, observed);
    expect(answer).toMatchObject({ status: 200, jsonBody: { link: LINK, outcome: { outcome: "observed" } } });
  });

  it("takes a freeze from a caller with another link too: it must not wait for a deployment", async () => {
    const open = { ...service, roles: { ...service.roles, "control.freeze": [ROLE] } };
    const body = envelope({ frozen: true, reason: "x", at: NOW }, OTHER_LINK);
    const kept = async () => ({ outcome: "kept" as const, frozen: true });
    const answer = await serve(open, log, "control.freeze", { authorization, body }, kept);
    expect(answer).toMatchObject({ status: 200, jsonBody: { outcome: { outcome: "kept" } } });
  });

  it("reads no body of another version of the contract, not even to observe", async () => {
    const body = envelope({ new: 1 }, LINK, 1);
    const answer = await serve(service, log, "certificates.observe", { authorization, body }, never);
    expect(answer).toMatchObject({ status: 200, jsonBody: { outcome: { reason: "other-link" } } });
  });

  it.each([
    ["no JSON", "{"],
    ["no envelope", "[]"],
    ["an unknown field", envelope({ ...drop, vault: "https://other.vault.azure.net" })],
    ["a name that is none", envelope({ ...drop, name: "../secrets/x" })],
    ["more than the bound", envelope({ ...drop, name: "x".repeat(BODY_MAX_BYTES) })],
  ])("refuses a body with %s as the caller's fault", async (_name, body) => {
    const answer = await serve(service, log, "certificates.drop-request", { authorization, body }, never);
    expect(answer).toMatchObject({
      status: 400,
      jsonBody: { error: { code: "bad-request", retryable: false } },
    });
  });

  it("passes a cloud's code on, and none of its text", async () => {
    const broken = async () => {
      const cause = new Error("text of the cloud");
      throw new CloudError({
        provider: "azure",
        operation: "GetCertificate",
        target: "bunny-client",
        code: "Forbidden",
        retryable: false,
        cause,
      });
    };
    const answer = await serve(
      service,
      log,
      "certificates.drop-request",
      { authorization, body: envelope(drop) },
      broken,
    );
    expect(answer).toEqual({
      status: 502,
      jsonBody: {
        error: { code: "Forbidden", operation: "GetCertificate", retryable: false, throttled: false },
      },
    });
  });

  it("answers 500 without a word about a fault of our own", async () => {
    const answer = await serve(
      service,
      log,
      "certificates.drop-request",
      { authorization, body: envelope(drop) },
      never,
    );
    expect(answer).toEqual({
      status: 500,
      jsonBody: { error: { code: "fault", operation: "certificates.drop-request", retryable: false } },
    });
  });

  it("says of which API key a call is, and never the key", async () => {
    const key = `canary${"k".repeat(36)}A`;
    const set = { name: "jobs-key", keyId: "0123456789abcdef", key, over: null };
    const body = envelope(set);
    const answer = await serve(service, log, "keys.set-key", { authorization, body }, async () => ({
      outcome: "set",
      version: "v1",
    }));
    const bad = envelope({ ...set, key: `${key}-longer` });
    const refused = await serve(service, log, "keys.set-key", { authorization, body: bad }, never);
    expect([answer.status, refused.status]).toEqual([200, 400]);
    expect(records.at(-2)).toMatchObject({ event: "call.answered", apiKey: "jobs-key", outcome: "set" });
    expect(JSON.stringify([records, answer, refused])).not.toContain("canary");
  });

  it("never logs the token", async () => {
    await serve(service, log, "certificates.drop-request", { authorization, body: envelope(drop) }, dropped);
    expect(JSON.stringify(records)).not.toContain(authorization.slice(-40));
  });

  it("logs of which tunnel a key was set, and never the key, nor tells it of a body that it cannot read", async () => {
    const key = "planted.pre_shared.key";
    const body = {
      ...{ name: "one-a", outsideIp: "198.51.100.10", key },
      ...{ over: null, salt: "s".repeat(43), fence: 1 },
    };
    const set = (given: object) =>
      serve(service, log, "keys.set-tunnel", { authorization, body: envelope(given) }, async () => ({
        outcome: "begun",
      }));
    expect(await set(body)).toMatchObject({ status: 200 });
    expect(records.at(-1)).toMatchObject({ endpoint: "keys.set-tunnel", tunnel: "one-a", outcome: "begun" });
    for (const wrong of [
      { ...body, key: { is: key } },
      { ...body, [key]: 1 },
      { ...body, salt: key },
    ]) {
      const answer = await set(wrong);
      expect(answer.status).toBe(400);
      expect(JSON.stringify([answer, records])).not.toContain("planted");
    }
  });
});

/** A hand at the other end of a `fetch` that answers as given. */
function handThatAnswers(status: number, body: unknown) {
  const requests: { readonly url: string; readonly init: RequestInit | undefined }[] = [];
  const answering: typeof fetch = async (url, init) => {
    requests.push({ url: String(url), init });
    return new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
  };
  const token = async () => new Secret("a.b.c");
  return {
    requests,
    hand: createHand({ url: "https://hand.example/api", link: LINK, token, fetch: answering }),
  };
}

describe("createHand", () => {
  it("returns the outcome of an answer from the same link", async () => {
    const { hand, requests } = handThatAnswers(200, {
      contract: CONTRACT_VERSION,
      link: LINK,
      outcome: { outcome: "dropped" },
      requestIds: { function: "f", "key-vault": "k" },
    });
    const noted: object[] = [];
    const answer = await hand("certificates.drop-request", drop, (ids) => noted.push(ids));
    expect(answer).toEqual({ outcome: "dropped" });
    expect(noted).toEqual([{ function: "f", "key-vault": "k" }]);
    expect(requests[0]?.url).toBe("https://hand.example/api/v1/certificates/drop-request");
    expect(requests[0]?.init?.headers).toMatchObject({ authorization: "Bearer a.b.c" });
  });

  it.each([
    ["another link", { contract: CONTRACT_VERSION, link: OTHER_LINK, outcome: { outcome: "dropped" } }],
    ["an older version of the contract", { contract: 1, link: LINK, outcome: { outcome: "done" } }],
    [
      "a later version",
      { contract: CONTRACT_VERSION + 1, link: LINK, outcome: { outcome: "dropped" }, more: true },
    ],
  ])("takes an answer of %s for a refusal, whatever it says", async (_name, body) => {
    const { hand } = handThatAnswers(200, body);
    expect(await hand("certificates.drop-request", drop)).toMatchObject({
      outcome: "refused",
      reason: "other-link",
    });
  });

  it("throws what the hand says of a failed call", async () => {
    const { hand } = handThatAnswers(502, {
      error: { code: "Throttled", operation: "CreateCertificate", retryable: true, throttled: true },
    });
    await expect(hand("certificates.drop-request", drop)).rejects.toMatchObject({
      code: "Throttled",
      operation: "CreateCertificate",
      retryable: true,
      throttled: true,
    });
  });

  it.each([
    ["a front end's error page", 503, "<html>", { code: "http-503", retryable: true, throttled: false }],
    ["a front end that throttles", 429, "", { code: "http-429", retryable: true, throttled: true }],
    ["no envelope", 200, "<html>", { code: "unreadable-answer", retryable: false }],
    [
      "an outcome that is not in the contract",
      200,
      { contract: CONTRACT_VERSION, link: LINK, outcome: { outcome: "exploded" } },
      { code: "unreadable-answer" },
    ],
  ])("throws on %s", async (_name, status, body, failure) => {
    const { hand } = handThatAnswers(status, body);
    await expect(hand("certificates.drop-request", drop)).rejects.toMatchObject({
      name: "CloudError",
      ...failure,
    });
  });

  it("throws a retryable error when no answer came", async () => {
    const failing: typeof fetch = async () => {
      throw new TypeError("fetch failed");
    };
    const hand = createHand({
      url: "https://hand.example/api",
      link: LINK,
      token: async () => new Secret("a.b.c"),
      fetch: failing,
    });
    await expect(hand("certificates.drop-request", drop)).rejects.toMatchObject({
      code: "unreachable",
      retryable: true,
    });
  });
});
