import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Label, RefusalReason, RelayLogLine, UnusableReason } from "./log.ts";

const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/workloads.md"), "utf8");

describe("docs/workloads.md", () => {
  const events = RelayLogLine.options.map(({ shape }) => shape.event.value);

  it.each([...events, ...RefusalReason.options, ...UnusableReason.options, ...Label.options])(
    "says what %s is",
    (name) => {
      expect(page).toContain(`\`${name}\``);
    },
  );

  it("shows lines that are relay's", () => {
    const lines = [...page.matchAll(/^\{"time":.*"event":.*\}$/gm)].map(([line]) => line);
    const own = lines.filter((line) => !line.includes("log_processed"));
    expect(own.length).toBeGreaterThan(2);
    for (const line of own) expect(RelayLogLine.safeParse(JSON.parse(line)).error).toBe(undefined);
  });
});
