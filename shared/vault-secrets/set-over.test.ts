import { describe, expect, it } from "vitest";
import { modelRows } from "../../local/model/rows.ts";
import { modelVaultSecrets } from "../../local/model/vault-secrets.ts";
import { CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import { type SecretSetter, setSecretOver } from "./set-over.ts";

const NOW = 1_795_248_000;
const NAME = "bunny-key";
const PLACE = { bunny: "bunny", name: NAME };
const versionOf = (value: string) => ({
  value: new Secret(value),
  tags: { value },
  contentType: "text/plain",
});

function open() {
  const time = { now: NOW };
  const clock = () => time.now;
  const secrets = modelVaultSecrets(clock);
  const setter: SecretSetter = { rows: modelRows(), secrets, clock };
  const set = (value: string, over: string | null, as: SecretSetter = setter) =>
    setSecretOver(as, PLACE, over, versionOf(value));
  return { time, secrets, setter, set };
}

describe("setSecretOver", () => {
  it("sets the first version where there is none, and the next one over it", async () => {
    const { secrets, set } = open();
    const first = await set("one", null);
    expect(first).toMatchObject({ tags: { value: "one" } });
    expect(await set("two", typeof first === "string" ? first : first.version)).toMatchObject({
      tags: { value: "two" },
    });
    expect(secrets.values(NAME)).toEqual(["one", "two"]);
  });

  it("sets nothing over another version than the one that was seen", async () => {
    const { secrets, set } = open();
    await secrets.set(NAME, versionOf("by hand"));
    expect(await set("one", null)).toBe("elsewhere");
    expect(await set("one", "another")).toBe("elsewhere");
    expect(secrets.values(NAME)).toEqual(["by hand"]);
  });

  it("sets one of two versions that come at once, whichever step each of them is at", async () => {
    for (let lead = 0; lead < 6; lead += 1) {
      const { secrets, setter, set } = open();
      const slow = { ...setter, secrets: held(setter.secrets, lead) };
      const answers = await Promise.all([set("one", null, slow), set("two", null)]);
      expect(answers.filter((answer) => answer === "elsewhere")).toHaveLength(1);
      expect(secrets.values(NAME)).toHaveLength(1);
    }
  });

  it("holds another one off while it is not known what became of a call, and for no longer", async () => {
    const { time, secrets, setter, set } = open();
    const code = "unreachable";
    const lost = new CloudError({
      provider: "azure",
      operation: "SetSecret",
      target: NAME,
      code,
      retryable: true,
    });
    const broken = { ...setter, secrets: { ...secrets, set: () => Promise.reject(lost) } };
    await expect(set("one", null, broken)).rejects.toBe(lost);
    time.now += 29;
    expect(await set("two", null)).toBe("elsewhere");
    time.now += 1;
    expect(await set("two", null)).toMatchObject({ tags: { value: "two" } });
  });

  it("sets a name 24 times a day, and does not count what was not set", async () => {
    const { time, secrets, setter, set } = open();
    const failing = { ...setter, secrets: { ...secrets, set: () => Promise.reject(new Error("away")) } };
    const dayAt = NOW - (NOW % 86_400);
    time.now = dayAt;
    for (let failed = 0; failed < 30; failed += 1) {
      await expect(set("lost", null, failing)).rejects.toThrow("away");
      time.now += 60;
    }
    let over: string | null = null;
    for (let count = 0; count < 24; count += 1) {
      const made = await set(String(count), over);
      if (typeof made === "string") throw new Error(`${made} at ${count}`);
      over = made.version;
      time.now += 1;
    }
    expect(await set("one more", over)).toBe("too-often");
    expect(secrets.values(NAME)).toHaveLength(24);
    time.now = dayAt + 86_400;
    expect(await set("tomorrow", over)).toMatchObject({ enabled: true });
  });

  it("is not held off by a claim on an earlier version", async () => {
    const { set } = open();
    const first = await set("one", null);
    expect(await set("two", typeof first === "string" ? first : first.version)).toMatchObject({
      enabled: true,
    });
  });

  it("claims nothing and sets nothing where the name cannot be used", async () => {
    const { secrets, setter, set } = open();
    await secrets.set(NAME, versionOf("one"));
    secrets.remove(NAME);
    expect(await set("two", null)).toBe("deleted");
    expect(await setter.rows.count("vault-secret", 10)).toBe(0);
  });

  it("keeps secrets of one name apart by their bunnies", async () => {
    const { setter, set } = open();
    await set("one", null);
    const other = modelVaultSecrets(setter.clock);
    const place = { bunny: "other", name: NAME };
    expect(await setSecretOver({ ...setter, secrets: other }, place, null, versionOf("two"))).toMatchObject({
      enabled: true,
    });
  });
});

/** The first look at the vault takes so many turns. */
function held(secrets: SecretSetter["secrets"], turns: number): SecretSetter["secrets"] {
  return {
    ...secrets,
    async readNewest(name) {
      const seen = await secrets.readNewest(name);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      return seen;
    },
  };
}
