/** Which version a GetSecretValue is about. */
import type { GetInput } from "./inputs.ts";
import { current, labelsOn } from "./labels.ts";
import { labelElsewhere, valueNotFound } from "./refusals.ts";
import type { Contents, Version } from "./secret-store.ts";

/** Throws `Refusal`. */
export function chooseVersion({ versions, labels }: Contents, request: GetInput): Version {
  const { VersionId: id, VersionStage: stage } = request;
  if (id !== undefined) {
    const version = versions.get(id);
    if (version === undefined) throw valueNotFound(`VersionId: ${id}`);
    if (stage !== undefined && !labelsOn(labels, id).includes(stage)) throw labelElsewhere();
    return version;
  }
  const label = stage ?? current;
  const version = versions.get(labels.get(label) ?? "");
  if (version === undefined) throw valueNotFound(`staging label: ${label}`);
  return version;
}
