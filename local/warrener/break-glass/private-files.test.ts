import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPrivateFiles } from "./private-files.ts";

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "warrener-files-"));
  folder = path.join(parent, "one-a");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe("openPrivateFiles", () => {
  it("makes a folder, and files in it, that only their owner may read", async () => {
    const files = await openPrivateFiles(folder);
    await files.write("key", "first");
    expect(await modeOf(folder)).toBe(0o700);
    expect(await modeOf(path.join(folder, "key"))).toBe(0o600);
    expect(await files.read("key")).toBe("first");
  });

  it("puts a file in the place of one that others could read, and leaves nothing else behind", async () => {
    const files = await openPrivateFiles(folder);
    await writeFile(files.nameOf("key"), "first", { mode: 0o644 });
    await files.write("key", "second");
    expect(await modeOf(files.nameOf("key"))).toBe(0o600);
    expect(await readdir(folder)).toEqual(["key"]);
  });

  it("tells a file that is not there from an empty one", async () => {
    const files = await openPrivateFiles(folder);
    await files.write("empty", "");
    expect([await files.read("empty"), await files.read("none")]).toEqual(["", null]);
    await files.remove("none");
  });

  it("refuses a folder that others could look into, with what to do", async () => {
    await openPrivateFiles(folder);
    await chmod(folder, 0o750);
    await expect(openPrivateFiles(folder)).rejects.toThrow(`chmod 700 ${folder}`);
  });

  it("refuses a folder that is a link to another, and a file that is none", async () => {
    const files = await openPrivateFiles(folder);
    await symlink(folder, path.join(parent, "linked"));
    await expect(openPrivateFiles(path.join(parent, "linked"))).rejects.toThrow("others could look into");
    await writeFile(files.nameOf("chain.pem"), "x".repeat(4_194_305));
    await expect(files.read("chain.pem")).rejects.toThrow("is no file of at most 4194304 bytes");
  });
});
