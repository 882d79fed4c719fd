/**
 * Looks after relay's server certificate: what `AWSCURRENT` labels is served, and what `AWSPENDING` labels is loaded
 * and checked, so that it is known to work before it is made current. relay goes on with what it has whatever the
 * secret says or fails to say; before there is a first certificate it does not start.
 */
import { realTimers, type Timers } from "../aws/timers.ts";
import type { LabelledSecret } from "./labelled-secret.ts";
import type { Label, RelayLog, UnusableReason } from "./log.ts";
import { LOOK_EVERY_MS, LookAgain } from "./look-again.ts";
import { type SecretVersion, SecretVersions } from "./secret-versions.ts";
import { checkForServing } from "./server-certificate-check.ts";
import { SERVER_CERTIFICATE_VERSIONS } from "./server-secret-value.ts";
import { loadTrustBundle, type ServerCertificate, type TrustBundle } from "./tls.ts";

/** relay, once it runs. Both throw and keep what was there when the new one is unusable. */
export interface CertificateHolder {
  /** For new connections. */
  replaceServerCertificate(certificate: ServerCertificate): void;
  /** Ready to follow, and said to be; undefined when nothing is. */
  stageServerCertificate(certificate: ServerCertificate | undefined): void;
}

export interface ServerCertificatesOptions {
  readonly secret: LabelledSecret;
  /** The name that relay's callers expect. */
  readonly host: string;
  readonly trustBundle: () => TrustBundle;
  readonly log: RelayLog;
  /** Starts relay, when the first certificate is there. */
  readonly begin: (first: ServerCertificate) => Promise<CertificateHolder>;
  readonly everyMs?: number;
  readonly timers?: Timers;
}

type About = Label | "secret";
type Version = SecretVersion<ServerCertificate>;

export class ServerCertificates {
  readonly #options: ServerCertificatesOptions;
  readonly #timers: Timers;
  readonly #versions: SecretVersions<ServerCertificate>;
  readonly #again: LookAgain;
  readonly #said = new Map<About, string>();
  #holder: CertificateHolder | undefined;
  #servedVersion: string | undefined;

  constructor(options: ServerCertificatesOptions) {
    this.#options = options;
    this.#timers = options.timers ?? realTimers;
    this.#versions = new SecretVersions(options.secret, SERVER_CERTIFICATE_VERSIONS);
    this.#again = new LookAgain(() => this.look(), options.everyMs ?? LOOK_EVERY_MS, this.#timers);
  }

  /** Looks at once, and then again and again. */
  start(): void {
    this.#again.start();
  }

  /** Waits for the look that is under way. */
  async stop(): Promise<void> {
    await this.#again.stop();
  }

  /** Rejects only when relay cannot be started. */
  async look(): Promise<void> {
    const versions = await this.#versions.read();
    this.#say("secret", undefined, versions === undefined ? "unreadable" : undefined);
    if (versions === undefined) return;
    const current = versions.get("AWSCURRENT");
    const pending = versions.get("AWSPENDING");
    await this.#useCurrent(current);
    // Once it is current the label may stay where it is.
    this.#usePending(pending?.versionId === current?.versionId ? undefined : pending);
  }

  async #useCurrent(version: Version | undefined): Promise<void> {
    const fault = version === undefined ? "no-certificate" : this.#faultOf(version);
    this.#say("AWSCURRENT", version, fault);
    if (version?.kind !== "read" || fault !== undefined) return;
    const { versionId, value: certificate } = version;
    if (versionId === this.#servedVersion) return;
    if (this.#holder === undefined) this.#holder = await this.#options.begin(certificate);
    else this.#holder.replaceServerCertificate(certificate);
    this.#servedVersion = versionId;
  }

  #usePending(version: Version | undefined): void {
    const fault = version === undefined ? undefined : this.#faultOf(version);
    // Between two renewals nothing is pending, and then a request is, for a while.
    this.#say("AWSPENDING", version, fault === "no-certificate" ? undefined : fault);
    if (fault === "unreadable") return;
    const isUsable = version?.kind === "read" && fault === undefined;
    this.#holder?.stageServerCertificate(isUsable ? version.value : undefined);
  }

  /** Judged anew at each look: what is not valid yet will be, and what is valid ends. */
  #faultOf(version: Version): UnusableReason | undefined {
    switch (version.kind) {
      case "unreadable":
      case "malformed":
        return version.kind;
      case "nothing":
        return "no-certificate";
      case "read": {
        const { host, trustBundle } = this.#options;
        const rules = { host, trustBundle: loadTrustBundle(trustBundle()) };
        const verdict = checkForServing(version.value, rules, this.#timers.now());
        return verdict.kind === "usable" ? undefined : verdict.reason;
      }
    }
  }

  /** Once for each version and reason: said at each look it would fill the log. */
  #say(about: About, version: Version | undefined, reason: UnusableReason | undefined): void {
    const saying = reason === undefined ? "" : `${version?.versionId} ${reason}`;
    if ((this.#said.get(about) ?? "") === saying) return;
    this.#said.set(about, saying);
    if (reason === undefined) return;
    this.#options.log({
      event: "server-certificate.unusable",
      reason,
      ...(about === "secret" ? {} : { label: about }),
      ...(version === undefined ? {} : { versionId: version.versionId }),
      trustBundleVersion: this.#options.trustBundle().version,
    });
  }
}
