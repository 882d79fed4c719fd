import { describe, expect, it } from "vitest";
import { codeSpan, fallback, link, plain, words } from "./escape.ts";

describe("plain", () => {
  it("leaves ordinary text as it is", () => {
    expect(plain("Azure connection aws-one-a: reset at 12:03:05 (50% & more)")).toBe(
      "Azure connection aws-one-a: reset at 12:03:05 (50% & more)",
    );
  });

  it("spells addresses apart, so that nobody follows them", () => {
    expect(plain("by bob@example.com from https://evil.example, www.evil.example")).toBe(
      "by bob[@]example.com from https[:]//evil.example, www[.]evil.example",
    );
  });

  it("has brackets that mean nothing", () => {
    expect(plain("<!channel>")).toBe("‹!channel›");
  });

  it("is one line of what can be seen", () => {
    expect(plain(" a\n\n\tb\u200B\u202Ec\u0000d ")).toBe("a bc d");
    expect(plain("\n\u200B")).toBe("(empty)");
  });

  it("keeps marks from piling up into other lines", () => {
    expect(plain(`Z${"\u0334".repeat(50)}!`)).toBe("Z\u0334\u0334!");
  });

  it("shows half a character as such", () => {
    expect(plain("a\uD83Db")).toBe("a\uFFFDb");
  });

  it("is cut between characters", () => {
    expect(plain("🔥🔥🔥", 5)).toBe("🔥🔥…");
    expect(plain("🔥🔥🔥", 6)).toBe("🔥🔥🔥");
    expect(plain("🔥🔥🔥", 4)).toBe("🔥…");
  });
});

describe("codeSpan", () => {
  it("keeps the value, but for backticks and what must be escaped", () => {
    expect(codeSpan("a `b` <c> & *d* :e:", 100)).toBe("`a 'b' &lt;c&gt; &amp; *d* :e:`");
  });

  it("is cut between escapes, and ends", () => {
    expect(codeSpan("&&&", 13)).toBe("`&amp;&amp;…`");
    expect(codeSpan("&&&", 12)).toBe("`&amp;…`");
  });
});

describe("fallback", () => {
  it("is spelled apart and escaped", () => {
    expect(fallback("`a` & <!here> @b", 100)).toBe("'a' &amp; ‹!here› [@]b");
  });
});

describe("words", () => {
  it("keeps letters, digits and signs without a meaning, of any script", () => {
    expect(words("tunnel:one-a, *unsteady* (схема 2) #1", 100)).toBe("tunnel one-a, unsteady (схема 2) 1");
  });

  it("says so when nothing is left", () => {
    expect(words("***", 100)).toBe("(empty)");
  });
});

describe("link", () => {
  it("escapes the address, and what would end it", () => {
    expect(link("https://example.com/a?b=1&c=<d>|e#f|g", "the *alarm*", 500)).toBe(
      "<https://example.com/a?b=1&amp;c=%3Cd%3E%7Ce#f%7Cg|the alarm>",
    );
  });

  it("is none for what is no https URL, has a name in it, or is too long", () => {
    for (const url of [
      "http://example.com",
      "javascript:alert(1)",
      "x",
      "https://aws.amazon.com@evil.example/",
    ])
      expect(link(url, "x", 500)).toBeNull();
    expect(link("https://example.com/long", "x", 20)).toBeNull();
  });
});
