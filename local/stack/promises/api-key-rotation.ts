/** The deployed function gives bunny its first API keys and rotates one, with the deployed hand, relay and bunny. */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { apiKeySecret, nameInStage } from "../../../shared/runtime/deployed-names.ts";
import { RUN_EVERY_MS, until } from "../../demo/chapter.ts";
import { relayLines } from "../../demo/look.ts";
import { deployed } from "../deployed.ts";
import type { Stack } from "../stack.ts";

const Text = z.object({ SecretString: z.string() });
const Value = z.object({ id: z.string(), key: z.string() });
const Answer = z.looseObject({
  outcome: z.string().optional(),
  keys: z.array(z.looseObject({ name: z.string(), state: z.string(), keyId: z.string().nullable() })),
});

export function promiseApiKeyRotation(stack: () => Stack): void {
  /** The id of the key in the version with a label. */
  const labelled = (key: string, label: string): string | undefined => {
    const { app, stage, secrets } = stack().graph;
    const name = nameInStage(app, stage, apiKeySecret("bunny", key));
    const arn = secrets.find((one) => one.name === name)?.arn;
    if (arn === undefined) throw new Error(`the deployment has no secret ${name}`);
    const { labels, versions } = stack().aws.secretsManager.contents(arn);
    const text = Text.safeParse(versions.get(labels.get(label) ?? "")?.value);
    return text.success ? Value.parse(JSON.parse(text.data.SecretString)).id : undefined;
  };
  const usedIds = () =>
    new Set(relayLines(stack()).flatMap((line) => (line.event === "client.accepted" ? [line.apiKeyId] : [])));
  const counts = () => stack().workloads.bunnies[0]?.worker.counts();
  const ask = async (event: object) => {
    const answer = await deployed(stack(), "RotateApiKeys").invoke(event);
    if (!answer.ok) throw new Error(`the function fails: ${answer.errorMessage}`);
    return Answer.parse(answer.payload);
  };
  /** Looks as the schedule would, until it is so. */
  const look = <T>(what: string, isSo: () => T | undefined | false) =>
    until(
      what,
      async () => {
        await ask({});
        // Without jobs there are no results, and the key for them is never used.
        stack().workloads.relay.queue.submit("a job");
        return isSo();
      },
      undefined,
      RUN_EVERY_MS,
    );

  describe("the deployed function, of API keys", { concurrent: false }, () => {
    it("gives bunny its first keys, each once relay has loaded it", { timeout: 120_000 }, async () => {
      const isUsed = (key: string) => {
        const id = labelled(key, "AWSCURRENT");
        return id !== undefined && usedIds().has(id);
      };
      await look("bunny comes with both keys", () => isUsed("poll-key") && isUsed("result-key"));
      expect(counts()).toMatchObject({ failedPolls: 0 });
    });

    it("rotates a key that a person asks for, and bunny is never refused", { timeout: 120_000 }, async () => {
      const old = labelled("result-key", "AWSCURRENT");
      const answer = await ask({ run: "rotate", name: "result-key" });
      expect(answer.outcome).toBe("asked");
      const next = await look("another key is the current one", () => {
        const id = labelled("result-key", "AWSCURRENT");
        return id !== old && id;
      });
      expect(labelled("result-key", "AWSPREVIOUS")).toBe(old);
      await look("bunny comes with it", () => usedIds().has(next));
      const inGrace = await until(
        "the plan says what it waits for",
        async () => {
          const { keys } = await ask({ run: "plan" });
          return keys.find((key) => key["waiting"] === "the previous key is in its grace");
        },
        undefined,
        RUN_EVERY_MS,
      );
      expect(inGrace).toMatchObject({ name: "result-key", state: "rotating", keyId: next });
      expect(counts()).toMatchObject({ failedPolls: 0, failedJobs: 0 });
      const refused = relayLines(stack()).filter(
        (line) => line.event === "client.refused" && line.reason.startsWith("api-key"),
      );
      expect(refused).toEqual([]);
    });
  });
}
