/** Defects of what watches the tunnels and mends them. */
import type { Defect } from "./defect.ts";

const REPAIRS = "shared/tunnels/repairs.ts";

export const tunnelDefects: readonly Defect[] = [
  {
    name: "a cloud that does not answer is taken for tunnels that are down",
    seed: 4,
    file: "shared/tunnels/observe.ts",
    from: '        "unknown" in connections\n          ? connections\n',
    to: '        "unknown" in connections\n          ? { ...ABSENT, status: "down", connectionState: "available" }\n',
    breaks: [2],
  },
  {
    name: "Azure's late word alone makes a tunnel one that is down",
    seed: 9,
    file: "shared/tunnels/health.ts",
    from: '  if (inAzure === "not-connected" || inAzure === "connecting") return "not-in-azure";',
    to: '  if (inAzure === "not-connected" || inAzure === "connecting") return "down";',
    breaks: [2],
  },
  {
    name: "a tunnel is mended although another run has the lease",
    seed: 3,
    file: "shared/tunnels/apply.ts",
    from: '  if (!("fence" in held)) return { outcome: "lease-held", ...held };',
    to: `  if (!("fence" in held)) {
    const nobodys = { ...lease, check: async () => true };
    return await applyUnderLease({ ...mender, lease: nobodys }, wanted, 1_000_000);
  }`,
    breaks: [2],
  },
  {
    name: "tunnels are mended in a freeze",
    seed: 12,
    file: REPAIRS,
    from: '  if (frozen) return "frozen";',
    to: "  void frozen;",
    breaks: [7],
  },
  {
    name: "what did not help is tried again for ever",
    seed: 15,
    file: REPAIRS,
    from: '  repairs.at(-1)?.kind === "reset-azure" ? "replace-aws" : "reset-azure";',
    to: '  repairs.length >= 0 ? "reset-azure" : "replace-aws";',
    breaks: [8],
  },
  {
    name: "the version of what is remembered of the tunnels is no condition",
    seed: 2,
    file: "local/simulate/clouds/tunnel-tables.ts",
    from: "        if (next.version !== tables.memory.version) return null;",
    to: "",
    breaks: [7],
  },
];
