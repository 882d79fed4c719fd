import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findSecrets } from "./find-secrets.ts";
import { KnownSecrets } from "./known-secrets.ts";

const API_KEY = "wXb_8Qe-Zt1n0aVdYk3LqPfR7uHsJc5MgT2iNoC4xEA";
const AZURE_KEY = `q"7/Zx+Lw&9<Kd>\\Tm=Vb%Rf3+/=`;

function finder(...values: readonly string[]) {
  const known = new KnownSecrets();
  for (const value of values) known.add({ kind: "api-key", name: "poll-key", value });
  return (content: string | Buffer) => findSecrets(Buffer.from(content), known);
}

const encoded = (value: string): Record<string, string | Buffer> => {
  const json = JSON.stringify({ key: value });
  const base64 = Buffer.from(value).toString("base64");
  return {
    "plain text": `key ${value}, and more`,
    JSON: json,
    "JSON in JSON": JSON.stringify({ body: json }),
    "a query": `GET /?key=${encodeURIComponent(value)}`,
    XML: `<key>${value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")}</key>`,
    base64: `key ${base64}`,
    "base64 of a text around it": Buffer.from(`a${value}b`).toString("base64"),
    "base64 of a longer text around it": Buffer.from(`ab${value}`).toString("base64"),
    base64url: Buffer.from(`key=${value}`).toString("base64url"),
    hexadecimal: Buffer.from(value).toString("hex"),
    "upper-case hexadecimal": Buffer.from(value).toString("hex").toUpperCase(),
    gzip: gzipSync(json),
    "base64 of gzip": gzipSync(json.repeat(3)).toString("base64"),
    "base64 of JSON of base64": Buffer.from(JSON.stringify({ at: 1, inner: base64 })).toString("base64"),
  };
};

describe("KnownSecrets", () => {
  it.each(Object.entries(encoded(API_KEY)))("finds an API key in %s", (_name, content) => {
    expect(finder(API_KEY)(content)).toEqual([
      { kind: "api-key", name: "poll-key", offset: expect.any(Number) },
    ]);
  });

  it.each(Object.entries(encoded(AZURE_KEY)))("finds a key of signs in %s", (_name, content) => {
    expect(finder(AZURE_KEY)(content)).toHaveLength(1);
  });

  it("finds nothing where there is none, or another", () => {
    const other = API_KEY.replace("wXb", "wXc");
    for (const content of Object.values(encoded(other))) expect(finder(API_KEY)(content)).toEqual([]);
  });

  it("tells where it stands first, once, and not what it is", () => {
    const found = finder(API_KEY)(`a: ${API_KEY} b: ${API_KEY}`);
    expect(found).toEqual([{ kind: "api-key", name: "poll-key", offset: 3 }]);
    expect(JSON.stringify(found)).not.toContain(API_KEY.slice(0, 8));
  });

  it("tells several values of one name once, and those of different names apart", () => {
    const known = new KnownSecrets();
    for (const [name, value] of [
      ["poll-key", API_KEY],
      ["poll-key", `other-${API_KEY}`],
      ["result-key", API_KEY],
    ] as const)
      known.add({ kind: "api-key", name, value });
    expect(findSecrets(Buffer.from(`other-${API_KEY}`), known).map(({ name }) => name)).toEqual([
      "poll-key",
      "result-key",
    ]);
  });

  it("looks for nothing that is so short that it may be anything", () => {
    expect(finder("typed")("typed by hand")).toEqual([]);
  });

  it("forgets the oldest of too many", () => {
    const values = Array.from({ length: 1_001 }, (_, index) => `a-value-of-a-key-${index}.`);
    const find = finder(...values);
    expect(find(values[0] ?? "")).toEqual([]);
    expect(find(values[1] ?? "")).toHaveLength(1);
    expect(find(values[1_000] ?? "")).toHaveLength(1);
  });
});
