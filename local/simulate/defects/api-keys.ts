/** Defects of the API keys' loop. */
import type { Defect } from "./defect.ts";

const DECIDE = "shared/keys/api-key-decide.ts";
const RUN = "shared/keys/api-keys-run.ts";
const ROTATE = "shared/keys/api-key-rotate.ts";

export const apiKeyDefects: readonly Defect[] = [
  {
    name: "a key is pushed before every replica has loaded it",
    seed: 22,
    file: DECIDE,
    from: "  const unloaded = missingLoad(context, pending.key.id, pending.labelled);\n  if (unloaded === null) return pushOf",
    to: '  const unloaded = missingLoad(context, pending.key.id, pending.labelled);\n  if (unloaded === null || unloaded.reason !== "log-not-searched") return pushOf',
    breaks: [4],
  },
  {
    name: "that the log was not searched passes for a proof",
    file: ROTATE,
    from: "  if (!needsKeyLog(first.plan)) return { ...first, failure: failureOf(labels, vaultKey) };",
    to: "  return { ...first, failure: failureOf(labels, vaultKey) };",
    breaks: [4, 8],
  },
  {
    name: "a key is promoted before it was seen in use, and the old one let go",
    seed: 2,
    file: DECIDE,
    from: '  const needed = missingRelease(context, key.id, since);\n  return needed === null ? { kind: "retire", versionId } : waitFor(needed);',
    to: '  void [key, since, missingRelease];\n  return { kind: "retire", versionId };',
    breaks: [4],
  },
  {
    name: "an error says which key could not be set",
    seed: 9,
    file: ROTATE,
    from: "  const answer = await vault.setKey(key, over);",
    to: `  const answer = await vault.setKey(key, over).catch((cause) => {
    const code = key.key.unwrap();
    throw new CloudError({ provider: "azure", operation: "set", target: "vault", code, retryable: true, cause });
  });`,
    breaks: [6],
  },
  {
    name: "a look is never due",
    file: RUN,
    from: "  (kept.get(name)?.lookAt ?? 0) <= now;",
    to: "  (kept.get(name)?.lookAt || now + 1) <= now;",
    breaks: [8],
  },
  {
    name: "what was asked for is never settled",
    file: RUN,
    from: '    if (askedAt !== null && done.plan.step.kind === "none") await brain.store.settle(name, askedAt);',
    to: "",
    breaks: [8],
  },
  {
    name: "a log that cannot be read passes for one in which every replica has loaded the key",
    seed: 22,
    file: "shared/keys/api-key-evidence.ts",
    from: '  if ("reason" in log) return log;\n  const behind',
    to: '  if ("reason" in log) return log.reason === "log-unreadable" ? null : log;\n  const behind',
    breaks: [4],
  },
  {
    name: "the vault's key is set without a look at which one is there",
    seed: 4,
    file: "local/model/api-key-vault.ts",
    from: '    if ((this.newest?.version ?? null) !== over) return "elsewhere";',
    to: "",
    breaks: [7],
  },
  {
    name: "the version of what is remembered is no condition",
    seed: 5,
    file: "local/simulate/clouds/keys-table.ts",
    from: "        if ((kept.get(name)?.version ?? null) !== (before?.version ?? null)) return null;",
    to: "",
    breaks: [7],
  },
  {
    name: "the lease is granted to everybody",
    file: "local/simulate/clouds/lease.ts",
    from: "        if (stands.until > now) return { holder: stands.holder, until: stands.until };",
    to: "",
    breaks: [4],
  },
];
