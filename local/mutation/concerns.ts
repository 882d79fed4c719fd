/** What is mutated of each concern, and which tests must notice it: its plan, and the tests of that plan alone. */

/** The environment variable that carries a concern's globs, one a line, to the vitest of each of Stryker's workers. */
export const TESTS_VARIABLE = "MUTATION_TESTS";

export interface MutatedConcern {
  readonly name: string;
  /** Of the project's folder, as all paths here. */
  readonly plan: readonly string[];
  /** As globs. The tests of a whole run would notice more, much later and without naming the decision. */
  readonly tests: readonly string[];
}

const inFolder = (name: string, plan: readonly string[], tests: readonly string[]): MutatedConcern => ({
  name,
  plan: plan.map((file) => `shared/${name}/${file}.ts`),
  tests: tests.map((file) => `shared/${name}/${file}.test.ts`),
});

export const CONCERNS: readonly MutatedConcern[] = [
  inFolder(
    "certificates",
    ["plan", "plan-promotion", "asked", "intent", "match", "proof", "refusal", "renewal", "revocation"],
    [
      ...["plan{,.pending,.asked,.property}", "plan-promotion", "asked", "intent", "match", "proof"],
      ...["refusal", "renewal", "revocation{,.orphan}"],
    ],
  ),
  inFolder(
    "allowlists",
    [
      ...["plan-security-group", "security-group-difference", "security-group-reasons", "consent", "wanted"],
      ...["nsg-plan", "nsg-plan-steps", "nsg-shut", "nsg-held", "nsg-priorities"],
    ],
    [
      ...["plan-security-group{,.consent,.edges,.property,.reasons}", "consent", "wanted"],
      ...["nsg-plan{,.*}", "nsg-shut{,.order,.places}", "nsg-priorities"],
    ],
  ),
  inFolder(
    "keys",
    ["api-key-plan", "api-key-decide", "pre-shared-plan", "pre-shared-decide"],
    ["api-key-plan{,.*}", "api-key-next-look", "pre-shared-plan{,.*}", "pre-shared-gates"],
  ),
  inFolder("tunnels", ["plan", "repairs", "memory", "health"], ["plan{,.*}", "memory", "health"]),
  inFolder("alerts", ["plan", "plan-telling"], ["plan{,.property}", "plan-telling"]),
  inFolder(
    "trust",
    [
      ...["plan", "acknowledge", "authorities", "before", "foreign", "hold", "issuer"],
      ...["publish", "remembered", "revoked", "rollover"],
    ],
    [
      ...["plan{,.bunnies,.limits,.property}", "acknowledge", "authorities", "before", "hold", "issuer"],
      ...["remembered", "revoked"],
    ],
  ),
  inFolder(
    "auth-failures",
    ["verdict", "windows", "sources"],
    ["verdict{,.limits,.late}", "windows", "sources"],
  ),
];
