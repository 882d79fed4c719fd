import { describe, expect, it } from "vitest";
import { generatePreSharedKey, isPreSharedKey } from "./pre-shared-key.ts";

describe("isPreSharedKey", () => {
  it("takes 8 to 64 letters, digits, periods and underscores, and no zero in front", () => {
    for (const good of ["abcdefgh", "a0000000", "._abcdef", "9".repeat(64)])
      expect(isPreSharedKey(good)).toBe(true);
    for (const bad of [
      "",
      "abcdefg",
      "0abcdefg",
      "a".repeat(65),
      "abcdefg-",
      "abcdefg ",
      "abcdefgh\n",
      "äbcdefgh",
    ]) {
      expect(isPreSharedKey(bad), bad).toBe(false);
    }
  });
});

describe("generatePreSharedKey", () => {
  it("makes another valid key of 32 characters each time", () => {
    const keys = Array.from({ length: 200 }, generatePreSharedKey);
    expect(keys.every((key) => isPreSharedKey(key) && key.length === 32)).toBe(true);
    expect(new Set(keys).size).toBe(200);
  });
});
