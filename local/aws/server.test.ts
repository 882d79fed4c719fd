import {
  ACMPCAClient,
  DescribeCertificateAuthorityCommand,
  ListCertificateAuthoritiesCommand,
} from "@aws-sdk/client-acm-pca";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, describe, expect, it } from "vitest";
import { AcmPca } from "./acm-pca/acm-pca.ts";
import type { AwsServer } from "./server.ts";
import { createSts } from "./sts.ts";
import { accountId, region, roleArn, startWorld, type WorldOptions } from "./test-world.ts";

const arn = `arn:aws:acm-pca:${region}:${accountId}:certificate-authority/0b1f6a2e-1111-4222-8333-444455556666`;
const describeCa = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn });
const whoAmI = new GetCallerIdentityCommand({});

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start(options: WorldOptions = {}) {
  const world = await startWorld((kernel) => {
    const listener = () => {};
    const issuer = { issuer: "https://issuer.example", sign: () => Promise.resolve(""), listener };
    return [new AcmPca({ kernel }).service, createSts({ issuer, region, federationEnabled: () => true })];
  }, options);
  running = world.server;
  return world;
}

describe("startAwsServer", () => {
  it("routes both protocols by the operation and records each call with its caller", async () => {
    const { client, kernel } = await start();
    await new STSClient(client()).send(whoAmI);
    await new ACMPCAClient(client()).send(describeCa).catch(() => undefined);

    expect(kernel.calls()).toMatchObject([
      { operation: "sts:GetCallerIdentity", caller: roleArn, outcome: "ok" },
      {
        operation: "acm-pca:DescribeCertificateAuthority",
        caller: roleArn,
        outcome: "ResourceNotFoundException",
      },
    ]);
  });

  it("answers 501 with the name of an operation that it does not support", async () => {
    const { client, server } = await start();
    const unsupported = { $metadata: { httpStatusCode: 501 } };
    await expect(
      new ACMPCAClient(client()).send(new ListCertificateAuthoritiesCommand({})),
    ).rejects.toMatchObject(unsupported);
    const assume = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "x" });
    await expect(new STSClient(client()).send(assume)).rejects.toMatchObject({
      ...unsupported,
      name: "NotImplemented",
    });
    await expect(fetch(server.url)).resolves.toMatchObject({ status: 501 });
    const form = new URLSearchParams({ Action: "GetCallerIdentity", Version: "2011-06-16" });
    await expect(fetch(server.url, { method: "POST", body: form })).resolves.toMatchObject({ status: 501 });

    expect(server.troubles().map((error) => error.message)).toEqual([
      "the local AWS does not support ACMPrivateCA.ListCertificateAuthorities",
      "the local AWS does not support AssumeRole",
      "the local AWS does not support GET /",
      "the local AWS does not support GetCallerIdentity",
    ]);
  });

  it("shows every body to the tap, in both directions", async () => {
    const { client, sightings } = await start();
    await new STSClient(client({ sessionName: "s" })).send(whoAmI);

    const session = `arn:aws:sts::${accountId}:assumed-role/warrener-rotate/s`;
    expect(sightings.map(({ bytes, ...rest }) => ({ ...rest, text: Buffer.from(bytes).toString() }))).toEqual(
      [
        {
          from: session,
          to: "sts",
          what: "sts:GetCallerIdentity",
          text: "Action=GetCallerIdentity&Version=2011-06-15",
        },
        {
          from: "sts",
          to: session,
          what: "sts:GetCallerIdentity answer",
          text: expect.stringContaining(`<Account>${accountId}</Account>`),
        },
      ],
    );
  });

  it("breaks the connection where a fault loses it, and shows no answer to the tap", async () => {
    const { client, kernel, sightings } = await start();
    const effect = { kind: "lose-connection" } as const;
    kernel.faults.add({ operation: "sts:GetCallerIdentity", nth: 1, when: "after", effect });
    const sts = new STSClient(client());

    await expect(sts.send(whoAmI)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(sightings).toHaveLength(1);
    await expect(sts.send(whoAmI)).resolves.toBeDefined();
    expect(kernel.calls().map((call) => call.outcome)).toEqual(["lost", "ok"]);
  });

  it("throttles now and then, drawn from the seed, and never when calm", async () => {
    const outcomes = async (calm: boolean) => {
      const { client, kernel, server } = await start({ calm, seed: 7 });
      const sts = new STSClient(client());
      for (let n = 0; n < 120; n += 1) await sts.send(whoAmI).catch(() => undefined);
      await server.close();
      running = undefined;
      return kernel.calls().map((call) => call.outcome);
    };
    const hostile = await outcomes(false);

    expect(new Set(hostile)).toEqual(new Set(["ok", "Throttling"]));
    expect(await outcomes(false)).toEqual(hostile);
    expect(new Set(await outcomes(true))).toEqual(new Set(["ok"]));
  });

  it("tells its own faults as troubles, whatever the protocol", async () => {
    const { client, server } = await start({ authorize: () => Promise.reject(new Error("no policy")) });
    await expect(new ACMPCAClient(client()).send(describeCa)).rejects.toMatchObject({
      name: "InternalFailure",
    });
    expect(server.troubles()).toMatchObject([{ message: "no policy" }]);
  });

  it("keeps the decisions that other services ask for", async () => {
    const { server } = await start({ authorize: () => Promise.resolve("denied") });
    const need = { action: "lambda:InvokeFunction", resource: "arn:aws:lambda:x", context: {} };

    expect(await server.decide(roleArn, need)).toBe("denied");
    expect(server.decisions()).toEqual([{ roleArn, ...need, result: "denied", by: "service" }]);
  });
});
