/**
 * The door of relay: decides about each connection once its handshake is over, and about each request on it.
 *
 * Node makes the choice about a client's certificate after OpenSSL's part of the handshake in any case. With
 * `rejectUnauthorized` it destroys the socket before anybody can read the certificate, so the log could not say
 * whose it was. Here the same choice is made one step later: `admit` runs before the HTTP parser sees the
 * connection, and destroys it before a byte of HTTP is read. To the caller both look alike, the connection is
 * closed; in TLS 1.3 it learns so at its first read, because a client ends its handshake before the server has
 * seen the certificate.
 */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type AcceptedClient, checkClient, type RefusedClient } from "./client-check.ts";
import type { RelayLog } from "./log.ts";
import { isIssuedBy, type LoadedBundle } from "./tls.ts";

/** An accepted caller is logged again on a connection that lives on: one lost line must not hide it for long. */
const ACCEPTED_AGAIN_AFTER_MS = 60_000;

interface Admitted {
  readonly client: AcceptedClient;
  readonly trustBundleVersion: string;
  /** Undefined until its first request. */
  loggedAtMs: number | undefined;
}

export class Gate {
  readonly #identities: readonly string[];
  readonly #log: RelayLog;
  readonly #clock: () => number;
  readonly #trustBundle: () => LoadedBundle;
  readonly #admitted = new WeakMap<Socket, Admitted>();

  constructor(options: {
    readonly identities: readonly string[];
    readonly log: RelayLog;
    readonly clock: () => number;
    readonly trustBundle: () => LoadedBundle;
  }) {
    this.#identities = options.identities;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#trustBundle = options.trustBundle;
  }

  /** The handshake is over. A connection that may not come in is destroyed here. */
  admit(socket: TLSSocket): void {
    const bundle = this.#trustBundle();
    const certificate = socket.getPeerX509Certificate();
    const verdict = checkClient(
      {
        certificate,
        chainError: chainErrorOf(socket),
        issuerTrusted: certificate !== undefined && isIssuedBy(bundle.certificates, certificate),
      },
      this.#identities,
      this.#clock(),
    );
    if (verdict.kind === "refused") this.#refuse(socket, verdict);
    else {
      const { version } = bundle;
      this.#admitted.set(socket, { client: verdict, trustBundleVersion: version, loggedAtMs: undefined });
    }
  }

  /** The handshake ended in OpenSSL. A peer that only goes away, as a port check does, was not refused by us. */
  handshakeFailed(error: Error & { readonly code?: string }, socket: Socket): void {
    if (error.code === "ECONNRESET") return;
    this.#refuse(socket, { kind: "refused", reason: "handshake-failed", serial: undefined });
  }

  /** A request has come. Undefined when its connection was destroyed: a certificate can end while it is open. */
  check(socket: Socket): AcceptedClient | undefined {
    const admitted = this.#admitted.get(socket);
    if (admitted === undefined) {
      socket.destroy();
      return undefined;
    }
    const { client } = admitted;
    if (this.#clock() > client.notAfterMs) {
      this.#refuse(socket, { kind: "refused", reason: "expired", serial: client.serial });
      return undefined;
    }
    this.#logAccepted(socket, admitted);
    return client;
  }

  #logAccepted(socket: Socket, admitted: Admitted): void {
    const now = this.#clock();
    const { client, trustBundleVersion, loggedAtMs } = admitted;
    if (loggedAtMs !== undefined && now - loggedAtMs < ACCEPTED_AGAIN_AFTER_MS) return;
    admitted.loggedAtMs = now;
    this.#log({
      event: "client.accepted",
      clientCertificateSerial: client.serial,
      identity: client.identity,
      clientAddress: addressOf(socket),
      trustBundleVersion,
    });
  }

  #refuse(socket: Socket, { reason, serial }: RefusedClient): void {
    this.#log({
      event: "client.refused",
      reason,
      ...(serial === undefined ? {} : { clientCertificateSerial: serial }),
      clientAddress: addressOf(socket),
      trustBundleVersion: this.#trustBundle().version,
    });
    this.#admitted.delete(socket);
    socket.destroy();
  }
}

/** The types say `Error`; at run time it is OpenSSL's name as a string. */
function chainErrorOf(socket: TLSSocket): string | undefined {
  if (socket.authorized) return undefined;
  const error: unknown = socket.authorizationError;
  return typeof error === "string" ? error : "UNSPECIFIED";
}

const addressOf = (socket: Socket): string => socket.remoteAddress ?? "unknown";
