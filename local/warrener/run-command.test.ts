import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { CURRENT, PENDING } from "../../shared/certificates/staged-secret.ts";
import { createModel, type Model } from "../model/brain.ts";
import { linkOf, linkWith } from "../model/link.ts";
import { type RelayModel, stagedRelay } from "../model/relay.ts";
import { parseCommand } from "./command.ts";
import type { Deployment } from "./deployment.ts";
import { runCommand } from "./run-command.ts";
import { PERSON, startDeployment } from "./test-deployment.ts";

const HOUR = 3_600;
const WEEK = 604_800;
const GENERAL = { certificateAuthority: { commonName: "Test CA", mode: "general-purpose" } } as const;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(model: Model) {
  const { deployment, events, close } = await startDeployment(model);
  closing.push(close);
  const run = (text: string, changes: Partial<Deployment> = {}) =>
    runCommand({ ...deployment, ...changes }, deploymentCommand(text), {
      now: model.clock.now(),
      timeZone: "UTC",
    });
  return { run, events };
}

function deploymentCommand(text: string) {
  const command = parseCommand(text.split(" "));
  if (command.verb === "local" || command.verb === "break-glass")
    throw new Error("that is not asked of a deployment");
  return command;
}

/** With its first certificate, seen in use. */
async function renewed(link = linkOf({ bunny: [{}] }, GENERAL)) {
  const model = await createModel({ link });
  await model.run();
  const serial = model.authority.issues[0]?.serial ?? "";
  model.usage.accept(serial, model.clock.now());
  return { model, serial, ...(await start(model)) };
}

describe("runCommand, of what it refuses", () => {
  it.each(["explain carrot", "plan carrot", "revoke carrot --reason superseded"])(
    "throws for %s when the link has no carrot, and says what it has",
    async (text) => {
      const { run, model } = await renewed();
      await expect(run(text)).rejects.toMatchObject({
        name: "ConfigError",
        message: "the link has no certificate carrot: it has bunny-client",
      });
      expect(model.journal.revocations.size).toBe(0);
    },
  );

  it("says which permission the table asks for", async () => {
    const { run, model } = await renewed();
    model.calls.fail({ call: "audit.history", nth: 1, when: "before", code: "AccessDeniedException" });
    await expect(run("history")).rejects.toThrow(
      "these credentials may not use the table warrener-test-journal: they need dynamodb:Query, GetItem and PutItem on it",
    );
  });

  it("shows what another link's function answers, and says that it does", async () => {
    const { run } = await renewed();
    const other = linkWith({ lifetime: "6 days" });
    for (const text of ["status", "plan", "explain bunny-client"]) {
      const { lines, problem } = await run(text, { link: other });
      expect(lines.length).toBeGreaterThan(0);
      expect(problem).toMatch(/was deployed from another link .* deploy, or name the file .* with --link$/);
    }
  });

  it("orders no revocation of another link's function", async () => {
    const { run, model } = await renewed();
    const other = linkOf({ bunny: [{ lifetime: "6 days" }] }, GENERAL);
    await expect(run("revoke bunny-client --reason superseded", { link: other })).rejects.toThrow(
      /another link/,
    );
    expect(model.journal.revocations.size).toBe(0);
  });
});

describe("history", () => {
  it("shows request, signature and merge with before, after, actor and request ids", async () => {
    const { run, serial } = await renewed();
    const { lines, problem } = await run("history bunny-client");
    expect(problem).toBeNull();
    expect(lines.filter((line) => !line.startsWith(" ")).map((line) => line.slice(39))).toEqual([
      "merged it",
      "had the CA sign it",
      "requested a new certificate: none so far",
    ]);
    expect(lines.join("\n")).toMatch(new RegExp(`request \\S+ -> serial ${serial}, until 2026-11-28`));
    expect(lines.join("\n")).toMatch(/none -> request \S+\n {4}by renew-certificates, lambda invocation-1/);
  });

  it("shows as many changes as are asked for, and those of a certificate that has left the link", async () => {
    const { run } = await renewed();
    expect((await run("history --limit 1")).json).toHaveLength(1);
    const without = linkWith({ name: "another" });
    expect((await run("history bunny-client", { link: without })).json).toHaveLength(3);
  });
});

describe("runCommand, of a history that is not whole", () => {
  it.each(["history", "explain bunny-client", "status"])("says so, for %s", async (text) => {
    const { run, model } = await renewed();
    const audit = { ...model.audit, history: async () => ({ changes: [], cut: true }) };
    expect((await run(text, { audit })).problem).toMatch(/older ones may be missing/);
    expect((await run(text)).problem).toBeNull();
  });
});

describe("plan", () => {
  it("says what the next run does, by asking the function that looks after each", async () => {
    const certificate = { readers: ["arn:aws:iam::111122223333:role/relay"] };
    const relay = { host: "relay.example.com", log: { group: "/example/relay", create: true }, certificate };
    const model = await createModel({ link: linkOf({ bunny: [{}] }, { relay }) });
    const { run, events } = await start(model);
    await run("plan");
    expect(events.toSorted()).toEqual([
      'warrener-test-renew-certificates {"run":"plan","names":["bunny-client"]}',
      'warrener-test-renew-relay-certificate {"run":"plan","names":["relay-server"]}',
    ]);
    expect((await run("plan bunny-client")).lines).toEqual([
      "bunny-client: the next run, within 15 minutes, requests a new certificate, has it signed and merges it: none so far.",
    ]);
  });

  it("says what becomes of orders to revoke, once however many functions say it", async () => {
    const { run, model, serial } = await renewed();
    await run("revoke bunny-client --reason superseded");
    const [order] = model.journal.revocations.values();
    if (order === undefined) throw new Error("nothing was ordered");
    // They come in the order of their serials, and the first one's is drawn: no serial stands after this one.
    const last = "f".repeat(40);
    await model.journal.orderRevocation({ ...order, serial: last, certificate: "old-client" });
    const { lines, json } = await run("plan");
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(
        new RegExp(`^bunny-client: An order to revoke ${serial} stands, .* It is in use\\. It is renewed`),
      ),
      expect.stringMatching(/^old-client: An order to revoke f+ stands, .* The next run revokes it/),
    ]);
    expect(json).toMatchObject({ revocations: [{ kind: "wait" }, { kind: "revoke" }] });
    expect((await run("plan bunny-client")).lines).toHaveLength(2);
  });

  it("changes nothing", async () => {
    const model = await createModel();
    const { run } = await start(model);
    for (const text of ["plan", "status", "explain bunny-client"]) await run(text);
    expect([model.audit.changes, model.authority.issues, [...model.journal.intents]]).toEqual([[], [], []]);
  });
});

describe("status", () => {
  it("says of which link and stage it is, and that all is well", async () => {
    const { run, model } = await renewed();
    model.clock.advance(HOUR);
    const { lines, problem } = await run("status");
    expect(lines[0]).toBe("test-link, stage test, 2026-11-21 09:00:00 UTC");
    expect(lines[1]).toMatch(/^OK {7}bunny-client {2}ends in 6 days 23 hours, /);
    expect([lines.length, problem]).toEqual([2, null]);
  });

  it("names what is in trouble as the problem", async () => {
    const { model } = await renewed();
    model.clock.advance(2 * WEEK);
    const { run } = await start(model);
    const { lines, problem } = await run("status");
    expect(lines[1]).toMatch(/^TROUBLE {2}bunny-client {2}ended /);
    expect(problem).toMatch(/^in trouble: bunny-client\. /);
  });

  it("shows an order until it is carried out, with what it waits for", async () => {
    const { run, model, serial } = await renewed();
    await run("revoke bunny-client --reason key-compromise");
    const ordered = `bunny-client: An order to revoke ${serial} stands, for KEY_COMPROMISE, by ${PERSON} at 2026-11-21 08:00:`;
    const { lines } = await run("status");
    const line = lines.find((one) => one.startsWith(ordered));
    expect(line).toMatch(/has bunny-client replaced without waiting for its window, and revokes the old one/);
    await model.run();
    expect((await run("status")).lines.join("\n")).not.toContain("An order");
  });

  it("says of an order for what has left the link that it is revoked", async () => {
    const { run } = await renewed();
    await run("revoke bunny-client --reason superseded");
    const without = linkOf({ bunny: [{ name: "another" }] }, GENERAL);
    const { lines } = await run("status", { link: without });
    expect(lines.find((line) => line.includes("An order"))).toMatch(/The next run revokes it/);
  });
});

describe("explain", () => {
  const Explained = z.object({ sentences: z.array(z.string()), history: z.array(z.unknown()) });

  it("tells a certificate's life in sentences, for machines too", async () => {
    const { run, serial } = await renewed();
    const { lines, json, problem } = await run("explain bunny-client");
    expect(problem).toBeNull();
    expect(lines[1]).toContain(`The current one has the serial ${serial} and ends 2026-11-28`);
    expect(lines[2]).toMatch(
      /^It was requested at .*: none so far\. It was merged at .*, by renew-certificates\.$/,
    );
    expect(lines.at(-1)).toMatch(/^Next: no change is due before /);
    expect(Explained.parse(json)).toMatchObject({ sentences: lines, history: [{}, {}, {}] });
  });

  it("says what it waits for when a run has died between signature and merge", async () => {
    const model = await createModel();
    model.calls.fail({ call: "hand.merge", nth: 1, when: "before", code: "http-500" });
    await model.run();
    const { run } = await start(model);
    const { lines } = await run("explain bunny-client");
    expect(lines.at(-1)).toBe(
      "Next: the next run, within 15 minutes, merges the certificate that was issued already.",
    );
  });
});

describe("revoke", () => {
  it("writes the order of whoever asks, and says what comes of it", async () => {
    const { run, model, serial } = await renewed();
    const { lines, json } = await run("revoke bunny-client --reason superseded");
    expect(lines[0]).toBe(`Ordered: ${serial} of bunny-client, for SUPERSEDED.`);
    expect(json).toMatchObject({ outcome: "ordered", order: { serial, orderedBy: PERSON } });
    expect([...model.journal.revocations.values()]).toMatchObject([{ serial, orderedAt: model.clock.now() }]);
  });
});

describe("revoke, of relay's certificate", () => {
  const served = ({ serialOf }: RelayModel) => [serialOf(CURRENT) ?? "", serialOf(PENDING) ?? ""] as const;

  it("is about the one that relay serves, unless another one is named", async () => {
    const model = await stagedRelay({ mode: "general-purpose" });
    const [serial, staged] = served(model);
    const { run } = await start(model);
    const { lines } = await run("revoke relay-server --reason key-compromise");
    expect(lines).toEqual([
      `Ordered: ${serial} of relay-server, for KEY_COMPROMISE.`,
      "The next run, within 15 minutes, has relay serve the newer one instead, and revokes this one.",
      expect.stringContaining("relay refuses it only if it checks that list"),
      `The newer one, ${staged}, has a key of its own. If others know that too, order it as well, with --serial ${staged}.`,
    ]);
    await model.run();
    expect([...model.authority.revoked.keys()]).toEqual([serial]);
  });

  it("takes the staged one too", async () => {
    const model = await stagedRelay({ mode: "general-purpose" });
    const [, staged] = served(model);
    const { run } = await start(model);
    const { lines } = await run(`revoke relay-server --reason key-compromise --serial ${staged}`);
    expect(lines[0]).toBe(`Ordered: ${staged} of relay-server, for KEY_COMPROMISE.`);
    expect(lines).toHaveLength(3);
  });

  it("waits, for what is superseded, until relay serves the newer one and that is proven", async () => {
    const { run } = await start(await stagedRelay({ mode: "general-purpose" }));
    const { lines } = await run("revoke relay-server --reason superseded");
    expect(lines[1]).toMatch(/^relay still serves it\. It is revoked once relay serves the newer one/);
    expect(lines).toHaveLength(3);
  });
});
