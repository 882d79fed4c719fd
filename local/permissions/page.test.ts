import { describe, expect, it } from "vitest";
import { withPart, writtenPart } from "./page.ts";

const PAGE =
  "before\n\n<!-- Written by `npm run permissions -- --write`. -->\n\nold\n\n<!-- The end of what is written. -->\n\nafter\n";

describe("withPart", () => {
  it("replaces what stands between the markers, and nothing else", () => {
    const page = withPart(PAGE, "| new |");
    expect(page).toBe(PAGE.replace("old", "| new |"));
    expect(writtenPart(page)).toBe("| new |");
    expect(withPart(page, "| new |")).toBe(page);
  });

  it("throws for a page without both markers, in their order", () => {
    for (const page of ["", PAGE.replace(/<!-- The end.*-->/, ""), PAGE.split("\n").toReversed().join("\n")])
      expect(() => withPart(page, "x")).toThrow("the page lacks");
  });
});
