import { beforeAll, describe, expect, it } from "vitest";
import { makeCa } from "../../local/testing/certificates.ts";
import type { HandOf } from "../azure-api/client.ts";
import type { Body, Outcome, Refused } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import { observeThroughHand, publishThroughHand } from "./ask-hand.ts";
import { readAuthority } from "./authority.ts";
import { writeBundle } from "./document.ts";
import { type TrustBundle, toBundle } from "./schema.ts";

const VERSION = "a".repeat(32);
const [A, B] = ["a".repeat(64), "b".repeat(64)];
const REFUSED: Refused = { outcome: "refused", reason: "other-link", detail: "" };

let bundle: TrustBundle;
beforeAll(async () => {
  const ca = readAuthority((await makeCa()).certificatePem);
  bundle = toBundle({ number: 1, authorities: [{ ...ca, since: 1, closedAt: null }], revoked: [] });
});

type Call = Body<"trust.observe"> | Body<"trust.publish">;
type Answer = Outcome<"trust.observe"> | Outcome<"trust.publish"> | Refused | CloudError;

function handOf(answer: (body: Call) => Answer) {
  const calls: Call[] = [];
  const hand = async (_endpoint: string, body: Call) => {
    calls.push(body);
    const answered = answer(body);
    if (answered instanceof CloudError) throw answered;
    return answered;
  };
  return { calls, hand: hand as HandOf<"trust.observe" | "trust.publish"> };
}

const failure = new CloudError({
  ...{ provider: "azure", operation: "trust.observe", target: "hand" },
  ...{ code: "unreachable", retryable: true },
});
const absent = (names: readonly string[], pinned = [A]): Outcome<"trust.observe"> => ({
  ...{ outcome: "observed", pinned },
  copies: names.map((name) => ({ name, copy: { kind: "absent" as const } })),
});
const namesIn = (body: Call) => ("names" in body ? body.names : []);

describe("observeThroughHand", () => {
  it("gives each bunny's copy as the plan takes it, and the CAs of the hand", async () => {
    const problem = { code: "SecretDisabled", operation: "GetSecret", retryable: false };
    const { hand } = handOf(() => ({
      ...{ outcome: "observed", pinned: [A, B] },
      copies: [
        {
          name: "one",
          copy: { kind: "published", storeVersion: VERSION, bundle: writeBundle(bundle), at: 5 },
        },
        { name: "two", copy: { kind: "malformed", storeVersion: VERSION } },
        { name: "three", copy: { kind: "absent" } },
        { name: "four", problem },
      ],
    }));
    expect(await observeThroughHand({ hand }, ["one", "two", "three", "four", "five"])).toEqual({
      pinned: [A, B],
      copies: new Map([
        ["one", { kind: "published", storeVersion: VERSION, bundle, at: 5 }],
        ["two", { kind: "malformed", storeVersion: VERSION }],
        ["three", { kind: "absent" }],
        ["four", { kind: "unreadable" }],
        ["five", { kind: "unreadable" }],
      ]),
      problems: [
        { name: "four", code: "SecretDisabled" },
        { name: "five", code: "not-answered" },
      ],
    });
  });

  it("believes no bundle for the hand's saying that it is one", async () => {
    const { hand } = handOf(() => ({
      ...{ outcome: "observed", pinned: [A] },
      copies: [{ name: "one", copy: { kind: "published", storeVersion: VERSION, bundle: "{}", at: 5 } }],
    }));
    const { copies } = await observeThroughHand({ hand }, ["one"]);
    expect(copies.get("one")).toEqual({ kind: "malformed", storeVersion: VERSION });
  });

  it.each<[string, Answer, string]>([
    ["a call that failed", failure, "unreachable"],
    ["a refusal", REFUSED, "other-link"],
  ])("takes %s for neither absent copies nor a hand without CAs", async (_name, answer, code) => {
    const { hand } = handOf(() => answer);
    expect(await observeThroughHand({ hand }, ["one"])).toEqual({
      pinned: "unreadable",
      copies: new Map([["one", { kind: "unreadable" }]]),
      problems: [{ name: "one", code }],
    });
  });

  it("asks for many in parts, and counts a CA that all of them name", async () => {
    const names = Array.from({ length: 45 }, (_, index) => `bunny-${index}`);
    const { hand, calls } = handOf((body) =>
      absent(namesIn(body), namesIn(body).includes("bunny-0") ? [A, B] : [A]),
    );
    const { pinned, copies, problems } = await observeThroughHand({ hand }, names);
    expect(calls.map((call) => namesIn(call).length).toSorted()).toEqual([20, 20, 5]);
    expect({ pinned, problems }).toEqual({ pinned: [A], problems: [] });
    expect([...copies.keys()].toSorted()).toEqual(names.toSorted());
  });

  it("knows no CA of the hand when one part failed", async () => {
    const names = Array.from({ length: 21 }, (_, index) => `bunny-${index}`);
    const { hand } = handOf((body) => (namesIn(body).length === 1 ? failure : absent(namesIn(body))));
    expect(await observeThroughHand({ hand }, names)).toMatchObject({
      pinned: "unreadable",
      problems: [{ name: "bunny-20", code: "unreachable" }],
    });
  });
});

describe("publishThroughHand", () => {
  const step = () => ({ kind: "copy" as const, party: "one", bundle, replaces: VERSION });

  it("sends the bundle's text, and what it takes the place of", async () => {
    const { hand, calls } = handOf(() => ({ outcome: "published", version: VERSION }));
    expect(await publishThroughHand({ hand }, step())).toBe("published");
    expect(calls).toEqual([{ name: "one", bundle: writeBundle(bundle), replaces: VERSION }]);
  });

  it("hands on a refusal, and throws when nobody knows what became of it", async () => {
    expect(
      await publishThroughHand(
        handOf(() => REFUSED),
        step(),
      ),
    ).toEqual(REFUSED);
    await expect(
      publishThroughHand(
        handOf(() => failure),
        step(),
      ),
    ).rejects.toBe(failure);
  });
});
