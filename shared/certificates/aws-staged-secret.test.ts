import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it } from "vitest";
import { keyArn, type SecretsOptions, secretArn, startSecrets } from "../../local/aws/test-secrets.ts";
import { Calls } from "../../local/model/calls.ts";
import { ModelClock } from "../../local/model/clock.ts";
import { type FirstVersion, modelSecret } from "../../local/model/secret.ts";
import { Secret } from "../runtime/secret.ts";
import { stagedSecret } from "./aws-staged-secret.ts";
import { CURRENT, HOLD, PENDING, type StagedSecret } from "./staged-secret.ts";

const ONE = "1".repeat(32);
const TWO = "2".repeat(32);
const clock = () => Math.floor(Date.now() / 1000);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: SecretsOptions = {}) {
  const started = await startSecrets(options);
  closing.push(() => started.server.close());
  const client = new SecretsManagerClient(started.client());
  return { ...started, client, open: () => stagedSecret({ client, secret: secretArn, clock }) };
}

interface Opened {
  /** Of another process each time. */
  readonly open: () => StagedSecret;
  readonly putByHand: (text: string | null) => Promise<unknown>;
  readonly labelByHand: (label: string, version: string) => Promise<unknown>;
}

async function openAdapter(firstVersion: FirstVersion): Promise<Opened> {
  const { open, sdk } = await start({ firstVersion });
  const putByHand = (text: string | null) => {
    const value = text === null ? { SecretBinary: new Uint8Array([1]) } : { SecretString: text };
    return sdk.putSecretValue({ SecretId: secretArn, ...value });
  };
  const labelByHand = (VersionStage: string, MoveToVersionId: string) =>
    sdk.updateSecretVersionStage({ SecretId: secretArn, VersionStage, MoveToVersionId });
  return { open, putByHand, labelByHand };
}

async function openModel(firstVersion: FirstVersion): Promise<Opened> {
  const model = new ModelClock(clock());
  const secret = modelSecret(new Calls(model), model, firstVersion);
  return {
    open: () => secret,
    putByHand: async (text) => secret.putByHand(text),
    labelByHand: async (label, version) => secret.moveByHand(label, version),
  };
}

const read = async (secret: StagedSecret, label: typeof PENDING | typeof CURRENT) => {
  const found = await secret.read(label);
  return found === null ? null : [found.version, found.value?.unwrap() ?? null];
};

/** Both things that the API reference says of a first version. */
const FIRST_VERSIONS = ["current", "as-asked"] as const;

/** What the tests of the vault rely on in the model is what the adapter really does. */
describe.each(
  FIRST_VERSIONS.flatMap((first) => [
    {
      name: `the adapter, over Secrets Manager's stand-in, first version ${first}`,
      first,
      open: openAdapter,
    },
    { name: `the model, first version ${first}`, first, open: openModel },
  ]),
)("$name", ({ first, open: openWith }) => {
  const prepare = () => openWith(first);

  it("finds no label on a secret that has no version", async () => {
    const secret = (await prepare()).open();
    expect(await read(secret, PENDING)).toBeNull();
    expect(await read(secret, CURRENT)).toBeNull();
  });

  it("keeps what was written, and gives it the label that is moved to it", async () => {
    const { open } = await prepare();
    const secret = open();
    await secret.write(ONE, new Secret("one"));
    expect(await read(secret, PENDING)).toBeNull();
    expect(await secret.move(PENDING, null, ONE)).toBe("moved");
    expect(await read(secret, PENDING)).toEqual([ONE, "one"]);
    const found = await open().read(PENDING);
    expect(Math.abs((found?.createdAt ?? 0) - clock())).toBeLessThan(60);
  });

  it("makes the first version current where the service does, and no later one anywhere", async () => {
    const secret = (await prepare()).open();
    await secret.write(ONE, new Secret("one"));
    await secret.write(TWO, new Secret("two"));
    expect(await read(secret, CURRENT)).toEqual(first === "current" ? [ONE, "one"] : null);
  });

  it("writes the same version once, and no other value in its place", async () => {
    const secret = (await prepare()).open();
    await secret.write(ONE, new Secret("one"));
    await secret.write(ONE, new Secret("one"));
    await expect(secret.write(ONE, new Secret("other"))).rejects.toMatchObject({
      name: "CloudError",
      code: "ResourceExistsException",
    });
    await secret.move(PENDING, null, ONE);
    expect(await read(secret, PENDING)).toEqual([ONE, "one"]);
  });

  it("takes the label of what is being made off a version that was current and is no more", async () => {
    const { open } = await prepare();
    const secret = open();
    await secret.write(ONE, new Secret("one"));
    await secret.write(TWO, new Secret("two"));
    if (first === "as-asked") await secret.move(CURRENT, null, ONE);
    await secret.move(PENDING, null, TWO);
    expect(await secret.move(CURRENT, ONE, TWO)).toBe("moved");
    expect(await read(open(), PENDING)).toEqual([TWO, "two"]);
    expect(await secret.move(CURRENT, TWO, ONE)).toBe("moved");
    expect(await read(open(), PENDING)).toBeNull();
    expect(await read(open(), CURRENT)).toEqual([ONE, "one"]);
  });

  it("tells every label of what it reads, a person's among them", async () => {
    const { open, labelByHand } = await prepare();
    const secret = open();
    await secret.write(ONE, new Secret("one"));
    await secret.write(TWO, new Secret("two"));
    if (first === "as-asked") await secret.move(CURRENT, null, ONE);
    await secret.move(PENDING, null, ONE);
    await labelByHand(HOLD, ONE);
    const labels = [CURRENT, PENDING, HOLD];
    expect((await open().read(CURRENT))?.labels).toEqual(expect.arrayContaining(labels));
    await secret.move(PENDING, ONE, TWO);
    expect((await open().read(PENDING))?.labels).not.toContain(HOLD);
  });

  it("moves a label only from where it was seen", async () => {
    const { open } = await prepare();
    const [secret, other] = [open(), open()];
    await secret.write(ONE, new Secret("one"));
    await other.write(TWO, new Secret("two"));
    expect(await secret.move(PENDING, null, ONE)).toBe("moved");
    expect(await other.move(PENDING, null, TWO)).toBe("elsewhere");
    expect(await other.move(PENDING, TWO, null)).toBe("elsewhere");
    expect(await read(open(), PENDING)).toEqual([ONE, "one"]);
    expect(await other.move(PENDING, ONE, TWO)).toBe("moved");
    expect(await read(open(), PENDING)).toEqual([TWO, "two"]);
  });

  it("takes a label off, once", async () => {
    const { open } = await prepare();
    const secret = open();
    await secret.write(ONE, new Secret("one"));
    await secret.move(PENDING, null, ONE);
    expect(await secret.move(PENDING, ONE, null)).toBe("moved");
    expect(await secret.move(PENDING, ONE, null)).toBe("elsewhere");
    expect(await read(open(), PENDING)).toBeNull();
  });

  it("shows what a person put there, bytes as no text", async () => {
    const { open, putByHand } = await prepare();
    await putByHand("theirs");
    expect((await open().read(CURRENT))?.value?.unwrap()).toBe("theirs");
    await putByHand(null);
    expect((await open().read(CURRENT))?.value).toBeNull();
  });
});

describe("stagedSecret", () => {
  it("answers a read that is late with what it has moved itself", async () => {
    const { client } = await start({ calm: false });
    const secret = stagedSecret({ client, secret: secretArn, clock });
    const retried = { ...secret, read: () => retry(() => secret.read(PENDING)) };
    await retry(() => secret.write(ONE, new Secret("one")));
    await retry(() => secret.move(PENDING, null, ONE));
    for (let n = 0; n < 30; n += 1) expect((await retried.read())?.version).toBe(ONE);
    await retry(() => secret.move(PENDING, ONE, null));
    for (let n = 0; n < 30; n += 1) expect(await retried.read()).toBeNull();
  });

  it("never takes a secret that is not there for one without a label", async () => {
    const { client } = await start();
    const missing = stagedSecret({ client, secret: secretArn.replace("relay", "other"), clock });
    await expect(missing.read(PENDING)).rejects.toMatchObject({ code: "ResourceNotFoundException" });
  });

  it("says that the label is unsettled when it is there and its version is not", async () => {
    const { client, open, kernel } = await start();
    await open().write(ONE, new Secret("one"));
    kernel.faults.add({
      operation: "secretsmanager:GetSecretValue",
      nth: 1,
      when: "before",
      effect: {
        kind: "refuse",
        status: 400,
        code: "ResourceNotFoundException",
        message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      },
    });
    await expect(stagedSecret({ client, secret: secretArn, clock }).read(CURRENT)).rejects.toMatchObject({
      code: "label-unsettled",
      retryable: true,
    });
  });

  it.each([
    ["a secret that is to be deleted", "InvalidRequestException"],
    ["a key that is disabled", "DecryptionFailure"],
  ])("throws for %s", async (what, code) => {
    const { open, secrets } = await start();
    await open().write(ONE, new Secret("one"));
    if (what.startsWith("a key")) secrets.disableKey(keyArn);
    else secrets.markForDeletion(secretArn, Date.now() + 7 * 86_400_000);
    const failure = await open()
      .read(CURRENT)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "CloudError", provider: "aws", operation: "GetSecretValue", code });
  });

  it("throws when it is not allowed, and names no value", async () => {
    const { open } = await start({ authorize: () => Promise.resolve("denied") });
    const failure = await open()
      .write(ONE, new Secret("a key that nobody sees"))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "AccessDeniedException", retryable: false });
    expect(JSON.stringify(failure)).not.toContain("nobody sees");
  });
});

/** The stand-in throttles, and this client is made without retries. */
async function retry<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Error && "retryable" in error && error.retryable === true)) throw error;
    }
  }
}
