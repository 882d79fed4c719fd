import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { writeMount } from "./mount.ts";

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "mount-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const file = (name: string, text: string) => ({ name, text, mode: 0o644 });

describe("writeMount", () => {
  it("puts all files in place by moving one symbolic link", async () => {
    const path = await directory();
    await writeMount(path, [file("a", "1"), file("b", "1")]);
    const before = await readlink(join(path, "..data"));
    await writeMount(path, [file("a", "2"), file("b", "2")]);

    expect(await readlink(join(path, "a"))).toBe("..data/a");
    expect(await readlink(join(path, "..data"))).not.toBe(before);
    expect(await readFile(join(path, "a"), "utf8")).toBe("2");
    expect(await readFile(join(path, "b"), "utf8")).toBe("2");
    expect(await readdir(path)).not.toContain(before);
  });

  it("clears up what a killed writer left, and a plain file of the same name", async () => {
    const path = await directory();
    await mkdir(join(path, "..half-written"));
    await symlink("..half-written", join(path, "..data_tmp"));
    await writeFile(join(path, "a"), "plain");
    await writeMount(path, [file("a", "1")]);

    expect((await readdir(path)).sort()).toEqual(
      ["..data", await readlink(join(path, "..data")), "a"].sort(),
    );
    expect(await readFile(join(path, "a"), "utf8")).toBe("1");
  });
});
