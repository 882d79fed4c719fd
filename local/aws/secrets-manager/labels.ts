/**
 * Staging labels. A label is on one version at a time, and what follows the one label that clients read by
 * default is the service's doing: AWSPREVIOUS goes where AWSCURRENT was taken from.
 */
export const current = "AWSCURRENT";
export const previous = "AWSPREVIOUS";
export const pending = "AWSPENDING";

/** Label -> the id of the version that has it. */
export type Labels = ReadonlyMap<string, string>;

export function attach(labels: Labels, label: string, versionId: string): Labels {
  const moved = new Map(labels);
  const from = labels.get(label);
  moved.set(label, versionId);
  if (label !== current || from === undefined || from === versionId) return moved;
  moved.set(previous, from);
  // The version that is no longer current is not being made either.
  if (labels.get(pending) === from) moved.delete(pending);
  return moved;
}

/** AWSCURRENT first: what it drags along must not undo what was asked for. */
export function attachAll(labels: Labels, wanted: readonly string[], versionId: string): Labels {
  const ordered = wanted.toSorted((a, b) => Number(b === current) - Number(a === current));
  return ordered.reduce((moved, label) => attach(moved, label, versionId), labels);
}

export function detach(labels: Labels, label: string): Labels {
  return new Map([...labels].filter(([name]) => name !== label));
}

export function labelsOn(labels: Labels, versionId: string): string[] {
  return [...labels].flatMap(([label, holder]) => (holder === versionId ? [label] : [])).sort();
}

/** The labels that got another version, without those of which the service tells nobody. */
export function movedLabels(before: Labels, after: Labels): { label: string; versionId: string }[] {
  return [...after]
    .filter(([label, holder]) => label !== previous && label !== pending && before.get(label) !== holder)
    .map(([label, versionId]) => ({ label, versionId }));
}
