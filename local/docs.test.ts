/** Holds the documents to the code: what can be named has an entry, what is linked is there, what is run exists. */
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ToldDrift } from "../shared/allowlists/group-report.ts";
import { RefusalReason } from "../shared/azure-api/contract.ts";
import { Intent } from "../shared/certificates/schema.ts";
import { expectedTexts } from "./testing/expected-texts.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
const documents = ["README.md", ...globSync("docs/**/*.md", { cwd: ROOT })].toSorted();
const sources = globSync("{shared,functions,azure-functions}/**/*.ts", {
  cwd: ROOT,
  exclude: ["**/*.test.ts", "**/node_modules/**"],
});

const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(([, found]) => (found === undefined ? [] : [found]));
const unique = (values: readonly string[]): string[] => [...new Set(values)].toSorted();

/** What `export type <name> = …;` says, without its comments. Fails for a type that is not there. */
function declaration(source: string, name: string): string {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const start = code.indexOf(`export type ${name} =`);
  if (start < 0) throw new Error(`there is no type ${name}`);
  let depth = 0;
  for (let at = start; at < code.length; at += 1) {
    if (code[at] === "{") depth += 1;
    if (code[at] === "}") depth -= 1;
    if (code[at] === ";" && depth === 0) return code.slice(start, at);
  }
  throw new Error(`the type ${name} has no end`);
}

/** The literals of a union of literals. */
const literals = (file: string, name: string): string[] =>
  matches(declaration(read(file), name), /"([^"]+)"/g);

/** The literals that one field of a union of objects may have. */
function literalsOf(file: string, name: string, field: string): string[] {
  const fields = matches(
    declaration(read(file), name),
    new RegExp(`${field}: ("[^"]+"(?: \\| "[^"]+")*)`, "g"),
  );
  return fields.flatMap((union) => matches(union, /"([^"]+)"/g));
}

/** The names in the first column of a section's tables in docs/operating.md. */
function entries(title: string): string[] {
  const [, ...sections] = read("docs/operating.md").split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`docs/operating.md has no section "${title}"`);
  return matches(section, /^\| `([^`]+)` \|/gm);
}

/** Both ways: nothing without an entry, and no entry for what is not there any more. */
const expectEntries = (title: string, names: readonly string[]) => {
  expect(names.length).toBeGreaterThan(1);
  expect(entries(title).toSorted()).toEqual(unique(names));
};

/** Sections of docs/operating.md whose first column holds the code's own names. */
const NAMED = [
  "Outcomes of a certificate",
  "Proof of use",
  "Why a certificate is asked for",
  "Why a pending request is dropped",
  "Why the brain refuses",
  "Why the hand refuses",
  "Who is not let in",
  "Why an incident is not told",
  "Codes of failed calls",
  "The certificate of relay",
  "Revocation",
  "Log events",
  "States of an intent",
  "Errors at load",
  "Health of a tunnel",
  "Why a tunnel is not mended",
  "Steps of an API key",
  "Why an API key waits",
  "Why an API key is in trouble",
  "Why a pre-shared key waits",
  "Why the next CA waits",
  "Troubles of the trust",
  "What an event of a tunnel says",
  "Why an allowlist differs",
  "What an event of an allowlist says",
  "Why one of the link's own is refused",
  "Why a batch of lines is refused",
];

/** Alone in quotes, or at the end of a quoted sentence, as in "bunny-client: refused, outlives-ca". */
function isQuoted(text: string, name: string): boolean {
  const [fixed = "", pattern] = name.replaceAll(".", "\\.").split(/<\w+>/);
  const end = pattern === undefined ? "" : "[\\w-]+";
  return new RegExp(`["'\`](?:[^"'\`\\n]*, )?${fixed}${end}["'\`]`).test(text);
}

describe("docs/operating.md", () => {
  const plan = "shared/certificates/plan.ts";

  it("has an entry for each outcome of a certificate", () => {
    expectEntries(
      "Outcomes of a certificate",
      literalsOf("shared/certificates/report.ts", "Outcome", "outcome"),
    );
  });

  it("has an entry for each state of the proof of use", () => {
    expectEntries("Proof of use", [...literals("shared/certificates/proof.ts", "Proof"), "unknown"]);
  });

  it("has an entry for each reason to ask for a certificate", () => {
    expectEntries("Why a certificate is asked for", literals(plan, "RequestReason"));
  });

  it("has an entry for each reason to drop a request", () => {
    expectEntries("Why a pending request is dropped", [
      ...literals("shared/certificates/match.ts", "Mismatch"),
      ...literals(plan, "DropReason"),
    ]);
  });

  it("has an entry for each refusal of the brain", () => {
    expectEntries("Why the brain refuses", literalsOf("shared/certificates/refusal.ts", "Refusal", "reason"));
  });

  it("has an entry for each refusal of the hand, those of a chain among them", () => {
    expectEntries("Why the hand refuses", RefusalReason.options);
  });

  it("has an entry for each reason to let a caller not in", () => {
    expectEntries("Who is not let in", literals("shared/azure-api/authorize.ts", "RefusedToken"));
  });

  it("has an entry for each thing that an order to revoke waits for or is closed with", () => {
    const file = "shared/certificates/revocation.ts";
    expect(entries("Revocation")).toEqual(
      expect.arrayContaining([...literals(file, "WaitReason"), ...literals(file, "ClosedCode")]),
    );
  });

  it("has an entry for each reason to make a certificate of relay's current, or to wait with that", () => {
    const file = "shared/certificates/plan-promotion.ts";
    expectEntries("The certificate of relay", [
      ...literals(file, "PromotionReason"),
      ...literals(file, "HoldReason"),
    ]);
  });

  it("has an entry for each reason why an incident is not told", () => {
    expectEntries("Why an incident is not told", literals("shared/alerts/tell-incident.ts", "UntoldReason"));
  });

  it("has an entry for each health of a tunnel, and for each reason not to mend it", () => {
    expectEntries("Health of a tunnel", literals("shared/tunnels/health.ts", "Health"));
    expectEntries("Why a tunnel is not mended", literals("shared/tunnels/repairs.ts", "WaitReason"));
  });

  it("has an entry for each step of an API key, for each wait, and for each trouble", () => {
    const steps = "shared/keys/api-key-steps.ts";
    expectEntries("Steps of an API key", [
      ...["StageReason", "DropReason", "PushReason"].flatMap((name) => literals(steps, name)),
      ...literalsOf(steps, "ApiKeyStep", "kind"),
      ...literalsOf(steps, "ApiKeyStep", "reason"),
      ...literals("shared/keys/api-key-rotate.ts", "StepOutcome"),
    ]);
    expectEntries("Why an API key waits", [
      ...literals(steps, "WaitReason"),
      ...literals("shared/keys/api-key-evidence.ts", "EvidenceWait"),
    ]);
    expectEntries(
      "Why an API key is in trouble",
      literals("shared/keys/api-key-troubles.ts", "ApiKeyTroubleReason"),
    );
  });

  it("has an entry for each thing that a pre-shared key may wait for", () => {
    const file = "shared/keys/pre-shared-steps.ts";
    expectEntries("Why a pre-shared key waits", [
      ...literals(file, "GateReason"),
      ...literals(file, "PreSharedWaitReason"),
    ]);
  });

  it("has an entry for each thing that a change of CA waits for, and for each trouble of the trust", () => {
    expectEntries("Why the next CA waits", [
      ...literals("shared/trust/acknowledge.ts", "LoadingReason"),
      ...literals("shared/trust/issuer.ts", "GateReason"),
    ]);
    expectEntries("Troubles of the trust", literalsOf("shared/trust/plan.ts", "TrustTrouble", "kind"));
  });

  it("has an entry for each thing that an event of a tunnel says", () => {
    const file = "shared/tunnels/events.ts";
    expectEntries("What an event of a tunnel says", [
      ...literals(file, "LookReason"),
      ...literals(file, "PassReason"),
    ]);
  });

  it("has an entry for each reason why an allowlist differs, and for each thing that an event of one says", () => {
    expectEntries("Why an allowlist differs", [
      ...literals("shared/allowlists/schema.ts", "DriftReason"),
      ...literals("shared/allowlists/nsg-draft.ts", "NsgReason"),
      ...ToldDrift.shape.reason.options,
    ]);
    const file = "shared/allowlists/seen.ts";
    expectEntries("What an event of an allowlist says", [
      ...literals(file, "LookReason"),
      ...literals(file, "PassReason"),
    ]);
  });

  it("has an entry for each cause of a refusal, and for each reason not to take a batch of lines", () => {
    expectEntries(
      "Why one of the link's own is refused",
      literals("shared/auth-failures/cause.ts", "CauseKind"),
    );
    expectEntries(
      "Why a batch of lines is refused",
      literals("shared/auth-failures/delivery.ts", "DeliveryRefusal"),
    );
  });

  it("has a heading for each condition that is told", () => {
    const runbooks = sources.flatMap((file) => [
      ...matches(read(file), /\brunbook: "([a-z-]+)"/g),
      ...matches(read(file), /\bbase\(.+, "([a-z-]+)"\),/g),
    ]);
    const headings = matches(read("docs/operating.md"), /^##+ (.+)$/gm);
    const anchors = headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z ]/g, "")
        .replaceAll(" ", "-"),
    );
    expect(runbooks.length).toBeGreaterThan(3);
    expect(runbooks.filter((runbook) => !anchors.includes(runbook))).toEqual([]);
  });

  it("has an entry for each log event", () => {
    const logged = sources.flatMap((file) =>
      matches(read(file), /\blog(?:\.(?:info|warn|error)|\[[^\]]+\])\(\s*"([^"]+)"/g),
    );
    const outcomes = literalsOf("shared/certificates/report.ts", "Outcome", "outcome");
    expectEntries("Log events", [...logged, ...outcomes.map((outcome) => `certificate.${outcome}`)]);
  });

  it("has an entry for each code that our own half gives a failed call", () => {
    const calls = sources.flatMap((file) =>
      matches(read(file), /\b(?:fail|broken|unexpected|problem)\(([^)]*)\)/g),
    );
    const named = sources.flatMap((file) => matches(read(file), /\bcode(?::| =) "([a-z-]+)"/g));
    // Not codes of ours: zod's for an issue of our own making.
    const codes = [...named, ...calls.flatMap((call) => matches(call, /"([a-z]+(?:-[a-z]+)+)"/g))].filter(
      (code) => code !== "custom",
    );
    const sections = ["Codes of failed calls", "Who is not let in", "Why the hand refuses", "Revocation"];
    const known = sections.flatMap(entries);
    expect(unique(codes).length).toBeGreaterThan(10);
    expect(unique(codes).filter((code) => !known.includes(code))).toEqual([]);
  });

  it("has an entry for each state of an intent", () => {
    expectEntries("States of an intent", Intent.shape.state.options);
  });

  it("has an entry for each class of error", () => {
    const files = ["shared/runtime/errors.ts", "local/graph/evaluate.ts"];
    expectEntries(
      "Errors at load",
      files.flatMap((file) => matches(read(file), /export class (\w+) extends Error/g)),
    );
  });
});

/** A name that stands in a test's title, or among what it feeds in, is none that the test waits for. */
describe("the tests", () => {
  const tests = globSync("{shared,functions,azure-functions,local}/**/*.test.ts", {
    cwd: ROOT,
    exclude: ["**/node_modules/**", "local/docs.test.ts"],
  });
  const text = tests.map((file) => expectedTexts(read(file))).join("\n");

  it.each(NAMED)("wait for each name under %s", (title) => {
    const named = entries(title);
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((name) => !isQuoted(text, name))).toEqual([]);
  });
});

describe("README.md", () => {
  it("says how the tests are run", () => {
    expect(read("README.md")).toContain("npm ci && npm test");
  });

  it("shows every chapter of the demo", () => {
    const chapters = globSync("local/demo/chapters/*.ts", { cwd: ROOT }).flatMap((file) =>
      matches(read(file), /^ {2}name: "([^"]+)"/gm),
    );
    expect(chapters.length).toBeGreaterThan(5);
    for (const chapter of chapters) expect(read("README.md")).toContain(chapter);
  });
});

const Manifest = z.object({ scripts: z.record(z.string(), z.string()) });

describe.each(documents)("%s", (document) => {
  const text = read(document);
  // What a fenced block shows is no link; a command in one is a command.
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");

  it("links to nothing that is not there", () => {
    const broken = matches(prose, /\]\(([^)\s]+)\)/g).filter((target) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [file = "", anchor] = target.split("#");
      const found = file === "" ? document : path.join(path.dirname(document), file);
      if (!existsSync(path.join(ROOT, found))) return true;
      return anchor !== undefined && !anchors(read(found)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it("names no command of the project that does not exist", () => {
    const { scripts } = Manifest.parse(JSON.parse(read("package.json")));
    const named = matches(text, /npm run (?:-s )?([a-z]+)/g);
    expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
  });
});

/** GitHub's anchors: lower case, punctuation dropped, spaces as hyphens. */
const anchors = (markdown: string): string[] =>
  matches(markdown, /^#+ (.+)$/gm).map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, "")
      .replaceAll(" ", "-"),
  );
