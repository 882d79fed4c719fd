import { createServer, request, type Server } from "node:http";
import { GetCallerIdentityCommand, GetWebIdentityTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { listenOnLoopback } from "./http.ts";
import type { IssueRequest } from "./identities.ts";
import { createIssuer } from "./issuer.ts";
import { createSts } from "./sts.ts";
import { accountId, makeKernel, region, roleArn, startWorld, type WorldOptions } from "./test-world.ts";

const issuerUrl = "https://11111111-2222-4333-8444-555555555555.tokens.sts.global.api.aws";
const audience = "api://warrener";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: WorldOptions & { readonly federation?: boolean } = {}) {
  const kernel = makeKernel();
  const issuer = await createIssuer(issuerUrl, kernel);
  const federationEnabled = () => options.federation ?? true;
  const world = await startWorld(() => [createSts({ issuer, region, federationEnabled })], options);
  closing.push(world.server.close);
  const sts = (session?: Partial<IssueRequest>) => new STSClient(world.client(session));
  return { ...world, issuer, issuerKernel: kernel, sts };
}

const token = (changes: object = {}) =>
  new GetWebIdentityTokenCommand({
    Audience: [audience],
    SigningAlgorithm: "RS256",
    DurationSeconds: 300,
    ...changes,
  });

async function fetchDocument(server: Server, path: string, method = "GET"): Promise<unknown> {
  const { port, close } = await listenOnLoopback(server);
  closing.push(close);
  return await new Promise((resolve, reject) => {
    const asked = request({ port, host: "127.0.0.1", path, method }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(Buffer.from(chunk));
      const text = Buffer.concat(chunks).toString();
      resolve(response.statusCode === 200 ? JSON.parse(text) : response.statusCode);
    });
    asked.on("error", reject);
    asked.end();
  });
}

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

describe("GetWebIdentityToken", () => {
  it.each(["RS256", "ES384"] as const)(
    "signs a token that the published %s key verifies",
    async (algorithm) => {
      const { sts, issuer } = await start();
      const { WebIdentityToken, Expiration } = await sts().send(token({ SigningAlgorithm: algorithm }));
      const keys = KeySet.parse(await fetchDocument(createServer(issuer.listener), "/.well-known/jwks.json"));
      const verified = await jwtVerify(WebIdentityToken ?? "", createLocalJWKSet(keys), {
        issuer: issuerUrl,
        audience,
        algorithms: [algorithm],
      });

      expect(verified.payload.sub).toBe(roleArn);
      expect((verified.payload.exp ?? 0) - (verified.payload.iat ?? 0)).toBe(300);
      expect(Expiration?.getTime()).toBe((verified.payload.exp ?? 0) * 1000);
    },
  );

  it("names the role and never its session in sub, with the documented claims beside it", async () => {
    const { sts } = await start();
    const functionArn = `arn:aws:lambda:${region}:${accountId}:function:rotate`;
    const { WebIdentityToken } = await sts({ sessionName: "s-1", functionArn }).send(token());
    const claims = decodeJwt(WebIdentityToken ?? "");

    expect(claims).toMatchObject({
      iss: issuerUrl,
      aud: audience,
      sub: roleArn,
      "https://sts.amazonaws.com/": {
        aws_account: accountId,
        source_region: region,
        principal_id: roleArn,
        lambda_source_function_arn: functionArn,
      },
    });
  });

  it("gives another role its own token by that role's own call", async () => {
    const { sts } = await start();
    const other = `arn:aws:iam::${accountId}:role/path/to/other`;
    const { WebIdentityToken } = await sts({ roleArn: other }).send(token());

    expect(decodeJwt(WebIdentityToken ?? "").sub).toBe(other);
  });

  it("makes a list of several audiences", async () => {
    const { sts } = await start();
    const { WebIdentityToken } = await sts().send(token({ Audience: [audience, "api://other"] }));
    expect(decodeJwt(WebIdentityToken ?? "").aud).toEqual([audience, "api://other"]);
  });

  it("takes 300 seconds when no duration is given", async () => {
    const { sts } = await start();
    const { WebIdentityToken } = await sts().send(
      new GetWebIdentityTokenCommand({ Audience: [audience], SigningAlgorithm: "RS256" }),
    );
    const { iat, exp } = decodeJwt(WebIdentityToken ?? "");
    expect((exp ?? 0) - (iat ?? 0)).toBe(300);
  });

  it.each([
    ["59 seconds", { DurationSeconds: 59 }],
    ["3601 seconds", { DurationSeconds: 3601 }],
    ["no audience", { Audience: [] }],
    ["an empty audience", { Audience: [""] }],
    ["another algorithm", { SigningAlgorithm: "HS256" }],
  ])("refuses %s", async (_what, changes) => {
    const { sts } = await start();
    await expect(sts().send(token(changes))).rejects.toMatchObject({ name: "ValidationError" });
  });

  it("refuses while federation is off", async () => {
    const { sts } = await start({ federation: false });
    await expect(sts().send(token())).rejects.toMatchObject({
      name: "OutboundWebIdentityFederationDisabledException",
    });
  });

  it("refuses a token that would outlive the session", async () => {
    const { sts } = await start();
    const session = sts({ lifetimeSeconds: 120 });
    await expect(session.send(token())).rejects.toMatchObject({ name: "SessionDurationEscalationException" });
    await expect(session.send(token({ DurationSeconds: 60 }))).resolves.toBeDefined();
  });

  it("asks for the permission with audience, duration and algorithm", async () => {
    const { sts, server } = await start({ authorize: () => Promise.resolve("denied") });
    await expect(sts().send(token())).rejects.toMatchObject({
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
    });

    expect(server.decisions()).toEqual([
      {
        roleArn,
        action: "sts:GetWebIdentityToken",
        resource: "*",
        context: {
          "sts:IdentityTokenAudience": [audience],
          "sts:DurationSeconds": "300",
          "sts:SigningAlgorithm": "RS256",
        },
        result: "denied",
      },
    ]);
  });

  it("answers 501 when tags are passed", async () => {
    const { sts, server } = await start();
    await expect(sts().send(token({ Tags: [{ Key: "a", Value: "b" }] }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
    expect(server.troubles()[0]?.message).toContain("with Tags");
  });
});

describe("GetCallerIdentity", () => {
  it("tells the session, and needs no permission", async () => {
    const { sts, server } = await start({ authorize: () => Promise.resolve("denied") });
    const told = await sts({ sessionName: "s-1" }).send(new GetCallerIdentityCommand({}));

    expect(told).toMatchObject({
      Account: accountId,
      Arn: `arn:aws:sts::${accountId}:assumed-role/warrener-rotate/s-1`,
    });
    expect(server.decisions()).toEqual([]);
  });
});

describe("createIssuer", () => {
  it("publishes where its keys are, and nothing else", async () => {
    const { issuer, issuerKernel } = await start();
    const server = createServer(issuer.listener);
    const configuration = await fetchDocument(server, "/.well-known/openid-configuration");

    expect(configuration).toMatchObject({
      issuer: issuerUrl,
      jwks_uri: `${issuerUrl}/.well-known/jwks.json`,
    });
    expect(await fetchDocument(createServer(issuer.listener), "/")).toBe(404);
    const path = "/.well-known/jwks.json";
    expect(await fetchDocument(createServer(issuer.listener), path, "POST")).toBe(404);
    expect(issuerKernel.calls()).toMatchObject([{ operation: "sts:OpenIdConfiguration", outcome: "ok" }]);
  });

  it("publishes no private part of a key", async () => {
    const { issuer } = await start();
    const { keys } = KeySet.parse(
      await fetchDocument(createServer(issuer.listener), "/.well-known/jwks.json"),
    );
    expect(keys.map((key) => Object.keys(key).sort().join())).toEqual([
      "alg,e,kid,kty,n,use",
      "alg,crv,kid,kty,use,x,y",
    ]);
  });

  it("is unreachable when a fault says so", async () => {
    const { issuer, issuerKernel } = await start();
    const operation = "sts:JsonWebKeySet";
    const effect = { kind: "lose-connection" } as const;
    issuerKernel.faults.add({ operation, nth: 1, when: "before", effect });

    await expect(
      fetchDocument(createServer(issuer.listener), "/.well-known/jwks.json"),
    ).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});
