/**
 * The door of relay: decides about each connection once its handshake is over, about each request on it, and about
 * all that are open when the trust bundle changes.
 *
 * Node makes the choice about a client's certificate after OpenSSL's part of the handshake in any case. With
 * `rejectUnauthorized` it destroys the socket before anybody can read the certificate, so the log could not say
 * whose it was. Here the same choice is made one step later: `admit` runs before the HTTP parser sees the
 * connection, and destroys it before a byte of HTTP is read. To the caller both look alike, the connection is
 * closed; in TLS 1.3 it learns so at its first read, because a client ends its handshake before the server has
 * seen the certificate.
 */
import type { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { KeyFacts, KeyId } from "../../shared/keys/api-key-schema.ts";
import { checkApiKey, type KeyVerdict } from "./api-key-check.ts";
import { readCallerWords } from "./caller-words.ts";
import { type AcceptedClient, checkClient, hasName, type RefusedClient } from "./client-check.ts";
import { HttpError } from "./http.ts";
import type { RelayLog } from "./log.ts";
import { scopeOf } from "./routes.ts";
import { SaidLately } from "./said-lately.ts";
import { isIssuedBy, type LoadedBundle } from "./tls.ts";

/** The API keys that count. */
export interface KeyRules {
  readonly find: (digest: string) => KeyFacts | undefined;
  /** Who has to present one, by the certificate's name; a key that anybody else presents has to be good too. */
  readonly mustHaveKey: readonly string[];
}

/** relay ends one that takes longer. */
export const HANDSHAKE_MS_MAX = 10_000;

export interface GateOptions {
  readonly identities: readonly string[];
  readonly log: RelayLog;
  readonly clock: () => number;
  readonly trustBundle: () => LoadedBundle;
  /** Without them headers are not looked at. */
  readonly keys?: KeyRules;
}

export type Passage =
  | { readonly kind: "passed"; readonly client: AcceptedClient }
  /** To be answered so; the connection stays. */
  | { readonly kind: "refused"; readonly client: AcceptedClient; readonly error: HttpError }
  | { readonly kind: "closed" };

interface Admitted {
  readonly client: AcceptedClient;
  readonly certificate: X509Certificate;
  /** Signed by a CA of the bundle itself, and not by one that the client has presented. */
  readonly isDirect: boolean;
  readonly said: SaidLately;
}

export class Gate {
  readonly #options: GateOptions;
  readonly #admitted = new Map<Socket, Admitted>();
  #replacedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** The handshake is over. A connection that may not come in is destroyed here. */
  admit(socket: TLSSocket): void {
    const { identities, clock, trustBundle } = this.#options;
    const bundle = trustBundle();
    const certificate = socket.getPeerX509Certificate();
    const isDirect = certificate !== undefined && isIssuedBy(bundle.certificates, certificate);
    const chainError = chainErrorOf(socket);
    const presented = { certificate, chainError, issuerTrusted: isDirect, revoked: bundle.revoked };
    const client = checkClient(presented, identities, clock());
    if (client.kind === "refused") {
      this.#refuse(socket, client);
      return;
    }
    // OpenSSL may have held it to the bundle before, when the handshake began under that one.
    const mayBeStale = !isDirect && clock() - this.#replacedAtMs < HANDSHAKE_MS_MAX;
    if (certificate === undefined || mayBeStale) {
      this.#refuse(socket, unknownCa(client));
      return;
    }
    this.#admitted.set(socket, { client, certificate, isDirect, said: new SaidLately() });
    socket.once("close", () => this.#admitted.delete(socket));
  }

  /** The handshake ended in OpenSSL. A peer that only goes away, as a port check does, was not refused by us. */
  handshakeFailed(error: Error & { readonly code?: string }, socket: Socket): void {
    if (error.code === "ECONNRESET") return;
    this.#refuse(socket, { kind: "refused", reason: "handshake-failed", serial: undefined });
  }

  /** There is another trust bundle: whoever it does not let in is cut off, also in the middle of a request. */
  holdAll(): void {
    this.#replacedAtMs = this.#options.clock();
    for (const [socket, admitted] of this.#admitted) this.#hold(socket, admitted);
  }

  /** A request has come. Its connection may have been closed here: a certificate can end while it is open. */
  check(request: IncomingMessage): Passage {
    const { socket } = request;
    const admitted = this.#admitted.get(socket);
    if (admitted === undefined) {
      socket.destroy();
      return { kind: "closed" };
    }
    const { client } = admitted;
    if (this.#options.clock() > client.notAfterMs) {
      this.#refuse(socket, { kind: "refused", reason: "expired", serial: client.serial });
      return { kind: "closed" };
    }
    const verdict = this.#checkKey(request, admitted);
    if (verdict.kind !== "refused") {
      this.#sayAccepted(request, admitted, verdict.kind === "accepted" ? verdict.keyId : undefined);
      return { kind: "passed", client };
    }
    this.#sayKeyRefused(socket, admitted, verdict);
    return { kind: "refused", client, error: errorOf(verdict) };
  }

  #checkKey(request: IncomingMessage, { client, certificate }: Admitted): KeyVerdict {
    const { keys } = this.#options;
    if (keys === undefined) return { kind: "not-asked" };
    const { authorization } = request.headers;
    const mustHaveKey = keys.mustHaveKey.includes(client.identity);
    const has = (name: string) => hasName(certificate, name);
    return checkApiKey({ authorization, scope: scopeOf(request), mustHaveKey, hasName: has }, keys.find);
  }

  #hold(socket: Socket, { client, certificate, isDirect }: Admitted): void {
    const { certificates, revoked } = this.#options.trustBundle();
    const { serial } = client;
    if (revoked.has(serial)) this.#refuse(socket, { kind: "refused", reason: "revoked", serial });
    else if (isIssuedBy(certificates, certificate)) return;
    else if (isDirect) this.#refuse(socket, unknownCa(client));
    // Node does not tell what else the client has presented: it may come again, and OpenSSL decides.
    else socket.destroy();
  }

  #sayAccepted(request: IncomingMessage, { client, said }: Admitted, keyId: KeyId | undefined): void {
    const { log, clock, trustBundle } = this.#options;
    const line = {
      event: "client.accepted" as const,
      clientCertificateSerial: client.serial,
      identity: client.identity,
      clientAddress: addressOf(request.socket),
      ...(keyId === undefined ? {} : { apiKeyId: keyId }),
      ...readCallerWords(request.headers),
      trustBundleVersion: trustBundle().version,
    };
    if (said.isDue(JSON.stringify(line), clock())) log(line);
  }

  #sayKeyRefused(
    socket: Socket,
    { client, said }: Admitted,
    { reason, keyId }: Extract<KeyVerdict, { kind: "refused" }>,
  ): void {
    const { log, clock, trustBundle } = this.#options;
    const line = {
      event: "client.refused" as const,
      reason,
      clientCertificateSerial: client.serial,
      ...(keyId === undefined ? {} : { apiKeyId: keyId }),
      clientAddress: addressOf(socket),
      trustBundleVersion: trustBundle().version,
    };
    if (said.isDue(JSON.stringify(line), clock())) log(line);
  }

  #refuse(socket: Socket, { reason, serial }: RefusedClient): void {
    const { log, trustBundle } = this.#options;
    log({
      event: "client.refused",
      reason,
      ...(serial === undefined ? {} : { clientCertificateSerial: serial }),
      clientAddress: addressOf(socket),
      trustBundleVersion: trustBundle().version,
    });
    this.#admitted.delete(socket);
    socket.destroy();
  }
}

const unknownCa = ({ serial }: AcceptedClient): RefusedClient => ({
  kind: "refused",
  reason: "unknown-ca",
  serial,
});

/** Says what to do, and nothing of what was sent. */
function errorOf({ reason }: Extract<KeyVerdict, { kind: "refused" }>): HttpError {
  const challenge = { "www-authenticate": "Bearer" };
  switch (reason) {
    case "api-key-missing":
      return new HttpError(401, reason, "send the API key as authorization: Bearer", challenge);
    case "api-key-unknown":
      return new HttpError(401, reason, "the API key is not known here (any more)", challenge);
    case "api-key-identity":
      return new HttpError(403, reason, "the API key was made for another identity than the certificate's");
    case "api-key-scope":
      return new HttpError(403, reason, "the API key is not good for this route");
  }
}

/** The types say `Error`; at run time it is OpenSSL's name as a string. */
function chainErrorOf(socket: TLSSocket): string | undefined {
  if (socket.authorized) return undefined;
  const error: unknown = socket.authorizationError;
  return typeof error === "string" ? error : "UNSPECIFIED";
}

const addressOf = (socket: Socket): string => socket.remoteAddress ?? "unknown";
