import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { linkDigest } from "../../shared/link/load.ts";
import type { InvocationResult } from "../aws/async-invoke.ts";
import { createModel } from "../model/brain.ts";
import { linkOf } from "../model/link.ts";
import { parseCommand } from "./command.ts";
import { runCommand } from "./run-command.ts";
import type { Ask } from "./run-groups.ts";
import { type AnswerAllowlists, PERSON, startDeployment } from "./test-deployment.ts";
import { CLOSE, DRIFT, OPEN, planOf, report, WISH } from "./test-groups.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const EXCEPTION = {
  rule: { direction: "in", protocol: "tcp", ports: 22, peer: { cidr: "203.0.113.7/32" } },
  author: "alice",
  reason: "an incident at relay",
  until: "2026-11-21T07:00Z",
} as const;
const LINK = linkOf(
  { bunny: [{}] },
  {
    allowlists: {
      groups: [{ name: "relay", cloud: "aws", group: "sg-0a1b2c3d", own: "all", exceptions: [EXCEPTION] }],
    },
  },
);
const Event = z.object({ run: z.string() });
const FIRST_MET = report({ drift: [DRIFT], withheld: { because: "first-met", changes: [OPEN, CLOSE] } });
const plan = (group = FIRST_MET) => ({ ...planOf(group), linkDigest: linkDigest(LINK) });
const answerWith = (answer: object): InvocationResult => ({ payload: JSON.stringify(answer) });
const accepted = {
  ...{ link: "test-link", linkDigest: linkDigest(LINK), at: 1, outcome: "accepted", problem: null },
  report: report({ done: [OPEN, CLOSE] }),
};

/** The group is met for the first time, and is accepted by who says so, unless `answer` says otherwise. */
async function start(
  onPlan: AnswerAllowlists = () => answerWith(plan()),
  onAccept = () => answerWith(accepted),
) {
  const model = await createModel({ link: LINK });
  const { deployment, events, close } = await startDeployment(model, (event) =>
    Event.parse(event).run === "accept" ? onAccept() : onPlan(event),
  );
  closing.push(close);
  const run = (text: string, ask?: Ask) => {
    const command = parseCommand(text.split(" "));
    if (command.verb === "local" || command.verb === "break-glass")
      throw new Error("that is not asked of a deployment");
    return runCommand(deployment, command, { now: model.clock.now(), timeZone: "UTC" }, ask);
  };
  return { run, events, model };
}

describe("runCommand, of groups of rules", () => {
  it("plans what the next run does in all of them, after what it does with certificates", async () => {
    const { run, events } = await start();
    const { lines, json, problem } = await run("plan");
    expect(lines.slice(1)).toEqual([
      "relay: security group.",
      "    Met for the first time: nothing in it is touched before `accept relay`, which makes 2 changes.",
      "      opens in tcp 443 10.10.1.0/24: wanted, and not open",
      "      closes in tcp 22 0.0.0.0/0 (sgr-0a1b): not wanted",
      "In the link's file, allowlists.groups[0].exceptions[0].until was over at 2026-11-21T07:00:00Z: leave the exception out, or give it a new end and a reason for it.",
    ]);
    expect(lines[0]).toMatch(/^bunny-client: the next run/);
    expect([json, problem]).toMatchObject([{ groups: [{ standing: "waits" }] }, null]);
    expect(events).toContain('warrener-test-heal-allowlists {"run":"plan"}');
  });

  it("says first that nothing is done while the link is frozen", async () => {
    const { run } = await start(() => answerWith({ ...plan(), frozen: true }));
    expect((await run("plan relay")).lines[0]).toMatch(/^The link is frozen: nothing of this is done before/);
    await expect(run("accept relay", async () => "yes")).rejects.toThrow("nothing is accepted before `thaw`");
  });

  it("plans one alone, and asks nobody about certificates", async () => {
    const { run, events } = await start();
    expect((await run("plan relay")).lines[0]).toBe("relay: security group.");
    expect(events).toEqual(['warrener-test-heal-allowlists {"run":"plan"}']);
  });

  it("asks nobody about groups when one certificate is meant", async () => {
    const { run, events } = await start();
    await run("plan bunny-client");
    expect(events.join()).not.toContain("heal-allowlists");
  });

  it("shows in status how each stands, and names one in trouble as the problem", async () => {
    const { run } = await start(() =>
      answerWith(plan(report({ troubles: [{ kind: "no-such-group", rules: [] }] }))),
    );
    const { lines, problem } = await run("status");
    expect(lines[1]).toMatch(/^TROUBLE {2}relay {9}security group\. The cloud has no such group/);
    expect(lines.at(-1)).toMatch(/^In the link's file, .* was over at /);
    expect(problem).toMatch(/^in trouble: relay\./);
  });

  it("shows what another link's function answers, and says that it does", async () => {
    const { run } = await start(() => answerWith(planOf(FIRST_MET)));
    const { lines, problem } = await run("plan relay");
    expect(lines.length).toBeGreaterThan(1);
    expect(problem).toMatch(/was deployed from another link/);
    await expect(run("accept relay", async () => "yes")).rejects.toThrow(/another link/);
  });

  it("explains one: what the link wants in it, how it differs, what was done, and what comes next", async () => {
    const { run } = await start();
    await run("accept relay", async () => "yes");
    const { lines } = await run("explain relay");
    expect(lines).toEqual([
      "relay: the security group sg-0a1b2c3d. Every rule into it and out of it is kept as the link says.",
      "The link wants open in it:",
      "    in tcp 443 10.10.1.0/24, bunny to relay",
      "An exception of alice (an incident at relay) was over 2026-11-21 07:00:00 UTC, 1 hour ago: in tcp 22 203.0.113.7/32. Take it out of the link: the next deployment refuses it.",
      "It differs: in tcp 22 0.0.0.0/0, not wanted.",
      expect.stringMatching(/^At 2026-11-21 08:00:\d\d UTC: accepted what the link wants of it, by arn:aws:/),
      "Now: Met for the first time: nothing in it is touched before `accept relay`, which makes 2 changes.",
      "    opens in tcp 443 10.10.1.0/24: wanted, and not open",
      "    closes in tcp 22 0.0.0.0/0 (sgr-0a1b): not wanted",
    ]);
  });

  it("says what the link has to a name that it has not", async () => {
    const { run } = await start();
    for (const text of ["plan carrot", "explain carrot"]) {
      await expect(run(text)).rejects.toThrow(
        "the link has no certificate and no group carrot: it has bunny-client, relay",
      );
    }
  });
});

describe("accept", () => {
  it("sends the wish that was shown, and records who accepted it", async () => {
    const { run, events } = await start();
    const shown: string[] = [];
    const { lines, problem } = await run("accept relay", async (asked) => {
      shown.push(...asked);
      return "yes";
    });
    expect(shown).toContain("    closes in tcp 22 0.0.0.0/0 (sgr-0a1b): not wanted");
    expect(events.at(-1)).toBe(
      `warrener-test-heal-allowlists {"run":"accept","group":"relay","wish":"${WISH}"}`,
    );
    expect([lines[0], problem]).toEqual(["Accepted for relay.", null]);
    const history = (await run("history relay")).lines;
    expect(history[0]).toMatch(/ {2}relay {2}accepted what the link wants of it$/);
    expect(history.at(-1)).toBe(`    by ${PERSON}`);
  });

  it("accepts nothing where there is nobody to ask", async () => {
    const { run, events } = await start();
    expect((await run("accept relay")).problem).toMatch(/nobody to ask here/);
    expect(events).toEqual(['warrener-test-heal-allowlists {"run":"plan"}']);
  });

  it("says when the function failed that the consent may be kept all the same", async () => {
    const { run, model } = await start(undefined, () => ({ functionError: "TroubleError", payload: "null" }));
    await expect(run("accept relay", async () => "yes")).rejects.toThrow(
      /could not accept: TroubleError\. What was accepted may be kept all the same: `plan relay` says/,
    );
    expect(model.audit.changes).toEqual([]);
  });
});
