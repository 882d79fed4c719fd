/**
 * bunny's own log: which certificate, which API key and which trust bundle it uses and why, and when polling stops or
 * starts to work. No job data, and of a key no more than its name in the link: bunny knows nothing else of it.
 */
import type { BundleReason } from "./bundle-in-use.ts";
import type { KeyReason } from "./mounted-api-key.ts";
import type { MountReason } from "./mounted-certificate.ts";

type BunnyEvent =
  | { readonly event: "certificate.unusable"; readonly reason: MountReason }
  | { readonly event: "certificate.found"; readonly serial: string; readonly notAfter: string }
  | { readonly event: "certificate.adopted"; readonly serial: string }
  /** Polling goes on with the certificate named in `keeps`, when there is one. */
  | {
      readonly event: "certificate.not-accepted";
      readonly serial: string;
      readonly reason: string;
      readonly keeps?: string;
    }
  | { readonly event: "api-key.unusable"; readonly apiKey: string; readonly reason: KeyReason }
  | { readonly event: "api-key.found" | "api-key.adopted"; readonly apiKey: string }
  /** `keeps`: polling goes on with the key before it. */
  | {
      readonly event: "api-key.not-accepted";
      readonly apiKey: string;
      readonly reason: string;
      readonly keeps: boolean;
    }
  | { readonly event: "trust-bundle.unusable"; readonly reason: BundleReason }
  | { readonly event: "trust-bundle.loaded"; readonly version: string }
  | { readonly event: "poll.failing"; readonly reason: string }
  | { readonly event: "poll.recovered" }
  | { readonly event: "job.failed"; readonly id: string; readonly reason: string };

export type BunnyLog = (event: BunnyEvent) => void;

const WARNINGS: ReadonlySet<BunnyEvent["event"]> = new Set([
  "certificate.unusable",
  "certificate.not-accepted",
  "api-key.unusable",
  "api-key.not-accepted",
  "trust-bundle.unusable",
  "poll.failing",
  "job.failed",
]);

export function bunnyLog(output: (line: string) => void, clock: () => number): BunnyLog {
  return ({ event, ...fields }) => {
    const level = WARNINGS.has(event) ? "warn" : "info";
    output(JSON.stringify({ time: new Date(clock()).toISOString(), level, event, ...fields }));
  };
}
