/** Defects of the rotation of pre-shared keys. */
import type { Defect } from "./defect.ts";

const DECIDE = "shared/keys/pre-shared-decide.ts";
const GATES = "shared/keys/pre-shared-gates.ts";

export const preSharedKeyDefects: readonly Defect[] = [
  {
    name: "a key of others is put right while the other tunnel is down",
    seed: 108,
    file: GATES,
    from: "  otherRotationGate(view, target) ?? othersGate(view, target, view.now);",
    to: "  otherRotationGate(view, target);",
    breaks: [2],
  },
  {
    name: "a tunnel is rotated whatever becomes of the others",
    seed: 108,
    file: GATES,
    from: "  const others = view.tunnels.filter(({ name }) => name !== target.name);",
    to: "  const others = view.tunnels.filter(() => now < 0);\n  void target;",
    breaks: [2],
  },
  {
    name: "what Azure has taken on is not read back",
    seed: 26,
    file: DECIDE,
    from: '  return now < againAt ? wait(tunnel, "back-off", againAt) : setStep(tunnel, "azure", pending, "rotate");',
    to: `  void againAt;
  const isAsked = timesAsked(tunnel.known, "azure", pending.versionId) > 0;
  return setStep(tunnel, isAsked ? "aws" : "azure", pending, "rotate");`,
    breaks: [2],
  },
  {
    name: "a key is promoted once Azure's end has it",
    file: DECIDE,
    from: '  if (pending !== null && azure === "pending" && aws === "current")\n    return halfway(view, tunnel, current, pending);',
    to: `  if (pending !== null && azure === "pending" && aws === "current")
    return lastAsked(tunnel.known, "aws")?.versionId === pending.versionId
      ? { kind: "promote", tunnel: tunnel.name, from: current.versionId, to: pending.versionId, failed: null }
      : halfway(view, tunnel, current, pending);`,
    breaks: [2],
  },
  {
    name: "a key is changed although another run has the lease",
    seed: 4,
    file: "shared/keys/pre-shared-rotate.ts",
    from: '  if (!("fence" in held)) return { ...looked, outcome: "lease-held" };',
    to: `  if (!("fence" in held)) {
    const nobodys = { ...rotator, lease: { ...lease, check: async () => true } };
    return { ...looked, ...(await lookAndApply(nobodys, plan.step, 1_000_000)) };
  }`,
    breaks: [2],
  },
  {
    name: "ends that others have set apart stay so",
    seed: 6,
    file: DECIDE,
    from: '  return set(view, tunnel, azure === "current" ? "aws" : "azure", current, "re-sync");',
    to: '  return wait(tunnel, "still-up");',
    breaks: [8],
  },
  {
    name: "a version of a key is named after it",
    file: "shared/keys/pre-shared-apply.ts",
    from: '  const version = Buffer.from(applier.random(VERSION_BYTES)).toString("hex");',
    to: "  const version = key.unwrap();",
    breaks: [6],
  },
  {
    name: "a new key that was asked for is asked for for ever",
    file: "shared/keys/pre-shared-run.ts",
    from: "    if (at === undefined || !hasNewKey(key, at)) continue;",
    to: "    if (at === undefined || !hasNewKey(key, at) || at > 0) continue;",
    breaks: [8],
  },
  {
    name: "the version of what is remembered of tunnels' keys is no condition",
    file: "local/simulate/clouds/tunnel-tables.ts",
    from: "        if (next.version !== tables.keyMemory.version) return null;",
    to: "",
    breaks: [7],
  },
];
