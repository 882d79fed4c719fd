import { describe, expect, it } from "vitest";
import { expectedTexts } from "./expected-texts.ts";

const textsOf = (source: string) => expectedTexts(source).split("\n").filter(Boolean);

describe("expectedTexts", () => {
  it("finds what is expected, whatever the matcher, and of whatever is awaited", () => {
    expect(textsOf(`expect(run("fed")).toEqual(["one", { code: 'two' }]);`)).toEqual([
      `"fed"`,
      `"one"`,
      `'two'`,
    ]);
    expect(textsOf(`await expect(x).rejects.toMatchObject({ code: "one" });`)).toEqual([`"one"`]);
    expect(textsOf("expect(said).toBe(`one`);")).toEqual(["`one`"]);
  });

  it("finds the cases of a table", () => {
    expect(textsOf(`it.each([["one", 1]] as const)("is called %s", (name) => { feed("two"); });`)).toEqual([
      `"one"`,
    ]);
  });

  it("finds the constants that are named there, and those that these name", () => {
    const source = `
      const inner = "one";
      const told = { event: inner, level: "two" };
      const waits = (reason: string) => [{ kind: "three", reason }];
      expect(records).toContainEqual(expect.objectContaining(told));
      expect(plan).toEqual(waits("four"));
    `;
    expect(textsOf(source).toSorted()).toEqual([`"four"`, `"one"`, `"three"`, `"two"`]);
  });

  it("finds each of two constants of one name", () => {
    const source = `{ const told = "one"; expect(x).toBe(told); } { const told = "two"; expect(x).toBe(told); }`;
    expect(textsOf(source)).toEqual([`"one"`, `"two"`]);
  });

  it("takes no title, comment, or input of a test for what it expects", () => {
    const source = `
      // "a comment"
      import { x } from "a module";
      describe("a suite", () => {
        it("a title", async () => {
          model.fail({ code: "an input" });
          const made = await start("a beginning");
          const act = () => { feed("a step"); };
          expect(made).toBe(true);
          act();
        });
      });
    `;
    expect(textsOf(source)).toEqual([]);
  });
});
