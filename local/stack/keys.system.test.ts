/**
 * The deployed functions rotate every key of the link, with the deployed hand, relay and bunny, on a world that runs
 * faster than the clock; and no secret of it is seen anywhere but where it belongs.
 */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../demo/chapter.ts";
import { deployed } from "./deployed.ts";
import { knownSecrets } from "./known-secrets.ts";
import { promiseApiKeyRotation } from "./promises/api-key-rotation.ts";
import { promisePreSharedKeyRotation } from "./promises/pre-shared-key-rotation.ts";
import { type Stack, startStack } from "./stack.ts";

let stack: Stack;
/** What functions, hand, relay and bunny have logged. */
const lines: string[] = [];

beforeAll(async () => {
  stack = await startStack({
    linkFile: path.resolve(import.meta.dirname, "keys-link.ts"),
    ...{ seed: 1, calm: true },
    // A minute of the tunnels takes a second.
    speed: 60,
    ...{ mountEveryMs: 100, pollEveryMs: 50, secretEveryMs: 100 },
    onLogLine: (_source, line) => void lines.push(line),
  });
  stack.workloads.startBunnies();
  await deployed(stack, "RenewCertificates").invoke({});
});
afterAll(() => stack?.close());

// One beside the other, as deployed, and each in its own order: both wait more than they work.
describe.concurrent("bunny and relay", () => promiseApiKeyRotation(() => stack));
describe.concurrent("the tunnels", () => promisePreSharedKeyRotation(() => stack));

describe("the secrets of the link", () => {
  it("are on their way where they belong, and nowhere else", async () => {
    await until("Slack is told", async () => (await deployed(stack, "TellIncidents").invoke({})).ok);
    const { allowed, leaks } = stack.tap.report();
    expect(leaks).toEqual([]);
    const seen = allowed.map(({ kind, name = "a certificate's" }) => `${kind} ${name}`);
    expect([...new Set(seen)].toSorted()).toEqual([
      "api-key poll-key",
      "api-key result-key",
      "pkcs8 a certificate's",
      "pre-shared-key new-a",
      "pre-shared-key one-a",
      "pre-shared-key one-b",
      "slack-token Warrener",
    ]);
  });

  it("could have been seen in each log, message, event, answer, note and item, all of which were looked at", () => {
    const { traffic } = stack.tap.report();
    const pairs = traffic.map(({ from, to }) => `${from} to ${to}`);
    for (const wanted of [
      /^hand to log$/,
      /^warrener-local-\S+ to \/aws\/lambda\//,
      /^lambda to warrener-local-rotate-/,
      /^warrener-local-rotate-\S+ to lambda$/,
      /rotate-api-keys\/\S+ to dynamodb$/,
      /rotate-pre-shared-keys\/\S+ to dynamodb$/,
      /\.table\.core\.windows\.net$/,
      /\.azurewebsites\.net$/,
      / to slack\.com$/,
      /\/relay\/\S+ to logs$/,
    ])
      expect(pairs, String(wanted)).toContainEqual(expect.stringMatching(wanted));
  });

  it("are in no line that anything has logged", () => {
    const log = lines.join("\n");
    for (const event of ["api-key.planned", "pre-shared-key.step"]) expect(log).toContain(event);
    const secrets = knownSecrets(stack);
    expect(secrets.length).toBeGreaterThan(10);
    for (const { kind, name, value } of secrets) expect(log.includes(value), `${kind} ${name}`).toBe(false);
  });

  it("are rotated with no right that was not given", () => {
    const decisions = stack.aws.server.decisions();
    expect(
      decisions.filter(({ action }) => action === "secretsmanager:PutSecretValue").length,
    ).toBeGreaterThan(2);
    expect(decisions.filter(({ result }) => result === "denied")).toEqual([]);
    expect(stack.aws.server.troubles()).toEqual([]);
  });
});
