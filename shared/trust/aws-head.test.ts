import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it } from "vitest";
import { secretArn, startSecrets } from "../../local/aws/test-secrets.ts";
import type { FirstVersion } from "../../local/model/secret.ts";
import { stagedSecret } from "../certificates/aws-staged-secret.ts";
import { secretHead } from "./aws-head.ts";
import { type TrustBundle, toBundle } from "./schema.ts";
import { deployed } from "./test-publisher.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function bundleOf(number: number): Promise<TrustBundle> {
  const { facts } = await deployed("issuing", "one");
  return toBundle({ number, authorities: [{ ...facts, since: 1, closedAt: null }], revoked: [] });
}

async function start(firstVersion: FirstVersion = "current") {
  const started = await startSecrets({ firstVersion, calm: true });
  closing.push(() => started.server.close());
  const client = new SecretsManagerClient(started.client());
  const time = { at: Math.floor(Date.now() / 1000) };
  const clock = () => time.at;
  const open = () => secretHead(stagedSecret({ client, secret: secretArn, clock }), clock);
  return { ...started, open, time };
}

describe("secretHead", () => {
  it.each<[FirstVersion]>([["current"], ["as-asked"]])(
    "publishes the first bundle where a first version is %s, and reads it back",
    async (firstVersion) => {
      const { open } = await start(firstVersion);
      expect(await open().read()).toEqual({ kind: "absent" });
      const bundle = await bundleOf(1);
      expect(await open().publish(bundle, null)).toBe("published");
      expect(await open().read()).toMatchObject({ kind: "published", bundle, at: expect.any(Number) });
    },
  );

  it("takes the place of the version that was observed, and of no other", async () => {
    const { open, time } = await start();
    await open().publish(await bundleOf(1), null);
    const first = await open().read();
    if (first.kind !== "published") throw new Error("nothing is published");
    time.at += 1;
    expect(await open().publish(await bundleOf(2), first.storeVersion)).toBe("published");
    time.at += 1;
    expect(await open().publish(await bundleOf(3), first.storeVersion)).toBe("elsewhere");
    expect(await open().publish(await bundleOf(3), null)).toBe("elsewhere");
    expect(await open().read()).toMatchObject({ bundle: { number: 2 } });
  });

  it("counts from its publication, not from what a run that died has left", async () => {
    const { open, time, labels, kernel } = await start();
    await open().publish(await bundleOf(1), null);
    const first = await open().read();
    if (first.kind !== "published") throw new Error("nothing is published");
    const effect = { kind: "refuse", status: 400, code: "AccessDeniedException", message: "text" } as const;
    kernel.faults.add({
      operation: "secretsmanager:UpdateSecretVersionStage",
      nth: 1,
      when: "before",
      effect,
    });
    await expect(open().publish(await bundleOf(2), first.storeVersion)).rejects.toThrow();
    const left = labels()["warrener-draft"];
    time.at += 3_600;
    await open().publish(await bundleOf(2), first.storeVersion);
    const second = await open().read();
    expect(second).toMatchObject({ bundle: { number: 2 } });
    expect(second).not.toMatchObject({ storeVersion: left });
  });

  it.each([
    ["somebody's own certificates", "-----BEGIN CERTIFICATE-----"],
    ["a bundle that was cut off", '{"kind":"trust-bundle","version":"1-0"'],
  ])("says of %s that it is no bundle, and of which version", async (_what, text) => {
    const { open, put } = await start();
    const { VersionId } = await put(text);
    expect(await open().read()).toEqual({ kind: "malformed", storeVersion: VersionId });
  });

  it("does not take a store that refuses for one that is empty", async () => {
    const { open, kernel } = await start();
    const effect = { kind: "refuse", status: 400, code: "AccessDeniedException", message: "text" } as const;
    kernel.faults.add({ operation: "secretsmanager:GetSecretValue", nth: "every", when: "before", effect });
    await expect(open().read()).rejects.toMatchObject({ code: "AccessDeniedException" });
  });
});
