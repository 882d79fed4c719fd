import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { askPerson } from "./ask-person.ts";
import { toLines } from "./line.ts";

const LINES = toLines(["relay: this is closed", "    in tcp 22 0.0.0.0/0"]);

/** A terminal at which this is typed. */
async function asked(typed: string, { isTTY = true, yes = false } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  input.end(typed);
  const answer = await askPerson({ input, output, yes })(LINES);
  return { answer, shown: String(output.read()) };
}

describe("askPerson", () => {
  it("shows what it is about, asks, and takes a yes", async () => {
    const { answer, shown } = await asked("yes\n");
    expect(answer).toBe("yes");
    expect(shown).toBe(`${LINES.join("\n")}\nAccept this? Only yes is taken for it: `);
  });

  it.each(["y\n", "\n", "YES\n", "no\n", "yes please\n", ""])("takes %j for a no", async (typed) => {
    expect((await asked(typed)).answer).toBe("no");
  });

  it("finds nobody to ask where the input is no terminal, whatever comes from there", async () => {
    const { answer, shown } = await asked("yes\n", { isTTY: false });
    expect(answer).toBe("nobody");
    expect(shown).not.toContain("Accept this?");
  });

  it("shows it, and asks no more, when yes was said beforehand", async () => {
    const { answer, shown } = await asked("", { isTTY: false, yes: true });
    expect([answer, shown]).toEqual(["yes", `${LINES.join("\n")}\n`]);
  });
});
