/**
 * The printed steps, run in a shell against a running stack in which nothing of Warrener runs. docs.test.ts beside this
 * file holds docs/break-glass.md to the same steps.
 */
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CERTIFICATES_OFFICER, NETWORK_CONTRIBUTOR } from "../../azure/rbac.ts";
import crash from "../../crash/link.ts";
import { until } from "../../demo/chapter.ts";
import { acceptedSerials, protagonists, versions } from "../../demo/look.ts";
import { type Stack, startStack } from "../../stack/stack.ts";
import { adoptedVpn } from "../../testing/links.ts";
import { openShell, PERSON, type Shell } from "./clouds/shell.ts";
import { stepsFor as printedSteps, without } from "./test-steps.ts";

/** One that the deployment creates: its ids are in no link. */
const created = {
  name: "two",
  aws: { create: { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.20" } },
  routing: "static",
  tunnels: [{ name: "two-a", azure: { create: { gateway: "gateway" } } }],
};
const connections = [...adoptedVpn.connections, created];
const RESPONDER = "arn:aws:iam::123456789012:role/responder";
const link = { ...crash, vpn: { ...adoptedVpn, connections, preSharedKeys: { readers: [RESPONDER] } } };
const NEVER = "sent by nobody";

let directory: string;
let linkFile: string;
let stack: Stack;
let shell: Shell;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-break-glass-"));
  linkFile = path.join(directory, "link.ts");
  await writeFile(linkFile, `export default ${JSON.stringify(link)};\n`);
  const often = { mountEveryMs: 200, pollEveryMs: 20 };
  stack = await startStack({ linkFile, seed: 3, calm: true, speed: 600, ...often });
  const [vault] = stack.graph.vaults;
  const group = `/subscriptions/${stack.graph.subscriptionId}/resourceGroups/${adoptedVpn.azure.resourceGroup}`;
  const assign = (roleDefinitionId: string, scope: string) =>
    stack.azure.rbac.assign({ principalId: PERSON.principalId, roleDefinitionId, scope });
  assign(CERTIFICATES_OFFICER, vault?.resourceId ?? NEVER);
  assign(NETWORK_CONTRIBUTOR, group);
  shell = await openShell(stack, directory);
  expect(stack.aws.responderRoleArn).toBe(RESPONDER);
});

afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

const stepsFor = (name: string) => printedSteps(name, linkFile, directory);

const folder = (name: string) => path.join(directory, crash.name, "local", name);

describe("a bunny's certificate, with the brain and the hand dead", () => {
  it("is renewed by the steps, and bunny is let in with it", async () => {
    const { renew } = protagonists(stack);
    await until("bunny has a first certificate", async () => (await renew.invoke({})).ok);
    stack.workloads.startBunnies();
    await until("relay lets bunny in", () => acceptedSerials(stack).length > 0);
    await stack.azure.functionApp.stop();
    const [first] = versions(stack);

    const steps = await stepsFor("bunny-client");
    const ran = await shell.run(without(steps, "used", "end"));
    expect([ran.code, ran.err]).toEqual([0, ""]);
    expect(ran.shown.get("csr")).toMatch(
      /^It asks for bunny\.example\.com as the link does, and for nothing/,
    );
    expect(ran.shown.get("merge")).toMatch(/^It is for bunny-client, has the serial [0-9a-f]+ and ends/);

    const [old, renewed] = versions(stack);
    expect([old, versions(stack).length]).toEqual([first, 2]);
    await until("relay lets it in", () => acceptedSerials(stack).includes(renewed?.serial ?? NEVER));
    const seen = await shell.run(steps.filter(({ id }) => ["where", "used"].includes(id)));
    expect([seen.code, seen.err]).toEqual([0, ""]);
    expect(Number(seen.shown.get("used"))).toBeGreaterThan(0);
  });

  it("is looked after as before once they work again, without being renewed anew", async () => {
    await stack.azure.functionApp.restart();
    const { renew } = protagonists(stack);
    await until("a run goes through", async () => (await renew.invoke({})).ok);
    expect(versions(stack)).toHaveLength(2);
  });

  it("needs no more of AWS than docs/break-glass.md asks for", () => {
    const mine = stack.aws.server.decisions().filter(({ roleArn }) => roleArn === stack.aws.responderRoleArn);
    expect(mine.length).toBeGreaterThan(5);
    expect(mine.filter(({ result }) => result === "denied")).toEqual([]);
  });
});

const rotateKeys = () => {
  const { functions } = stack;
  const found = [...functions.values()].find(
    ({ deployed }) => deployed.logicalName === "RotatePreSharedKeys",
  );
  if (found === undefined) throw new Error("the deployment looks after no pre-shared keys");
  return found;
};

describe("a tunnel's pre-shared key, with the brain and the hand dead", () => {
  it("is the same at both ends after the steps, which never show it, and the tunnel comes up", async () => {
    await stack.azure.functionApp.stop();
    stack.vpn.setAzureKey("one-a", "somebodys_own_key_1");
    await until("the tunnel is down", () => stack.vpn.tunnel("one-a").upSince === undefined);

    const steps = await stepsFor("one-a");
    const ran = await shell.run(without(steps, "use-stored", "up", "end"));
    expect([ran.code, ran.err]).toEqual([0, ""]);
    expect(ran.shown.get("read-back")).toBe("Azure has the key.\n");

    const { aws, azure } = stack.vpn.tunnel("one-a");
    const key = aws.preSharedKey;
    expect(azure?.preSharedKey).toBe(key);
    expect([...ran.shown.values()].join("\n")).not.toContain(key);
    await until("the tunnel is up", () => stack.vpn.tunnel("one-a").upSince !== undefined);

    for (const file of ["key", "azure.json", "aws.json"])
      expect((await stat(path.join(folder("one-a"), file))).mode & 0o777).toBe(0o600);
    const rest = await shell.run(steps.filter(({ id }) => ["where", "up", "end"].includes(id)));
    expect([rest.code, rest.err]).toEqual([0, ""]);
    expect(rest.shown.get("up")).toBe("available\nUP\nConnected\n");
    await expect(stat(folder("one-a"))).rejects.toThrow("ENOENT");
  });

  it("is set at the ends that a deployment created, once they are found", async () => {
    const { vpnConnectionId, outsideIp } = stack.vpn.tunnel("two-a");
    const steps = await stepsFor("two-a");
    const ran = await shell.run(without(steps, "use-stored", "up"));
    expect([ran.code, ran.err]).toEqual([0, ""]);
    expect(ran.shown.get("where")).toMatch(new RegExp(` ${vpnConnectionId} ${outsideIp}\\n$`));
    const { aws, azure } = stack.vpn.tunnel("two-a");
    expect(azure?.preSharedKey).toBe(aws.preSharedKey);
  });

  it("shows only the link's own tunnels, and which are which", async () => {
    const steps = await stepsFor("one-a");
    const { shown } = await shell.run(steps.filter(({ id }) => ["where", "others"].includes(id)));
    const { outsideIp } = stack.vpn.tunnel("two-a");
    expect(shown.get("others")).toMatch(
      new RegExp(
        `^one: one-a 198[.]51[.]100[.]10, one-b .*\\n198[.]51[.]100[.]10\\t(UP|DOWN)\\t[^]*^two: two-a\\n[^]*^${outsideIp}\\t`,
        "m",
      ),
    );
    await rm(folder("one-a"), { recursive: true });
  });

  it("is taken for the tunnel's once they work again", async () => {
    await stack.azure.functionApp.restart();
    const { aws } = stack.vpn.tunnel("one-a");
    const key = aws.preSharedKey;
    await until("a run goes through", async () => (await rotateKeys().invoke({})).ok);
    const plan = await rotateKeys().invoke({ run: "plan" });
    const adopted = expect.objectContaining({ name: "one-a", createdAt: expect.any(Number), troubles: [] });
    expect(plan).toMatchObject({ ok: true, payload: { tunnels: expect.arrayContaining([adopted]) } });
    expect([aws.preSharedKey, stack.vpn.tunnel("one-a").azure?.preSharedKey]).toEqual([key, key]);
  });

  it("comes out of Warrener's secret for those whom the link lets read it, and is set again", async () => {
    const { aws } = stack.vpn.tunnel("one-a");
    const key = aws.preSharedKey;
    await stack.azure.functionApp.stop();
    stack.vpn.setAzureKey("one-a", "somebodys_own_key_2");
    await until("the tunnel is down", () => stack.vpn.tunnel("one-a").upSince === undefined);

    const ran = await shell.run(without(await stepsFor("one-a"), "make-key", "up", "end"));
    expect([ran.code, ran.err]).toEqual([0, ""]);
    expect(stack.vpn.tunnel("one-a").azure?.preSharedKey).toBe(key);
    expect(aws.preSharedKey).toBe(key);
    expect([...ran.shown.values()].join("\n")).not.toContain(key);
    await until("the tunnel is up", () => stack.vpn.tunnel("one-a").upSince !== undefined);
    await rm(folder("one-a"), { recursive: true });
  });

  it("comes out of it for nobody else", async () => {
    const visitor = await openShell(stack, path.join(directory, "visitor"), stack.aws.visitorRoleArn);
    const steps = await stepsFor("one-a");
    const refused = await visitor.run(steps.filter(({ id }) => ["where", "use-stored"].includes(id)));
    expect(refused.code).not.toBe(0);
    expect(refused.err).toMatch(/AccessDenied/);
  });
});
