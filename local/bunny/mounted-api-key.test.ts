import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { testKey } from "../relay/test-keys.ts";
import { readMountedKey } from "./mounted-api-key.ts";

const { key, value } = testKey(1);

async function read(text: string) {
  const directory = await mkdtemp(join(tmpdir(), "key-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "key");
  await writeFile(path, text);
  return await readMountedKey(path);
}

describe("readMountedKey", () => {
  it("reads the key alone, also with a line's end, and wraps it", async () => {
    for (const text of [key, `${key}\n`, `${key}\r\n`]) {
      const mounted = await read(text);
      expect(mounted.kind === "read" && mounted.key.unwrap()).toBe(key);
      expect(JSON.stringify(mounted)).not.toContain(key);
    }
  });

  it.each(["", key.slice(1), `${key}A`, `${key}\n${key}`, value, `Bearer ${key}`])(
    "takes %j for no key, and repeats nothing of it",
    async (text) => {
      expect(await read(text)).toEqual({ kind: "unusable", reason: "malformed" });
    },
  );

  it("tells a file that is not there from one that cannot be read", async () => {
    expect(await readMountedKey(join(tmpdir(), "no-such-file"))).toEqual({
      ...{ kind: "unusable", reason: "no-file" },
    });
    expect(await readMountedKey(tmpdir())).toEqual({ kind: "unusable", reason: "unreadable-file" });
  });
});
