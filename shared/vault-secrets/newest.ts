/**
 * Which of a secret's versions is the newest. A vault lists them by their ids, and dates them to the second: of two of
 * one second nobody can tell which came later. Pure.
 */
import type { SecretVersion, Tags } from "./vault-secrets.ts";

/** Null for none. Of several of one second only that is said which all of them say. */
export function newestOf(versions: readonly SecretVersion[]): SecretVersion | null {
  const createdAt = Math.max(...versions.map((version) => version.createdAt));
  const [first, ...others] = versions
    .filter((version) => version.createdAt === createdAt)
    .toSorted((a, b) => (a.version > b.version ? -1 : 1));
  return first === undefined ? null : others.reduce(inCommon, first);
}

function inCommon(first: SecretVersion, other: SecretVersion): SecretVersion {
  return {
    ...first,
    enabled: first.enabled && other.enabled,
    tags: commonTags(first.tags, other.tags),
    contentType: first.contentType === other.contentType ? first.contentType : null,
  };
}

const commonTags = (tags: Tags, others: Tags): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([name, value]) => others[name] === value));
