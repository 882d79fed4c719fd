/** Defects of what reads of refused callers. */
import type { Defect } from "./defect.ts";

const TAKE = "shared/auth-failures/memory-take.ts";
const KEEP = "shared/auth-failures/keep.ts";
const RUN = "shared/auth-failures/run-on-event.ts";
const VERDICT = "shared/auth-failures/verdict.ts";

export const callerDefects: readonly Defect[] = [
  {
    name: "a line that is handed over again counts again",
    seed: 3,
    file: "shared/auth-failures/memory-count.ts",
    from: "    if (seen.has(mark)) return null;",
    to: "",
    breaks: [5],
  },
  {
    name: "a failure of bunny's own that is handed over again, cut anew, counts again",
    seed: 20,
    file: TAKE,
    from: "    } else if (!marks.has(markOf(line.id))) {",
    to: "    } else {",
    breaks: [5],
  },
  {
    name: "the version of what is remembered of callers is no condition",
    seed: 2,
    file: "local/simulate/clouds/auth-memory.ts",
    from: "        if (memory.version !== stands.version) return null;",
    to: "",
    breaks: [5, 7],
  },
  {
    name: "a batch that another run was ahead of is given up",
    seed: 2,
    file: KEEP,
    from: "    if ((await keeper.memory.write(memory)) === null) continue;",
    to: "    await keeper.memory.write(memory);",
    breaks: [5],
  },
  {
    name: "a batch says what is over, whatever others have told meanwhile",
    seed: 2,
    file: RUN,
    from: "observedAt: brain.clock(), complete: false };",
    to: "observedAt: brain.clock() };",
    breaks: [5],
  },
  {
    name: "no merge says whose a serial is",
    seed: 2,
    file: "shared/auth-failures/known-from-history.ts",
    from: 'change.kind === "merge" ?',
    to: 'change.kind === "revoke" ?',
    breaks: [5],
  },
  {
    name: "a serial of ours proves everybody to be bunny",
    file: "shared/auth-failures/known.ts",
    from: '  return isCaller(source, known) ? "likely" : null;',
    to: '  return isCaller(source, known) ? "likely" : "claimed";',
    breaks: [5],
  },
  {
    name: "bunny is said to have nothing newer than what has ended",
    seed: 2,
    file: "shared/auth-failures/cause.ts",
    from: "newest.serial !== used.serial && newest.notAfter > at ? newest : undefined;",
    to: "newest.serial === used.serial && newest.notAfter > at ? newest : undefined;",
    breaks: [5],
  },
  {
    name: "one address in two spellings is two callers",
    seed: 2,
    file: "shared/auth-failures/readers/fields.ts",
    from: "(mappedIpv4(network.first) ?? address) : address;",
    to: "address : address;",
    breaks: [5],
  },
  {
    name: "windows that ended a moment ago are not judged",
    seed: 4,
    file: "shared/auth-failures/windows.ts",
    from: "  return Array.from({ length: reach.lateSlots + 1 }, (_, index): Window<S> => {\n    const end = last - reach.lateSlots + index;",
    to: "  return Array.from({ length: 1 }, (_, index): Window<S> => {\n    const end = last - index;",
    breaks: [5],
  },
  {
    name: "what is told of callers never grows quiet",
    file: VERDICT,
    from: "  now - lastAt >= quietSeconds;",
    to: "  now - lastAt >= quietSeconds * 100;",
    breaks: [5, 8],
  },
  {
    name: "an incident of callers is over as soon as they pause",
    seed: 3,
    file: VERDICT,
    from: "  now - lastAt >= quietSeconds;",
    to: "  now - lastAt >= quietSeconds / 100;",
    breaks: [5],
  },
  {
    name: "the log says what the lines say",
    file: RUN,
    from: "{ group: batch.group.group, ...counts });",
    to: "{ group: batch.group.group, ...counts, all: JSON.stringify(batch.lines) });",
    breaks: [6],
  },
];
