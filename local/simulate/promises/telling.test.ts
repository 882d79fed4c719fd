import { describe, expect, it } from "vitest";
import type { Incident } from "../../../shared/alerts/incident.ts";
import { jitterOf } from "../../../shared/certificates/renewal.ts";
import { START } from "../../model/brain.ts";
import { CALLERS_TEXT } from "../callers.ts";
import { EXCEPTION } from "../groups-input.ts";
import { API_KEY, CERTIFICATE } from "../link.ts";
import { FOREIGN } from "../world.ts";
import { leftOver, REST_SECONDS, SOON_SECONDS } from "./converges.ts";
import { frozen } from "./frozen.ts";
import { nothingForeign } from "./nothing-foreign.ts";
import { nothingSecret } from "./nothing-secret.ts";
import { stepOf, worldAtRest } from "./test-world.ts";
import { toldOnce, untold } from "./told-once.ts";

const incident = (id: string, state: "open" | "closed" = "open"): Incident => ({
  key: `key ${id}`,
  id,
  concern: "certificates",
  state,
  severity: "warning",
  title: "A certificate is late",
  facts: [],
  since: null,
  links: [],
  runbook: "certificates",
  worst: { severity: "warning", title: "A certificate is late" },
  openedAt: START,
  closedAt: state === "open" ? null : START + 1,
  notes: [],
  revision: 1,
  observedAt: START,
  changedAt: START,
  told: null,
  telling: null,
  announced: null,
  filed: false,
});
const message = (of: Incident, replies: readonly string[] = []) => ({ ts: of.id, incident: of, replies });

describe("toldOnce", { timeout: 60_000 }, () => {
  it("is broken by two messages of one incident, and by a note that stands twice", async () => {
    const world = await worldAtRest();
    const toldTwice = (...messages: readonly ReturnType<typeof message>[]) =>
      toldOnce.watch({ ...world, channel: { ...world.channel, messages } }).after?.(stepOf("messenger.post"));
    const [a, b] = [incident("a"), incident("b")];
    expect(toldTwice(message(a, ["1", "2"]), message(b, ["1"]))).toBeNull();
    expect(toldTwice(message(a), message(b), message(a))).toBe("two messages tell of the incident a");
    expect(toldTwice(message(a, ["1", "1"]))).toBe("a note of key a stands twice in its thread");
  });

  it("has each incident told in the end, with how it ended", async () => {
    const world = await worldAtRest();
    const left = (stands: Incident, told: readonly Incident[], removed: readonly string[] = []) =>
      untold({
        ...world,
        incidents: { ...world.incidents, standing: new Map([[stands.key, stands]]), history: new Map() },
        channel: { ...world.channel, messages: told.map((one) => message(one)) },
        removed: new Set(removed),
      });
    expect(left(incident("a", "closed"), [incident("a", "closed")])).toEqual([]);
    expect(left(incident("a", "closed"), [incident("a")])).toEqual([
      "the message of key a does not say that it is closed",
    ]);
    expect(left(incident("a"), [])).toEqual(["the incident key a was never told"]);
    expect(left(incident("a"), [], ["a"])).toEqual([]);
  });
});

describe("nothingSecret", { timeout: 60_000 }, () => {
  it("is broken by an API key, a line of a private key, or what a caller sent, in what was told", async () => {
    const world = await worldAtRest();
    const watch = nothingSecret.watch(world);
    const [versionId] = world.keySecret.versions.keys();
    const key = world.keySecret.keyOf(versionId)?.key.unwrap();
    const pem = world.vault.entries.get(CERTIFICATE.name)?.versions[0]?.privateKeyPem.split("\n")[1];
    if (key === undefined || pem === undefined) throw new Error("a world without keys");
    expect(watch.now?.()).toBeNull();
    for (const secret of [key, pem, CALLERS_TEXT]) {
      world.told.push(`it says ${secret}.`);
      expect(watch.now?.()).toBe("a secret stands in what was logged or told");
    }
    world.told.push("it says nothing");
    expect(watch.now?.()).toBeNull();
  });
});

describe("nothingForeign", { timeout: 60_000 }, () => {
  it("is broken by a change of what the link does not name, and not by a look at it", async () => {
    const watch = nothingForeign.watch(await worldAtRest());
    expect(watch.after?.(stepOf("vault.create-request", CERTIFICATE.name))).toBeNull();
    expect(watch.after?.(stepOf("vault.read-certificate", FOREIGN))).toBeNull();
    expect(watch.after?.(stepOf("vault.create-request", FOREIGN))).toBe(
      `vault.create-request changes ${FOREIGN}`,
    );
  });
});

describe("frozen", { timeout: 60_000 }, () => {
  it("is broken by a write that comes later than a run lasts, and not by telling", async () => {
    const world = await worldAtRest();
    const watch = frozen.watch(world);
    const issue = stepOf("authority.issue");
    world.journal.freeze.freeze(world.clock.now());
    world.clock.advance(300);
    expect(watch.after?.(issue)).toBeNull();
    world.clock.advance(1);
    expect(watch.after?.(issue)).toBe("authority.issue has its effect in a freeze");
    expect(watch.after?.(stepOf("messenger.post"))).toBeNull();
    world.journal.freeze.thaw(world.clock.now());
    expect(watch.after?.(issue)).toBeNull();
  });
});

describe("leftOver", { timeout: 60_000 }, () => {
  it("is empty at rest, and names what a person has put out of order", async () => {
    const world = await worldAtRest();
    expect(leftOver(world, SOON_SECONDS)).toEqual([]);
    world.keyVault.enable(false);
    world.keysTable.asked.set("bunny-relay", START);
    expect(leftOver(world, SOON_SECONDS)).toEqual([
      "the vault's key is disabled",
      "what was asked for is not done",
    ]);
  });

  it("names what is about to be replaced, as the rest would end with it", async () => {
    const world = await worldAtRest();
    const { rotateEverySeconds } = API_KEY.desired;
    const jitter = jitterOf(CERTIFICATE.name, CERTIFICATE.jitterMaxSeconds);
    const renewal = CERTIFICATE.lifetimeSeconds * CERTIFICATE.renewAt - jitter;
    const due = (seconds: number, soonSeconds = SOON_SECONDS): string[] => {
      world.clock.moveTo(START + seconds);
      return leftOver(world, soonSeconds).filter((what) =>
        /^a renewal is due$|^a new key is due$| soon$/.test(what),
      );
    };
    for (const turn of [EXCEPTION.from, EXCEPTION.until]) {
      expect(due(turn - START - SOON_SECONDS)).toEqual([]);
      expect(due(turn - START - REST_SECONDS)).toEqual(["an exception begins or ends soon"]);
      expect(due(turn - START)).toEqual([]);
    }
    expect(due(renewal - 3_600)).toEqual([]);
    // What is due after the rest does not end it.
    expect(due(renewal - REST_SECONDS)).toEqual(["a renewal is due"]);
    expect(due(renewal - REST_SECONDS, 0)).toEqual([]);
    expect(due(renewal)).toEqual(["a renewal is due"]);
    // It was issued a few seconds after the start.
    expect(due(renewal + 60, 0)).toEqual(["a renewal is due"]);
    expect(due(rotateEverySeconds)).toContain("a new key is due");
  });
});
