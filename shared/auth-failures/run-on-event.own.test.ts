import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { freezeOf } from "../freeze/schema.ts";
import { NO_KEY_MEMORY } from "../keys/api-key-schema.ts";
import {
  acceptance,
  authFailures,
  batchOf,
  knocking,
  type OpenAuth,
  openAuth,
  refusal,
  written,
} from "./test-auth-run.ts";
import { change } from "./test-journal.ts";

const OWN = "auth-own:bunny-example-com-77bd5c4e";
const BUNNY = { clientCertificateSerial: "a1", clientAddress: "10.10.1.7" };
const KEY_ID = "9f86d081884c7d65";

const takenIn = ({ records }: OpenAuth) => records.filter(({ event }) => event === "auth-failures.taken");

const merge = (auth: OpenAuth, serial: string, at: number, notAfter = START + 86_400) =>
  auth.history.push(change("merge", { target: "bunny-client", at, after: { serial, notAfter } }));

/** Its certificate has ended, and relay says so. */
async function expired(auth: OpenAuth) {
  merge(auth, "a1", START - 86_400, START - 10);
  return await auth.run(batchOf([written(refusal("expired", BUNNY), auth.now())]));
}

const factOf = (auth: OpenAuth, label: string) =>
  [...(auth.incident(OWN)?.facts ?? [])].find((fact) => fact.label === label)?.value;

describe("runOnEvent, when bunny itself is refused", () => {
  it("tells it at the first failure, among a hundred of strangers, with its cause and what is done", async () => {
    const auth = openAuth();
    merge(auth, "a1", START - 86_400, START - 10);
    const mine = written(refusal("expired", BUNNY));
    await auth.run(batchOf([...knocking(19), mine, ...knocking(19, "203.0.113.10")]));
    expect(auth.open()).toEqual([OWN]);
    expect(auth.incident(OWN)).toMatchObject({
      severity: "warning",
      title: "bunny.example.com is refused: its certificate has ended",
    });
    expect(factOf(auth, "Cause")).toMatch(/^bunny\.example\.com uses serial a1, which ended at /);
    expect(factOf(auth, "What is done")).toBe("A new certificate is asked for at once");
  });

  it("is critical from the second on, and over when it was let in again and quiet for as long as the link says", async () => {
    const auth = openAuth();
    await expired(auth);
    await expired(auth);
    expect(auth.incident(OWN)?.severity).toBe("critical");
    auth.pass(90);
    await auth.run(batchOf([written(acceptance(), auth.now())]));
    await auth.run({});
    expect(auth.open()).toEqual([OWN]);
    auth.pass(210);
    await auth.run({});
    expect(auth.open()).toEqual([]);
  });

  it("is one incident while one of relay's replicas is stale, and asks nobody for what is accepted meanwhile", async () => {
    const auth = openAuth({ authFailures: { logs: authFailures.logs } });
    merge(auth, "a1", START - 86_400);
    const seen: string[] = [];
    for (let seconds = 0; seconds < 1_800; seconds += 30) {
      if (seconds % 180 === 0) await auth.run(batchOf([written(refusal("unknown-ca", BUNNY), auth.now())]));
      if (seconds % 60 === 30) await auth.run(batchOf([written(acceptance(), auth.now())]));
      if (seconds % 60 === 0) await auth.run({});
      seen.push(auth.open().join());
      auth.pass(30);
    }
    expect(new Set(seen)).toEqual(new Set([OWN]));
    expect(auth.incident(OWN)?.openedAt).toBe(START);
  });

  it("names the newer certificate that it has not taken up, and the change", async () => {
    const auth = openAuth();
    merge(auth, "a1", START - 86_400, START - 10);
    merge(auth, "b2", START - 240);
    await auth.run(batchOf([written(refusal("expired", BUNNY))]));
    expect(factOf(auth, "Cause")).toContain("uses serial a1; serial b2 was merged at ");
    expect(factOf(auth, "Changed just before")).toContain(
      "serial b2 was merged into bunny-client 4 minutes before",
    );
  });

  it("asks the concern that can mend it to look at once, and again only after five minutes", async () => {
    const auth = openAuth({ authFailures: { ...authFailures, quiet: "15 minutes" } });
    await expired(auth);
    await expired(auth);
    auth.pass(299);
    await auth.run({});
    expect(auth.wakes).toEqual([["certificates"]]);
    expect(auth.records).toContainEqual({
      level: "info",
      event: "auth-failures.woken",
      targets: ["certificates"],
    });
    auth.pass(1);
    await auth.run({});
    expect(auth.wakes).toEqual([["certificates"], ["certificates"]]);
  });

  it("asks once for all that fail at once, and not anew when it has to begin again", async () => {
    const auth = openAuth();
    auth.state.races.push((memory) => memory);
    await expired(auth);
    expect(auth.wakes).toEqual([["certificates"]]);
    expect(auth.state.memory.own.map(({ wokenAt }) => wokenAt)).toEqual([auth.now()]);
  });

  it("tells it all the same when nobody could be asked, fails, and asks again with the next run", async () => {
    const auth = openAuth();
    auth.state.wakeCode = "InternalException";
    expect(await expired(auth)).toMatchObject({
      trouble: ["others could not be asked to look at once: InternalException"],
    });
    expect(auth.open()).toEqual([OWN]);
    expect(auth.records).toContainEqual(
      expect.objectContaining({ event: "auth-failures.not-woken", code: "InternalException" }),
    );
    auth.state.wakeCode = null;
    await auth.run({});
    expect(auth.wakes).toHaveLength(2);
  });

  it("tells it, and asks nobody, while the link is frozen", async () => {
    const auth = openAuth();
    const word = { frozen: true, reason: "a move", by: "alice", at: START - 60, settled: false };
    auth.state.freeze = freezeOf(word);
    await expired(auth);
    expect(auth.open()).toEqual([OWN]);
    expect(factOf(auth, "What is done")).toMatch(/^The link is frozen/);
    expect(auth.wakes).toEqual([]);
  });

  it("asks nobody for what the link leaves to others, and says so", async () => {
    const auth = openAuth();
    merge(auth, "a1", START - 86_400);
    await auth.run(batchOf([written(refusal("unknown-ca", BUNNY))]));
    expect(factOf(auth, "What is done")).toBe("Nothing: the link leaves it to others");
    expect(auth.wakes).toEqual([]);
  });

  it("knows it by the id of an API key, and says which of the keys it is", async () => {
    const apiKeys = [{ name: "bunny-key", grace: "30 minutes" }];
    const auth = openAuth({
      "bunnies[0].apiKeys": apiKeys,
      "relay.readers": ["arn:aws:iam::123456789012:role/relay"],
    });
    const after = { step: "push", outcome: "done", version: "v1", keyId: KEY_ID };
    auth.history.push(change("api-key", { target: "bunny-key", at: START - 7_200, after }));
    const memory = {
      ...NO_KEY_MEMORY,
      current: { id: "v2", since: START - 60 },
      previous: { id: "v1", since: 1 },
    };
    auth.kept.set("bunny-key", { memory, lookAt: 0, version: 1 });
    await auth.run(batchOf([written(refusal("api-key-unknown", { apiKeyId: KEY_ID }))]));
    expect(factOf(auth, "Cause")).toBe(
      `bunny.example.com uses API key ${KEY_ID}, the previous one of bunny-key`,
    );
    expect(auth.wakes).toEqual([["api-keys"]]);
  });

  it("takes a stranger with its serial from elsewhere for a stranger", async () => {
    const auth = openAuth();
    merge(auth, "a1", START - 86_400);
    const claim = refusal("handshake-failed", {
      clientCertificateSerial: "a1",
      clientAddress: "203.0.113.9",
    });
    await auth.run(batchOf([written(claim)]));
    expect(auth.open()).toEqual([]);
    expect(auth.state.memory.own).toEqual([]);
  });

  it.each(["history bunny-client", "history all", "freeze"])(
    "fails without counting anything when the table does not say (%s), so that the batch comes again",
    async (call) => {
      const auth = openAuth();
      auth.state.failing = call;
      await expect(expired(auth)).rejects.toMatchObject({ code: "unreachable" });
      expect(auth.calls).not.toContain("write");
      expect(takenIn(auth)).toEqual([]);
      auth.state.failing = null;
      await expired(auth);
      expect(takenIn(auth)).toHaveLength(1);
      expect(auth.open()).toEqual([OWN]);
    },
  );

  it("reads each thing once a run, however often it has to begin anew", async () => {
    const auth = openAuth();
    auth.state.races.push((memory) => memory);
    await expired(auth);
    expect(auth.calls.filter((call) => call !== "read" && call !== "write").toSorted()).toEqual([
      "freeze",
      "history all",
      "history bunny-client",
      "tell",
    ]);
  });

  it("writes once a minute at most that it is let in", async () => {
    const auth = openAuth();
    const come = async (seconds: number) => {
      auth.pass(seconds);
      await auth.run(batchOf([written(acceptance(), auth.now())]));
    };
    await come(0);
    await come(10);
    await come(10);
    expect(auth.calls.filter((call) => call === "write")).toHaveLength(1);
    await come(60);
    expect(auth.calls.filter((call) => call === "write")).toHaveLength(2);
    expect(auth.calls).not.toContain("tell");
  });
});
