/** Lines with what is to be read from them, shared by each reader's tests and the fuzz test. */
import type { AuthEvent } from "../schema.ts";
import { buildGroupReader, type GroupReader } from "./group.ts";
import type { Reading } from "./reader.ts";
import { GroupSettings } from "./settings.ts";

export const AT = 1_795_248_124;
export const OWN = ["bunny.example.com", "bunny-2.example.com"];

/** In each place where a caller, or a job, can put something: none of it may get through. */
export const CANARY = "CANARY-patient-4711";

export interface Sample {
  /** What is special about it. */
  readonly says: string;
  readonly message: string;
  readonly stream?: string;
  readonly reading: Reading;
}

export interface Samples {
  readonly group: GroupReader;
  readonly samples: readonly Sample[];
}

/** The settings as a link writes them. */
export const groupOf = (settings: unknown): GroupReader =>
  buildGroupReader(GroupSettings.parse(settings), OWN);

export const readSample = (group: GroupReader, { message, stream }: Sample): Reading =>
  group.read(message, AT, stream ?? "relay-7d9f-x2k");

/** A refusal at `AT`, of which nothing is known but what is said. */
export const refused = (
  event: Pick<AuthEvent, "reader"> & { readonly class: AuthEvent["class"] } & Partial<AuthEvent>,
): AuthEvent => ({
  at: AT,
  outcome: "refused",
  source: null,
  identity: null,
  serial: null,
  apiKeyId: null,
  tunnel: null,
  ...event,
});

const kubernetes = {
  pod_name: "relay-7d9f-x2k",
  namespace_name: "relay",
  pod_id: "d1a7c5b2-0000-4000-8000-000000000000",
  labels: { app: CANARY },
  host: "ip-10-0-1-10.eu-west-2.compute.internal",
  container_name: "relay",
  docker_id: "0f",
  container_hash: "sha256:0f",
  container_image: "relay:1",
};

const wrapper = { time: "2026-11-21T08:02:00.123000000Z", stream: "stdout", _p: "F" };

/** As Container Insights writes it: `log_processed` only where the line is a JSON object. */
export const wrapped = (log: string, processed?: unknown): string =>
  JSON.stringify({
    ...wrapper,
    log,
    ...(processed === undefined ? {} : { log_processed: processed }),
    kubernetes,
  });

export const processed = (line: object): string => wrapped(JSON.stringify(line), line);

/** `Merge_Log On` without a key: the fields stand in the record itself. */
export const merged = (line: object): string =>
  JSON.stringify({ ...wrapper, log: JSON.stringify(line), ...line, kubernetes });
