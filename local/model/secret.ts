/**
 * A secret of Secrets Manager in memory, as its adapter shows it (shared/certificates/staged-secret.ts). What it does
 * by itself is what the API reference of PutSecretValue and UpdateSecretVersionStage says: a first version becomes
 * the current one whatever its labels, and the version that AWSCURRENT is taken from becomes AWSPREVIOUS.
 */
import { randomUUID } from "node:crypto";
import {
  CURRENT,
  DRAFT,
  type LabelledVersion,
  PENDING,
  type StagedSecret,
} from "../../shared/certificates/staged-secret.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import type { Calls } from "./calls.ts";
import type { ModelClock } from "./clock.ts";

const NAME = "warrener-test-relay-certificate";
const PREVIOUS = "AWSPREVIOUS";

export interface ModelSecret extends StagedSecret {
  /** By id, in the order in which they were written; none is ever taken away. */
  readonly versions: ReadonlyMap<string, LabelledVersion>;
  /** Label -> version. */
  readonly labels: ReadonlyMap<string, string>;
  /** A person's hand, in the console: the text becomes the current version. */
  putByHand(text: string | null): string;
  moveByHand(label: string, to: string | null): void;
}

export function modelSecret(calls: Calls, clock: ModelClock): ModelSecret {
  const versions = new Map<string, LabelledVersion>();
  const labels = new Map<string, string>();
  const attach = (label: string, version: string) => {
    const from = labels.get(label);
    labels.set(label, version);
    if (label !== CURRENT || from === undefined || from === version) return;
    labels.set(PREVIOUS, from);
    if (labels.get(PENDING) === from) labels.delete(PENDING);
  };
  const put = (version: string, value: Secret | null, label: string) => {
    const isFirst = versions.size === 0;
    versions.set(version, { version, createdAt: clock.now(), value });
    attach(label, version);
    if (isFirst) attach(CURRENT, version);
  };

  return {
    versions,
    labels,
    read: (label) => calls.perform("secret.read", label, () => versions.get(labels.get(label) ?? "") ?? null),
    write: (version, value) =>
      calls.perform("secret.write", version, () => {
        const existing = versions.get(version);
        if (existing === undefined) put(version, value, DRAFT);
        else if (existing.value?.unwrap() !== value.unwrap()) throw refusal("PutSecretValue");
      }),
    move: (label, from, to) =>
      calls.perform("secret.move", label, () => {
        if ((labels.get(label) ?? null) !== from) return "elsewhere";
        if (to === null) labels.delete(label);
        else attach(label, to);
        return "moved";
      }),
    putByHand(text) {
      const version = randomUUID();
      put(version, text === null ? null : new Secret(text), CURRENT);
      return version;
    },
    moveByHand(label, to) {
      if (to === null) labels.delete(label);
      else attach(label, to);
    },
  };
}

const refusal = (operation: string) =>
  new CloudError({
    provider: "aws",
    operation,
    target: NAME,
    code: "ResourceExistsException",
    retryable: false,
  });
