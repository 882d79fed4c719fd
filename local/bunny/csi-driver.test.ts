import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createLocalClient } from "../network/client.ts";
import { createLocalCa } from "../network/local-ca.ts";
import { startProxy } from "../network/proxy.ts";
import { Kernel } from "../stand-in/kernel.ts";
import { CsiDriver, type CsiDriverOptions } from "./csi-driver.ts";
import { throughAgent } from "./through-agent.ts";
import { workloadIdentity } from "./workload-identity.ts";

const TENANT = "00000000-0000-0000-0000-000000000001";
const CLIENT = "00000000-0000-0000-0000-000000000002";
const VAULT = "bunny-one.vault.azure.net";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const secret = (value: string, version: string, contentType = "application/x-pem-file"): Answer => ({
  status: 200,
  body: {
    value,
    contentType,
    id: `https://${VAULT}/secrets/bunny/${version}`,
    attributes: { enabled: true },
  },
});
const refusal = (status: number, code: string, innerCode?: string): Answer => ({
  status,
  body: { error: { code, message: "PRIVATE text of the answer", innererror: { code: innerCode } } },
});

/** Azure as this test wants it: Entra gives a token for the assertion, and the vault gives what it is told to. */
async function world(options: Partial<CsiDriverOptions> = {}) {
  const ca = await createLocalCa();
  const proxy = await startProxy({ kernel: new Kernel({ seed: 1, calm: true }), ca });
  const { agent, close } = createLocalClient(proxy, ca);
  const directory = await mkdtemp(join(tmpdir(), "csi-"));
  onTestFinished(async () => {
    close();
    await proxy.close();
    await ca.close();
    await rm(directory, { recursive: true });
  });
  const vault: { answers: Answer[]; asked: string[] } = { answers: [], asked: [] };
  proxy.serve("login.microsoftonline.com", entra);
  proxy.serve(VAULT, vaultListener(vault));
  const tokens = ["first", "second"];
  const driver = new CsiDriver({
    vaultUrl: `https://${VAULT}`,
    credential: workloadIdentity({
      tenantId: TENANT,
      clientId: CLIENT,
      serviceAccountToken: async () => tokens.shift() ?? "later",
      clientOptions: throughAgent(agent),
    }),
    clientOptions: { ...throughAgent(agent), retryOptions: { maxRetries: 0 } },
    objects: [{ objectName: "bunny" }],
    mountDirectory: join(directory, "mount"),
    ...options,
  });
  onTestFinished(() => driver.stop());
  const path = join(directory, "mount", "bunny");
  const sync = async (...answers: Answer[]) => {
    vault.answers = answers;
    return driver.sync();
  };
  return { driver, sync, path, directory: join(directory, "mount"), vault };
}

const entra: RequestListener = async (request, response) => {
  const form = new URLSearchParams(await bodyOf(request));
  const granted =
    form.get("client_id") === CLIENT &&
    form.get("client_assertion") === "first" &&
    form.get("client_assertion_type") === "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" &&
    form.get("scope") === "https://vault.azure.net/.default";
  if (!granted) return json(response, { status: 401, body: { error: "invalid_client" } });
  json(response, { status: 200, body: { token_type: "Bearer", expires_in: 3_600, access_token: "granted" } });
};

const vaultListener =
  (vault: { answers: Answer[]; asked: string[] }): RequestListener =>
  (request, response) => {
    if (request.headers.authorization !== "Bearer granted") {
      const authority = `authorization="https://login.microsoftonline.com/${TENANT}"`;
      response.setHeader("www-authenticate", `Bearer ${authority}, resource="https://vault.azure.net"`);
      return json(response, refusal(401, "Unauthorized"));
    }
    vault.asked.push((request.url ?? "").split("?")[0] ?? "");
    json(response, vault.answers.shift() ?? refusal(500, "InternalServerError"));
  };

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function json(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { "content-type": "application/json" });
  response.end(JSON.stringify(answer.body));
}

describe("CsiDriver", () => {
  it("mounts the secret's text with the identity of its service account, at the vault's own address", async () => {
    const { sync, path, vault } = await world();

    expect(await sync(secret("PEM one", "1"))).toEqual({ kind: "mounted", changed: true });
    expect(await readFile(path, "utf8")).toBe("PEM one");
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(vault.asked).toEqual(["/secrets/bunny/"]);
  });

  it.each(["text/plain", "application/json", undefined])(
    "mounts a secret of type %s as it is",
    async (type) => {
      const { sync, path } = await world();
      await sync({
        status: 200,
        body: { value: "a key\n", contentType: type, id: `https://${VAULT}/secrets/bunny/1` },
      });
      expect(await readFile(path, "utf8")).toBe("a key\n");
    },
  );

  it("replaces the file when there is a new version, and only then", async () => {
    const { sync, path, directory } = await world({
      objects: [{ objectName: "bunny", filePermission: 0o600 }],
    });
    await sync(secret("PEM one", "1"));

    expect(await sync(secret("PEM one", "1"))).toEqual({ kind: "mounted", changed: false });
    expect(await sync(secret("PEM two", "2"))).toEqual({ kind: "mounted", changed: true });
    expect(await readFile(path, "utf8")).toBe("PEM two");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(
      (await readdir(directory)).filter((name) => name.startsWith("..") && name !== "..data"),
    ).toHaveLength(1);
  });

  it.each([refusal(404, "SecretNotFound"), refusal(403, "Forbidden", "SecretDisabled")])(
    "waits for a secret that is not there yet: %j",
    async (answer) => {
      const { sync, path } = await world();

      expect(await sync(answer)).toEqual({ kind: "not-yet", objectName: "bunny" });
      await expect(stat(path)).rejects.toThrow("ENOENT");
      expect(await sync(secret("PEM one", "1"))).toMatchObject({ kind: "mounted" });
    },
  );

  it.each([
    [refusal(404, "SecretNotFound"), "404 SecretNotFound"],
    [refusal(403, "Forbidden", "SecretDisabled"), "403 Forbidden SecretDisabled"],
    [refusal(503, "ServiceUnavailable"), "503 ServiceUnavailable"],
    [secret("MIIK", "2", "application/x-pkcs12"), "content type application/x-pkcs12, not PEM"],
  ])("keeps the mounted file after %j", async (answer, reason) => {
    const { driver, sync, path } = await world();
    await sync(secret("PEM one", "1"));

    expect(await sync(answer)).toEqual({ kind: "failed", objectName: "bunny", reason });
    expect(driver.last).toEqual({ kind: "failed", objectName: "bunny", reason });
    expect(await readFile(path, "utf8")).toBe("PEM one");
  });

  it("does not take a refusal before the first mount for a secret that is not there yet", async () => {
    const { sync } = await world();

    expect(await sync(refusal(403, "Forbidden", "ForbiddenByRbac"))).toMatchObject({
      kind: "failed",
      reason: "403 Forbidden ForbiddenByRbac",
    });
  });

  it("mounts nothing while one of several objects is missing", async () => {
    const { sync, path } = await world({
      objects: [{ objectName: "bunny" }, { objectName: "bundle", objectAlias: "ca.pem" }],
    });

    expect(await sync(secret("PEM one", "1"), refusal(404, "SecretNotFound"))).toEqual({
      ...{ kind: "not-yet", objectName: "bundle" },
    });
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  it("refuses a file name that would leave the mount", async () => {
    const objects = [{ objectName: "bunny", objectAlias: "../bunny" }];

    await expect(world({ objects })).rejects.toThrow('"../bunny" cannot be a file of a mount');
  });

  it("tells that it cannot write, and tries again", async () => {
    const { sync, directory, path } = await world();
    await writeFile(directory, "a file where the directory should be");
    expect(await sync(secret("PEM one", "1"))).toMatchObject({
      kind: "failed",
      reason: "cannot write: EEXIST",
    });
    await rm(directory);

    expect(await sync(secret("PEM one", "1"))).toEqual({ kind: "mounted", changed: true });
    expect(await readFile(path, "utf8")).toBe("PEM one");
  });
});
