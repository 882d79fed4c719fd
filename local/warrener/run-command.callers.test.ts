import { afterEach, describe, expect, it } from "vitest";
import { linkDigest, parseLink } from "../../shared/link/load.ts";
import { createModel } from "../model/brain.ts";
import { linkWith } from "../testing/links.ts";
import { parseCommand } from "./command.ts";
import type { Line } from "./line.ts";
import { runCommand } from "./run-command.ts";
import { type AnswerEvent, startDeployment } from "./test-deployment.ts";
import { NOW } from "./test-plans.ts";

const base = parseLink(linkWith({}));
const LINK = parseLink(
  linkWith({ authFailures: { logs: [{ group: base.relay.log.group, readers: [{ reader: "relay" }] }] } }),
);
const quiet = {
  ...{ link: LINK.name, linkDigest: linkDigest(LINK), at: NOW },
  ...{ refused: 0, sources: 0, unread: 0, conditions: [], wakes: [], trouble: [] },
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function status(answer?: AnswerEvent, link = LINK) {
  const model = await createModel({ link });
  const { deployment, events, close } = await startDeployment(
    model,
    undefined,
    answer === undefined ? {} : { callers: answer },
  );
  closing.push(close);
  const command = parseCommand(["status"]);
  if (command.verb !== "status") throw new Error("that is not the status");
  const { lines, json, problem } = await runCommand(deployment, command, { now: NOW, timeZone: "UTC" });
  const at = lines.findIndex((line) => line.includes("refused-callers"));
  return { row: lines.slice(at).map((line: Line) => line.replace(/\s+/g, " ")), json, problem, events };
}

const answerWith = (changes: object) => (): { payload: string } => ({
  payload: JSON.stringify({ ...quiet, ...changes }),
});

describe("runCommand, of the status of refused callers", () => {
  it("says in a line that there is nobody", async () => {
    const { row, json } = await status(answerWith({}));
    expect(row[0]).toBe("OK refused-callers strangers lately: 0 refusals from 0 sources");
    expect(json).toMatchObject({ callers: { standing: "ok" } });
  });

  it("is trouble where any is told of, each by its headline", async () => {
    const conditions = [
      { key: "auth-own:bunny", severity: "critical", title: "bunny is refused: its certificate has ended" },
      { key: "auth-scan", severity: "warning", title: "Callers from many addresses are refused" },
    ];
    const { row, problem } = await status(answerWith({ refused: 345, sources: 12, unread: 1, conditions }));
    expect(row.slice(0, 3)).toEqual([
      "TROUBLE refused-callers strangers lately: 345 refusals from 12 sources; 1 line not understood",
      " critical: bunny is refused: its certificate has ended.",
      " warning: Callers from many addresses are refused.",
    ]);
    expect(problem).toMatch(/^in trouble: .*refused-callers/);
  });

  it("counts those that do not fit", async () => {
    const conditions = Array.from({ length: 12 }, (_, index) => ({
      severity: "warning",
      title: `one ${index}`,
    }));
    const { row } = await status(answerWith({ conditions }));
    expect(row).toContain(" and 2 more");
  });

  it("says what is not known when the function does not answer, or was deployed from another link", async () => {
    const { row, problem } = await status(() => {
      throw new Error("the function is not there");
    });
    expect(row.join("\n")).toContain("Nothing is known now of refused-callers.");
    expect(problem).toContain("warrener-test-read-auth-failures");
    const other = await status(answerWith({ linkDigest: "0".repeat(64) }));
    expect(other.problem).toContain("deployed from another link");
  });

  it("asks nobody where the link has nobody look for them", async () => {
    const { events, json } = await status(undefined, base);
    expect(events.filter((event) => event.includes("read-auth-failures"))).toEqual([]);
    expect(json).toMatchObject({ callers: null });
  });
});
