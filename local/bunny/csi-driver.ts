/**
 * The Secrets Store CSI driver with the Azure Key Vault provider, as far as bunny meets it: it polls the secrets of
 * a SecretProviderClass and writes them into the mount. It never takes a mounted file away: when the vault says
 * anything else than a value, the last files stay.
 * (https://learn.microsoft.com/azure/aks/csi-secrets-store-configuration-options)
 */
import { setTimeout as delay } from "node:timers/promises";
import { type KeyVaultSecret, SecretClient, type SecretClientOptions } from "@azure/keyvault-secrets";
import * as z from "zod";
import { checkFileName, type MountedFile, writeMount } from "./mount.ts";

/** An entry of `objects` with `objectType: secret` and no version: the newest, key and chain in one PEM. */
export interface SecretObject {
  readonly objectName: string;
  /** The file's name; the object's name when left out. */
  readonly objectAlias?: string;
  readonly filePermission?: number;
}

export interface CsiDriverOptions {
  readonly vaultUrl: string;
  readonly credential: ConstructorParameters<typeof SecretClient>[1];
  readonly clientOptions?: SecretClientOptions;
  readonly objects: readonly SecretObject[];
  readonly mountDirectory: string;
  readonly rotationPollIntervalMs?: number;
}

export type SyncOutcome =
  | { readonly kind: "mounted"; readonly changed: boolean }
  /** Nothing has been mounted yet, and the vault has nothing to mount yet: its pod would wait to start. */
  | { readonly kind: "not-yet"; readonly objectName: string }
  | { readonly kind: "failed"; readonly objectName: string; readonly reason: string };

type Fetched = { readonly kind: "fetched"; readonly file: MountedFile; readonly version: string };

/** `--rotation-poll-interval` of the driver, as AKS sets it. */
const ROTATION_POLL_INTERVAL_MS = 120_000;
const FILE_PERMISSION = 0o644;
/** Until the first merge, a certificate that was asked for is shown as a disabled version. */
const NOTHING_YET = ["404 SecretNotFound", "403 Forbidden SecretDisabled"];

export class CsiDriver {
  readonly #options: CsiDriverOptions;
  readonly #client: SecretClient;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #mounted: string | undefined;
  #last: SyncOutcome | undefined;

  constructor(options: CsiDriverOptions) {
    for (const object of options.objects) checkFileName(fileNameOf(object));
    this.#options = options;
    this.#client = new SecretClient(options.vaultUrl, options.credential, options.clientOptions);
  }

  /** Syncs at once and then at each interval, until `stop`. */
  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** What the last sync came to; undefined before the first. */
  get last(): SyncOutcome | undefined {
    return this.#last;
  }

  /** All objects are fetched before one is written: a mount holds what belongs together. */
  async sync(): Promise<SyncOutcome> {
    const fetched: Fetched[] = [];
    for (const object of this.#options.objects) {
      const one = await this.#fetch(object);
      if (one.kind !== "fetched") return this.#keep(one);
      fetched.push(one);
    }
    const versions = fetched.map(({ version }) => version).join();
    if (versions === this.#mounted) return this.#keep({ kind: "mounted", changed: false });
    const files = fetched.map(({ file }) => file);
    try {
      await writeMount(this.#options.mountDirectory, files);
    } catch (error) {
      const names = files.map(({ name }) => name).join();
      return this.#keep({ kind: "failed", objectName: names, reason: `cannot write: ${reasonOf(error)}` });
    }
    this.#mounted = versions;
    return this.#keep({ kind: "mounted", changed: true });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.sync();
      const waitMs = this.#options.rotationPollIntervalMs ?? ROTATION_POLL_INTERVAL_MS;
      await delay(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  async #fetch(object: SecretObject): Promise<Fetched | SyncOutcome> {
    const { objectName } = object;
    let secret: KeyVaultSecret;
    try {
      secret = await this.#client.getSecret(objectName, { abortSignal: this.#stop.signal });
    } catch (error) {
      const reason = reasonOf(error);
      const never = NOTHING_YET.includes(reason) && this.#mounted === undefined;
      return never ? { kind: "not-yet", objectName } : { kind: "failed", objectName, reason };
    }
    const { contentType, version } = secret.properties;
    // The provider turns a PFX into PEM, and this stand-in does not; all else it writes as it is.
    if (contentType === "application/x-pkcs12") {
      return { kind: "failed", objectName, reason: `content type ${contentType}, not PEM` };
    }
    if (secret.value === undefined || version === undefined) {
      return { kind: "failed", objectName, reason: "the answer has no value or no version" };
    }
    return { kind: "fetched", version, file: fileOf(object, secret.value) };
  }

  #keep(outcome: SyncOutcome): SyncOutcome {
    this.#last = outcome;
    return outcome;
  }
}

const fileNameOf = ({ objectName, objectAlias }: SecretObject): string => objectAlias ?? objectName;

function fileOf(object: SecretObject, text: string): MountedFile {
  return { name: fileNameOf(object), text, mode: object.filePermission ?? FILE_PERMISSION };
}

const InnerCode = z
  .object({ details: z.object({ error: z.object({ innerError: z.object({ code: z.string() }) }) }) })
  .transform(({ details }) => ` ${details.error.innerError.code}`)
  .catch("");

/** Status and codes only: an error of the SDK holds the whole answer. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const status = "statusCode" in error && typeof error.statusCode === "number" ? `${error.statusCode} ` : "";
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return `${status}${code}${InnerCode.parse(error)}`;
}
