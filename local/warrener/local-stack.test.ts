import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findLocalStack, type LocalStack, removeLocalStack, writeLocalStack } from "./local-stack.ts";

let directory = "";
let file = "";
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-cli-"));
  file = path.join(directory, "cache", "local.json");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const stack: LocalStack = {
  pid: process.pid,
  endpoint: "http://127.0.0.1:4566",
  region: "eu-west-2",
  stage: "local",
  link: null,
  control: { url: "http://127.0.0.1:4567", token: "t" },
  credentials: { accessKeyId: "LOCAL1", secretAccessKey: "s", sessionToken: "t" },
};
/** Above the largest that Linux gives out. */
const ENDED = 4_194_305;

describe("writeLocalStack", () => {
  it("writes what is found again, for its owner's eyes alone", async () => {
    await writeLocalStack(stack, file);
    expect(await findLocalStack(file)).toEqual(stack);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(path.dirname(file))).toEqual(["local.json"]);
  });

  it("takes the place of an older file, and of its permissions", async () => {
    await writeLocalStack(stack, file);
    await rm(file);
    await writeFile(file, "{}", { mode: 0o644 });
    await writeLocalStack({ ...stack, stage: "other" }, file);
    expect(await findLocalStack(file)).toMatchObject({ stage: "other" });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

describe("findLocalStack", () => {
  it("finds none where no stack was started", async () => {
    expect(await findLocalStack(file)).toBeNull();
  });

  it("throws for a stack that has ended, and says what to do", async () => {
    await writeLocalStack({ ...stack, pid: ENDED }, file);
    await expect(findLocalStack(file)).rejects.toThrow(/has ended: start it again with `npm run local`, or/);
  });

  it.each(["", "no JSON", '{"pid":1}'])("throws for a file that holds %j", async (text) => {
    await writeLocalStack(stack, file);
    await writeFile(file, text);
    await expect(findLocalStack(file)).rejects.toThrow(/another version of this project/);
  });
});

describe("removeLocalStack", () => {
  it("takes its own file away, and leaves that of a stack that was started since", async () => {
    await writeLocalStack(stack, file);
    await removeLocalStack(ENDED, file);
    expect(await findLocalStack(file)).toEqual(stack);
    await removeLocalStack(process.pid, file);
    expect(await findLocalStack(file)).toBeNull();
    await removeLocalStack(process.pid, file);
  });
});
