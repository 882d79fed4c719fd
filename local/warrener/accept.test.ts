import { describe, expect, it } from "vitest";
import type { ReportDraft } from "../../shared/allowlists/report-draft.ts";
import type { NewChange } from "../../shared/journal/change.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { linkOf, linkWith } from "../model/link.ts";
import { type AcceptParts, acceptGroup } from "./accept.ts";
import type { AcceptAnswer } from "./allowlists-answer.ts";
import type { GroupPlans } from "./read-groups.ts";
import { CLOSE, DRIFT, GROUP, OPEN, report, ruleOf, stands, WISH } from "./test-groups.ts";
import { NOW } from "./test-plans.ts";

const LINK = linkOf(
  { bunny: [{}] },
  { allowlists: { groups: [{ name: "relay", cloud: "aws", group: "sg-0a1b2c3d", own: "all" }] } },
);
const envelope = { link: "test-link", linkDigest: "d", at: NOW };
const done = report({ drift: [{ ...DRIFT, isHealed: true }], done: [OPEN, CLOSE] });
const accepted: AcceptAnswer = { ...envelope, outcome: "accepted", report: done, problem: null };
const refused = (reason: string): AcceptAnswer => ({ ...envelope, outcome: "refused", reason });
const FIRST_MET: Partial<ReportDraft> = { withheld: { because: "first-met", changes: [OPEN, CLOSE] } };

/** Whoever is asked says yes, and the function does as it is told, unless `changes` say otherwise. */
function start(
  draft: Partial<ReportDraft>,
  changes: Partial<AcceptParts & Omit<GroupPlans, "unanswered">> = {},
) {
  const asked: string[][] = [];
  const sent: string[] = [];
  const recorded: NewChange[] = [];
  const { link = LINK, person = "arn:aws:iam::111122223333:role/you", ...more } = changes;
  const plans = { groups: [stands(report(draft))], frozen: false, problem: null, ...changes };
  const parts: AcceptParts = {
    link,
    person,
    audit: { record: async (change) => void recorded.push(change) },
    plan: async () => plans,
    accept: async () => accepted,
    ask: async () => "yes",
    ...more,
  };
  const accept = (name = "relay") =>
    acceptGroup(
      {
        ...parts,
        accept: (wish) => {
          sent.push(wish);
          return parts.accept(wish);
        },
        ask: (lines) => {
          asked.push([...lines]);
          return parts.ask(lines);
        },
      },
      name,
    );
  return { accept, asked, sent, recorded };
}

describe("acceptGroup, of what it shows", () => {
  it("says of a group that is met for the first time what is done in it", async () => {
    const { accept, asked } = start(FIRST_MET);
    await accept();
    expect(asked).toEqual([
      [
        "relay: security group. Warrener meets it for the first time, and has touched nothing in it. Its rules are then kept as the link declares them, those of others closed.",
        "Accepting it",
        "    opens in tcp 443 10.10.1.0/24: wanted, and not open",
        "    closes in tcp 22 0.0.0.0/0 (sgr-0a1b): not wanted",
        "Connections that are open through a rule live on when it is closed.",
      ],
    ]);
  });

  it("says of a link that wants less what is closed by accepting it, and what is done in any case", async () => {
    const { accept, asked } = start({
      awaitingConsent: [ruleOf(8_443)],
      withheld: { because: "plan-only", changes: [CLOSE] },
    });
    await accept();
    expect(asked[0]?.slice(1)).toEqual([
      "Without being accepted, the next run",
      "    closes in tcp 22 0.0.0.0/0 (sgr-0a1b): not wanted",
      "Accepting it closes",
      "    in tcp 8443 10.10.1.0/24",
      "Connections that are open through a rule live on when it is closed.",
    ]);
    expect(asked[0]?.[0]).toMatch(/The link that is deployed wants less of it than the one before/);
  });

  it("says when accepting changes nothing as it stands, and what is wrong besides", async () => {
    const { accept, asked } = start({
      withheld: { because: "first-met", changes: [] },
      troubles: [{ kind: "blocked", rules: ["in tcp 443 10.10.1.0/24"] }],
    });
    await accept();
    expect(asked[0]?.slice(1, 4)).toEqual([
      "As it stands, accepting it changes nothing.",
      "Rules that are not Warrener's stand in the way of what is wanted:",
      "    in tcp 443 10.10.1.0/24",
    ]);
  });
});

describe("acceptGroup", () => {
  it("accepts the wish that was shown, says what was done, and records who accepted it", async () => {
    const { accept, sent, recorded } = start(FIRST_MET);
    expect(await accept()).toMatchObject({
      outcome: "accepted",
      problem: null,
      lines: [
        "Accepted for relay.",
        "Opened 1 rule, closed 1 rule:",
        "    opened in tcp 443 10.10.1.0/24: wanted, and not open",
        "    closed in tcp 22 0.0.0.0/0 (sgr-0a1b): not wanted",
      ],
    });
    expect(sent).toEqual([WISH]);
    expect(recorded).toMatchObject([
      { concern: "allowlists", kind: "accept", target: "relay", after: { wish: WISH }, actor: /you$/ },
    ]);
  });

  it("sends nothing when the person says no", async () => {
    const { accept, sent } = start(FIRST_MET, { ask: async () => "no" });
    expect(await accept()).toMatchObject({ lines: ["Nothing was accepted."], problem: null });
    expect(sent).toEqual([]);
  });

  it("sends nothing, and says what to do, where nobody can be asked", async () => {
    const { accept, sent } = start(FIRST_MET, { ask: async () => "nobody" });
    expect((await accept()).problem).toMatch(
      /^nothing was accepted, as there is nobody to ask here: .* --yes$/,
    );
    expect(sent).toEqual([]);
  });

  it("asks nobody about a group of which nothing waits", async () => {
    const { accept, asked, sent } = start({ withheld: { because: "plan-only", changes: [CLOSE] } });
    expect(await accept()).toMatchObject({
      outcome: "nothing-waits",
      lines: ["relay: nothing waits to be accepted."],
      problem: null,
    });
    expect([asked, sent]).toEqual([[], []]);
  });

  it("shows what the link wants by now when that is another wish than was shown, and accepts nothing", async () => {
    const { accept, recorded } = start(FIRST_MET, { accept: async () => refused("other-wish") });
    const { outcome, lines, problem } = await accept();
    expect(outcome).toBe("refused");
    expect(lines).toContain("    opens in tcp 443 10.10.1.0/24: wanted, and not open");
    expect(problem).toMatch(/wants something else of relay now than was shown\. Above is what it wants now/);
    expect(recorded).toEqual([]);
  });

  it.each([
    ["unknown-group", /the deployed link has no group relay\. Deploy/],
    ["frozen", /the link is frozen\. `thaw` it first/],
    ["unreachable", /nothing was accepted: unreachable\. Try again/],
  ])("says what to do about the refusal %s", async (reason, words) => {
    const { accept, recorded } = start(FIRST_MET, { accept: async () => refused(reason) });
    expect((await accept()).problem).toMatch(words);
    expect(recorded).toEqual([]);
  });

  it("says that the group is accepted, and not in order yet", async () => {
    const failures = [{ change: CLOSE, code: "UnauthorizedOperation", isLasting: true }];
    const failed = { ...accepted, report: report({ failures }) };
    expect((await start(FIRST_MET, { accept: async () => failed }).accept()).problem).toMatch(
      /^relay is accepted, and not in order: 1 change failed \(UnauthorizedOperation, of: closes in tcp 22 /,
    );
    const unread = { ...accepted, report: null, problem: { group: "relay", code: "unreachable" } };
    expect((await start(FIRST_MET, { accept: async () => unread }).accept()).problem).toBe(
      "relay is accepted, and could not be healed now: unreachable. The next run, within 15 minutes, does it",
    );
  });
});

describe("acceptGroup, of a function that failed after it was told", () => {
  const failed = { accept: () => Promise.reject(new ConfigError("it could not accept: TroubleError")) };
  const answers = (...plans: Partial<ReportDraft>[]) => {
    const left = plans.map((draft) => ({
      groups: [stands(report(draft))],
      frozen: false,
      problem: null,
    }));
    return { plan: async () => left.shift() ?? Promise.reject(new ConfigError("unreachable")) };
  };

  it("finds that the consent was kept, records who gave it, and says what failed", async () => {
    const { accept, recorded } = start(FIRST_MET, { ...failed, ...answers(FIRST_MET, {}) });
    expect(await accept()).toMatchObject({
      outcome: "accepted",
      problem: "it could not accept: TroubleError",
    });
    expect(recorded).toMatchObject([{ kind: "accept", after: { wish: WISH } }]);
  });

  it.each([
    ["the group waits still", [FIRST_MET, FIRST_MET]],
    ["the link wants something else by now", [FIRST_MET, { wish: "b".repeat(64) }]],
    ["nobody can be asked", [FIRST_MET]],
  ])("claims and records nothing when %s", async (_case, plans) => {
    const { accept, recorded } = start(FIRST_MET, { ...failed, ...answers(...plans) });
    await expect(accept()).rejects.toThrow("it could not accept: TroubleError");
    expect(recorded).toEqual([]);
  });
});

describe("acceptGroup, of what it refuses", () => {
  it.each<[string, Partial<ReportDraft>, Partial<AcceptParts & Omit<GroupPlans, "unanswered">>, string]>([
    ["a group that the link has not", {}, {}, "the link has no group carrot: it has relay"],
    ["any of a link without allowlists", {}, { link: linkWith() }, "the link has no allowlists"],
    ["any while the link is frozen", FIRST_MET, { frozen: true }, "nothing is accepted before `thaw`"],
    ["what another link's function says", FIRST_MET, { problem: "another link" }, "another link"],
    [
      "a group that could not be read",
      {},
      { groups: [stands({ code: "unreachable" })] },
      "relay could not be read (unreachable): try again",
    ],
    [
      "one in report mode, which nothing that is accepted changes",
      { drift: [DRIFT], withheld: { because: "report-mode", changes: [CLOSE] } },
      {},
      'write mode: "heal", deploy, and accept it then',
    ],
  ])("refuses %s", async (what, draft, changes, words) => {
    const { accept, sent } = start(draft, changes);
    await expect(accept(what.includes("has not") ? "carrot" : GROUP.name)).rejects.toThrow(words);
    expect(sent).toEqual([]);
  });
});
