/** relay's secret for tests: versions and labels that a test sets, and reads that it can make fail. */

import type { LabelledSecret } from "./labelled-secret.ts";
import type { Label } from "./log.ts";

export interface TestSecret extends LabelledSecret {
  /** By version id. */
  readonly versions: Map<string, string>;
  readonly labels: Map<Label, string>;
  /** What fails now: "labels", or a version's id. */
  readonly broken: Set<string>;
  /** The versions that were read, in their order. */
  readonly reads: string[];
}

export function testSecret(): TestSecret {
  const versions = new Map<string, string>();
  const labels = new Map<Label, string>();
  const broken = new Set<string>();
  const reads: string[] = [];
  return {
    versions,
    labels,
    broken,
    reads,
    async readLabels() {
      if (broken.has("labels")) throw new Error("labels cannot be read");
      return new Map(labels);
    },
    async readVersion(versionId) {
      reads.push(versionId);
      if (broken.has(versionId)) throw new Error(`${versionId} cannot be read`);
      return versions.get(versionId);
    },
  };
}

export const certificateValue = (issued: { readonly privateKeyPem: string; readonly chainPem: string }) =>
  JSON.stringify({ kind: "certificate", privateKey: issued.privateKeyPem, certificate: issued.chainPem });
