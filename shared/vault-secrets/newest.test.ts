import { describe, expect, it } from "vitest";
import { newestOf } from "./newest.ts";
import type { SecretVersion } from "./vault-secrets.ts";

const version = (id: string, createdAt: number, more: Partial<SecretVersion> = {}): SecretVersion => ({
  version: id,
  createdAt,
  enabled: true,
  tags: { id },
  contentType: "text/plain",
  ...more,
});

describe("newestOf", () => {
  it("is none of no versions", () => {
    expect(newestOf([])).toBeNull();
  });

  it("is the one that was made last, in whichever order they come", () => {
    const [old, next] = [version("b", 10), version("a", 11)];
    expect(newestOf([old, next])).toEqual(next);
    expect(newestOf([next, old])).toEqual(next);
  });

  it("is the newest also when that one is disabled", () => {
    const disabled = version("a", 11, { enabled: false });
    expect(newestOf([version("b", 10), disabled])).toEqual(disabled);
  });

  it("says of two of one second only what both say, in whichever order they come", () => {
    const one = version("a", 11, { tags: { id: "1", same: "x" } });
    const other = version("b", 11, { tags: { id: "2", same: "x" }, enabled: false, contentType: null });
    const both = { version: "b", createdAt: 11, enabled: false, tags: { same: "x" }, contentType: null };
    expect(newestOf([one, other])).toEqual(both);
    expect(newestOf([other, one, version("c", 10)])).toEqual(both);
  });
});
