import { describe, expect, it } from "vitest";
import { type Answers, compare, compareClients, type Differences, type Finding, keyOf } from "./compare.ts";
import type { Asked, Probe } from "./probe.ts";

const operation = "logs:PutLogEvents";
const probes: readonly Probe[] = [{ operation, cases: [{ name: "no lines", run: () => Promise.resolve() }] }];
const key = keyOf(operation, "no lines");

const answer = (text: string): Asked => ({ kind: "answer", text });
const answers = (asked: Asked): Answers => new Map([[key, asked]]);
const listing = (theirs: string, changes: Partial<Differences> = {}): Differences => ({
  emulator: "moto",
  right: "stand-in",
  why: "the model asks for one",
  answers: { [key]: theirs },
  ...changes,
});

function judged(ours: Asked, theirs: Asked, ...listed: Differences[]): string {
  const laid = { probes, standIn: answers(ours), emulator: "moto", theirs: answers(theirs), listed } as const;
  return compare(laid).map(said).join(", ");
}
const said = ({ verdict, told }: Finding): string => (told === "" ? verdict : `${verdict}: ${told}`);

describe("compare", () => {
  it("agrees when both answer the same", () => {
    expect(judged(answer("a"), answer("a"))).toBe("agreed");
  });

  it("takes a listed difference as such", () => {
    expect(judged(answer("a"), answer("b"), listing("b"))).toBe("differs-as-listed");
  });

  it("counts an operation that the emulator has not as not run", () => {
    expect(judged(answer("a"), answer("error 500"), listing("error 500", { right: "absent" }))).toBe(
      "not-run",
    );
  });

  it("fails for a difference that is not listed, with both answers", () => {
    expect(judged(answer("a"), answer("b"))).toMatch(
      /^failed: stand-in: a; emulator: b; find out who is right/,
    );
  });

  it("fails for a listed difference that no longer shows", () => {
    expect(judged(answer("b"), answer("b"), listing("b"))).toMatch(/^failed: both answer the same now/);
  });

  it("fails when the emulator differs otherwise than is listed", () => {
    expect(judged(answer("a"), answer("c"), listing("b"))).toBe("failed: emulator: c; listed is: b");
  });

  it("does not take the listing of another emulator", () => {
    expect(judged(answer("a"), answer("b"), listing("b", { emulator: "ministack" }))).toMatch(
      /^failed: stand-in/,
    );
  });

  it("fails for a difference that is listed twice", () => {
    expect(judged(answer("a"), answer("b"), listing("b"), listing("b"))).toBe("failed: is listed twice");
  });

  it.each([
    ["the stand-in", { kind: "broken", reason: "no route" }, answer("a")],
    ["the emulator", answer("a"), { kind: "broken", reason: "no route" }],
  ] as const)("fails when %s could not be asked, even where a difference is listed", (who, ours, theirs) => {
    expect(judged(ours, theirs, listing("a"))).toBe(`failed: ${who} could not be asked: no route`);
  });

  it("fails for a listed case that no probe asks", () => {
    const stale = listing("b", { answers: { "logs:PutLogEvents / gone": "b" } });
    expect(judged(answer("a"), answer("a"), stale)).toMatch(
      /^agreed, failed: is listed as a difference, and no probe/,
    );
  });
});

describe("compareClients", () => {
  const verdicts = (sdk: Asked, theirs: Answers) =>
    compareClients({ probes, sdk: answers(sdk), target: "aws", theirs }).map(({ verdict }) => verdict);

  it("agrees on the same answer, and on a refusal without its status", () => {
    expect(verdicts(answer("refused X 400"), answers(answer("refused X 400")))).toEqual(["agreed"]);
    expect(verdicts(answer("refused X 400"), answers(answer("refused X ?")))).toEqual(["agreed"]);
    const [known, unknown] = ['["answered","refused X 400"]', '["answered","refused X ?"]'];
    expect(verdicts(answer(known), answers(answer(unknown)))).toEqual(["agreed"]);
  });

  it("fails for another code, another status, and a client that could not ask", () => {
    expect(verdicts(answer("refused X 400"), answers(answer("refused Y ?")))).toEqual(["failed"]);
    expect(verdicts(answer("refused X 400"), answers(answer("refused X 404")))).toEqual(["failed"]);
    expect(verdicts(answer("a"), answers({ kind: "broken", reason: "no aws" }))).toEqual(["failed"]);
  });

  it("says nothing of what it was not asked", () => {
    expect(verdicts(answer("a"), new Map())).toEqual([]);
  });
});
