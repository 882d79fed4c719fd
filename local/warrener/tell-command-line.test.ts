import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Identities, type IssueRequest } from "../aws/identities.ts";
import { manualTimers } from "../aws/manual-timers.ts";
import { findLocalStack } from "./local-stack.ts";
import { tellCommandLine } from "./tell-command-line.ts";

let directory = "";
let file = "";
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-told-"));
  file = path.join(directory, "local.json");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const control = { url: "http://127.0.0.1:4567", token: "t" };
const HOUR_MS = 3_600_000;
const operatorRoleArn = "arn:aws:iam::123456789012:role/operator";
const stackParts = () => {
  const identities = new Identities();
  return {
    aws: { server: { url: "http://127.0.0.1:4566" }, identities, operatorRoleArn },
    graph: { region: "eu-west-2", stage: "local" },
  };
};

describe("tellCommandLine", () => {
  it("tells where the stack is, which link it runs, and credentials of the operator alone", async () => {
    const parts = stackParts();
    const told = await tellCommandLine(parts, "link.config.ts", control, { file });
    const found = await findLocalStack(file);
    await told.takeBack();
    expect(found).toMatchObject({
      pid: process.pid,
      endpoint: "http://127.0.0.1:4566",
      stage: "local",
      link: path.resolve("link.config.ts"),
      control,
    });
    const { accessKeyId = "" } = found?.credentials ?? {};
    expect(parts.aws.identities.find(accessKeyId)).toMatchObject({ roleArn: operatorRoleArn });
  });

  it("names no link's file for the one that everybody has", async () => {
    const told = await tellCommandLine(stackParts(), undefined, control, { file });
    expect(await findLocalStack(file)).toMatchObject({ link: null });
    await told.takeBack();
  });

  it("takes back what it told, and tells no more", async () => {
    const timers = manualTimers(0);
    const told = await tellCommandLine(stackParts(), undefined, control, { file, timers });
    await told.takeBack();
    expect(await findLocalStack(file)).toBeNull();
    expect(timers.waiting()).toBe(0);
  });

  it("takes back also what it is just telling anew, with credentials that are good for longer", async () => {
    const timers = manualTimers(0);
    const parts = stackParts();
    const issued: string[] = [];
    const issue = (request: IssueRequest) => {
      const identity = parts.aws.identities.issue(request);
      issued.push(identity.credentials.accessKeyId);
      return identity;
    };
    const aws = { ...parts.aws, identities: { issue } };
    const told = await tellCommandLine({ ...parts, aws }, undefined, control, { file, timers });
    await timers.advance(12 * HOUR_MS);
    await told.takeBack();
    expect(new Set(issued).size).toBe(3);
    expect(await findLocalStack(file)).toBeNull();
  });
});
