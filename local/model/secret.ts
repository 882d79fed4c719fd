/**
 * A secret of Secrets Manager in memory, as its adapter shows it (shared/certificates/staged-secret.ts). What it does
 * by itself is what the API reference of PutSecretValue and UpdateSecretVersionStage says: the version that AWSCURRENT
 * is taken from becomes AWSPREVIOUS. Of a first version that reference says two things, so a test can have either.
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

/** It becomes the current one whatever its labels, or has the labels that it was written with. */
export type FirstVersion = "current" | "as-asked";

const NAME = "warrener-test-relay-certificate";
const PREVIOUS = "AWSPREVIOUS";

export interface ModelSecret extends StagedSecret {
  /** By id, in the order in which they were written, without their labels; none is ever taken away. */
  readonly versions: ReadonlyMap<string, LabelledVersion>;
  /** Label -> version. */
  readonly labels: ReadonlyMap<string, string>;
  /** A person's hand: the text becomes the current version, or the one with that label. */
  putByHand(text: string | null, label?: string): string;
  moveByHand(label: string, to: string | null): void;
}

export function modelSecret(
  calls: Calls,
  clock: ModelClock,
  firstVersion: FirstVersion = "current",
): ModelSecret {
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
    versions.set(version, { version, createdAt: clock.now(), labels: [], value });
    attach(label, version);
    if (isFirst && firstVersion === "current") attach(CURRENT, version);
  };

  const readLabelled = (label: string): LabelledVersion | null => {
    const found = versions.get(labels.get(label) ?? "");
    if (found === undefined) return null;
    const own = [...labels].filter(([, version]) => version === found.version).map(([name]) => name);
    return { ...found, labels: own };
  };

  return {
    versions,
    labels,
    read: (label) => calls.perform("secret.read", label, () => readLabelled(label)),
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
    putByHand(text, label = CURRENT) {
      const version = randomUUID();
      put(version, text === null ? null : new Secret(text), label);
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
