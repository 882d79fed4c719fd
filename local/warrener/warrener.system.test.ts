/** The command line as a person calls it: its own process, against the deployed bundles in a running stack. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import reference from "../../link.config.ts";
import { type Control, startControl } from "../stack/control.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { LOCAL_STACK_FILE } from "./local-stack.ts";
import { tellCommandLine } from "./tell-command-line.ts";
import { runCommandLine } from "./test-process.ts";

const OPERATOR = "arn:aws:sts::123456789012:assumed-role/operator/you";
const ID = "[0-9a-f]{8}-[0-9a-f-]{27}";

let directory: string;
let linkFile: string;
let otherLinkFile: string;
let stack: Stack;
let control: Control;
let told: Awaited<ReturnType<typeof tellCommandLine>>;

const writeLink = async (name: string, link: object): Promise<string> => {
  const file = path.join(directory, name);
  await writeFile(file, `export default ${JSON.stringify(link)};\n`);
  return file;
};

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-system-"));
  const link = {
    ...reference,
    certificateAuthority: { commonName: "Example CA", mode: "general-purpose" },
    relay: {
      ...reference.relay,
      certificate: { lifetime: "7 days", readers: ["arn:aws:iam::123456789012:role/relay"] },
    },
    allowlists: { groups: [{ name: "gate", cloud: "aws", group: "sg-0a1b2c3d4e5f60718", own: "all" }] },
  };
  linkFile = await writeLink("link.ts", link);
  otherLinkFile = await writeLink("other.ts", { ...link, certificates: { checkEvery: "30 minutes" } });
  // No schedule: each run is one that a test asked for.
  stack = await startStack({ linkFile, seed: 5, calm: true });
  control = await startControl(stack.vpn);
  told = await tellCommandLine(stack, linkFile, control, { file: localFile() });
});

afterAll(async () => {
  await told?.takeBack();
  await control?.close();
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

/** Where a program that runs in that folder looks. */
const localFile = () => path.resolve(directory, path.relative(process.cwd(), LOCAL_STACK_FILE));

const warrener = (text: string, env?: Readonly<Record<string, string>>) =>
  runCommandLine(directory, text, env);

/** As a role of the local world, as somebody would be who has AWS credentials of their own. */
function signedInAs(roleArn: string): Record<string, string> {
  const { credentials } = stack.aws.identities.issue({ roleArn, sessionName: "alice" });
  return {
    AWS_ENDPOINT_URL: stack.aws.server.url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
}

async function runAll(): Promise<void> {
  for (const name of ["renew-certificates", "renew-relay-certificate"]) {
    const renew = [...stack.functions.values()].find(({ deployed }) => deployed.name.endsWith(`-${name}`));
    expect(await renew?.invoke({})).toMatchObject({ ok: true });
  }
}

const Planned = z.object({ certificate: z.string(), current: z.object({ serial: z.string() }) });
const Plan = z.object({ certificates: z.array(Planned) });

async function serialOf(name: string): Promise<string> {
  const { certificates } = Plan.parse(JSON.parse((await warrener(`plan ${name} --json`)).out));
  return certificates[0]?.current.serial ?? "";
}

describe("before anything has run", () => {
  it("says that there is nothing yet, and what comes next", async () => {
    const { code, out, err } = await warrener("status");
    expect(out).toMatch(/^example-link, stage local, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/m);
    expect(out).toMatch(/^DUE {6}bunny-client {2}there is none yet$/m);
    expect(out).toMatch(/^DUE {6}relay-server {2}there is none yet$/m);
    expect([code, err]).toEqual([0, ""]);
    expect(await warrener("history")).toEqual({ code: 0, out: "no change is recorded\n", err: "" });
  });
});

describe("after the first runs", () => {
  beforeAll(runAll);

  it("shows in the history who requested, signed and merged what, from what to what, by which calls", async () => {
    const { code, out } = await warrener("history bunny-client");
    const serial = await serialOf("bunny-client");
    const by = `    by warrener-local-renew-certificates, lambda ${ID}`;
    const [merge, merged, byMerge, sign, signed, bySign, request, requested, byRequest] = out.split("\n");
    expect(merge).toMatch(/ {2}bunny-client {2}merged it$/);
    expect(merged).toMatch(new RegExp(`^ {4}request \\S+ -> serial ${serial}, until .* UTC$`));
    expect(byMerge).toMatch(new RegExp(`^${by}, function ${ID}, key-vault ${ID}$`));
    expect(sign).toMatch(/ {2}had the CA sign it$/);
    expect(signed).toMatch(new RegExp(`^ {4}serial ${serial}, until .* UTC$`));
    expect(bySign).toMatch(new RegExp(`^${by}, acm-pca ${ID}$`));
    expect(request).toMatch(/ {2}requested a new certificate: none so far$/);
    expect(requested).toMatch(/^ {4}none -> request \S+$/);
    expect(byRequest).toMatch(new RegExp(`^${by}, function ${ID}, key-vault ${ID}$`));
    expect(code).toBe(0);
  });

  it("shows the newest of all changes, and the whole of them to machines", async () => {
    const { out } = await warrener("history --limit 1");
    expect(out).toMatch(/ {2}relay-server {2}/);
    const Records = z.array(z.object({ target: z.string(), linkDigest: z.string().length(64) }));
    const records = Records.parse(JSON.parse((await warrener("history --json")).out));
    expect(new Set(records.map(({ target }) => target))).toEqual(new Set(["bunny-client", "relay-server"]));
  });

  it("explains how a certificate came to be, and what comes next", async () => {
    const { code, out } = await warrener("explain bunny-client");
    expect(out).toMatch(/^bunny-client: the certificate of bunny as a TLS client, in the name of /);
    expect(out).toMatch(/^It was requested at .*: none so far\. It was merged at .*-renew-certificates\.$/m);
    expect(out).toMatch(/^Not seen in use yet; it should be by /m);
    expect(out).toMatch(/^Next: no change is due before /m);
    expect(code).toBe(0);
    expect((await warrener("explain relay-server")).out).toMatch(/of relay as a TLS server/);
  });

  it("plans nothing where nothing is due", async () => {
    const { code, out } = await warrener("plan");
    expect(out).toMatch(/^bunny-client: no change is due before .*\nrelay-server: no change is due before /);
    expect(out).toMatch(/^gate: security group\.\n {4}Met for the first time: nothing in it is touched /m);
    expect(code).toBe(0);
  });

  it("answers the same to who has credentials of their own and names the stage", async () => {
    const env = signedInAs(stack.aws.operatorRoleArn);
    const { code, out } = await warrener(`plan --stage local --link ${linkFile}`, env);
    const timeless = (text: string) => text.replaceAll(/, in .*\.$/gm, "");
    expect([code, timeless(out)]).toEqual([0, timeless((await warrener("plan")).out)]);
  });
});

describe("a group of rules", () => {
  it("waits for a person, and is not accepted where nobody can be asked", async () => {
    const { code, out } = await warrener("status");
    expect(out).toMatch(/^WAITS {4}gate {10}security group\. Met for the first time: /m);
    expect(code).toBe(0);
    const asked = await warrener("accept gate");
    expect(asked).toMatchObject({ code: 1, out: "" });
    expect(asked.err).toMatch(/^gate: security group\. Warrener meets it for the first time/);
    expect(asked.err).toMatch(/^warrener: nothing was accepted, as there is nobody to ask here/m);
  });

  it("is accepted once, by who says so, and in order then", async () => {
    const { code, out } = await warrener("accept gate --yes");
    expect([code, out]).toEqual([0, "Accepted for gate.\nNothing was left to change.\n"]);
    expect((await warrener("accept gate --yes")).out).toBe("gate: nothing waits to be accepted.\n");
    expect((await warrener("plan gate")).out).toBe("gate: security group.\n    In order.\n");
    expect((await warrener("history gate")).out).toMatch(
      new RegExp(`gate {2}accepted what the link wants of it\n {4}by ${OPERATOR}\n$`),
    );
  });

  it("tells machines what it was asked about", async () => {
    const { out, err } = await warrener("accept gate --json --yes");
    expect(JSON.parse(out)).toMatchObject({ outcome: "nothing-waits", report: { group: "gate" } });
    expect(err).toBe("");
  });
});

describe("an order to revoke", () => {
  it("stands in status until a run has carried it out, and in the history afterwards", async () => {
    const serial = await serialOf("bunny-client");
    const ordered = await warrener("revoke bunny-client --reason key-compromise");
    expect(ordered.out).toMatch(
      new RegExp(`^Ordered: ${serial} of bunny-client, for KEY_COMPROMISE\\.$`, "m"),
    );
    expect([ordered.code, ordered.err]).toEqual([0, ""]);

    const { out } = await warrener("status");
    expect(out).toMatch(/^DUE {6}bunny-client .*\n +the next run.*others know its key\.$/m);
    expect(out).toContain(
      `bunny-client: An order to revoke ${serial} stands, for KEY_COMPROMISE, by ${OPERATOR} at`,
    );
    expect(out).toMatch(/^\d changes? waits? to be told on the bus/m);

    await runAll();
    expect((await warrener("status")).out).not.toMatch(/An order|to be told/);
    const { out: history } = await warrener("history bunny-client");
    expect(history).toMatch(/ {2}had the CA revoke it: KEY_COMPROMISE$/m);
    expect(history).toMatch(
      new RegExp(`ordered a revocation: KEY_COMPROMISE\\n.*\\n {4}by ${OPERATOR}$`, "m"),
    );
    expect(await serialOf("bunny-client")).not.toBe(serial);
  });

  it("and all of this needs no more than an operator may", () => {
    const decisions = stack.aws.server.decisions();
    expect(decisions.length).toBeGreaterThan(20);
    expect(decisions.filter(({ result }) => result === "denied")).toEqual([]);
  });
});

describe("what it refuses", () => {
  it.each([
    ["explain carrot", "certificate and no group carrot: it has bunny-client, gate, relay-server"],
    ["plan carrot", "certificate and no group carrot: it has bunny-client, gate, relay-server"],
    ["revoke carrot --reason key-compromise", "certificate carrot: it has bunny-client, relay-server"],
    ["accept carrot", "group carrot: it has gate"],
  ])("says for %s which names the link has", async (text, words) => {
    expect(await warrener(text)).toEqual({ code: 1, out: "", err: `warrener: the link has no ${words}\n` });
  });

  it("says how it is used to who asks for what it has not, and ends with 2", async () => {
    const { code, out, err } = await warrener("status --force");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^warrener: Unknown option '--force'.*\n\nusage: npm run warrener -- VERB/);
  });

  it("answers, and says that the functions were deployed from another link than the one that is named", async () => {
    const { code, out, err } = await warrener(`status --link ${otherLinkFile}`);
    expect(out).toMatch(/^OK {7}bunny-client /m);
    expect(err).toMatch(/^warrener: the function was deployed from another link \(.*--link\n$/);
    expect(code).toBe(1);
    const revoke = await warrener(`revoke bunny-client --reason superseded --link ${otherLinkFile}`);
    expect(revoke).toMatchObject({ code: 1, out: "", err: expect.stringContaining("another link") });
  });

  it("says what is missing to who may not, who is nobody, and who names a stage that is not there", async () => {
    const mine = `status --link ${linkFile} --stage`;
    const visitor = await warrener(`${mine} local`, signedInAs(stack.aws.visitorRoleArn));
    expect(visitor.err).toMatch(/may not use the function .*: they need lambda:InvokeFunction on it\n$/);
    const nobody = await warrener(`${mine} local`, { AWS_ENDPOINT_URL: stack.aws.server.url });
    expect(nobody.err).toMatch(/^warrener: there are no AWS credentials, or their login is over: log in/);
    const elsewhere = await warrener(`${mine} lcoal`, signedInAs(stack.aws.operatorRoleArn));
    expect(elsewhere.err).toMatch(/lcoal/);
    expect([visitor, nobody, elsewhere].map(({ code, out }) => [code, out])).toEqual(Array(3).fill([1, ""]));
  });
});

describe("a stack that is gone", () => {
  it("is said to be so, with what to do, however it went", async () => {
    await stack.close();
    const silent = await warrener("status");
    expect(silent.err).toMatch(/cannot be reached: does it still run, and is the network up\?\n$/);
    await told.takeBack();
    const none = await warrener("status");
    expect(none.err).toMatch(/^warrener: no local stack runs, and no stage is named: start one with/);
    expect([silent.code, none.code]).toEqual([1, 1]);
  });
});
