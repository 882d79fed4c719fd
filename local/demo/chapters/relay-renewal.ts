import { X509Certificate } from "node:crypto";
import * as z from "zod";
import { Serial } from "../../../shared/certificates/schema.ts";
import { relaySecret } from "../../stack/relay-secret.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { startLoad } from "../load.ts";
import { protagonists, relayLines } from "../look.ts";

export const relayRenewal: Chapter = {
  name: "relay's own certificate is renewed under load, and no poll fails",
  async run(stack) {
    const { bunny } = protagonists(stack);
    const load = await startLoad(stack);
    try {
      const old = await until("relay has a certificate", () => served(stack));
      const before = bunny.worker.counts();
      const renewed = await until("another one is staged", () => other(staged(stack), old));
      await until("every replica says that it has loaded it", () =>
        replicas(stack).every((serials) => serials.includes(renewed)),
      );
      await until("its label is moved", () => served(stack) === renewed);
      await until("every replica serves it", () => replicas(stack).every(([serving]) => serving === renewed));
      // A caller who comes anew meets the new certificate.
      const late = await (await startLoad(stack)).stop();
      const jobs = late + (await load.stop());
      await until("no job is left behind", () => bunny.worker.counts().results >= before.results + jobs);
      const after = bunny.worker.counts();
      check(after.failedPolls === before.failedPolls, "no poll failed");
      return {
        oldSerial: old,
        newSerial: renewed,
        replicas: replicas(stack).length,
        polls: after.polls - before.polls,
        failedPolls: 0,
        jobs,
      };
    } finally {
      await load.stop();
    }
  },
};

const Text = z.object({ SecretString: z.string() });
const Certificate = z.object({ kind: z.literal("certificate"), certificate: z.string() });

/** The serial of the complete certificate under a label of relay's secret. */
function labelled(stack: Stack, label: string): Serial | undefined {
  const secret = relaySecret(stack.graph);
  check(secret !== undefined, "the deployment has a secret for relay");
  const { labels, versions } = stack.aws.secretsManager.contents(secret.arn);
  const text = Text.safeParse(versions.get(labels.get(label) ?? "")?.value);
  const value = Certificate.safeParse(text.success ? JSON.parse(text.data.SecretString) : undefined);
  return value.success ? Serial.parse(new X509Certificate(value.data.certificate).serialNumber) : undefined;
}

const served = (stack: Stack) => labelled(stack, "AWSCURRENT");
const staged = (stack: Stack) => labelled(stack, "AWSPENDING");
const other = (serial: Serial | undefined, than: Serial) => (serial === than ? undefined : serial);

/** What each replica said last: the serial that it serves first, then what it has loaded. */
function replicas(stack: Stack): (readonly Serial[])[] {
  const last = new Map<string, readonly Serial[]>();
  for (const line of relayLines(stack)) {
    if (line.event === "relay.loaded")
      last.set(
        line.replica,
        line.serverCertificateSerials.map((it) => Serial.parse(it)),
      );
  }
  return [...last.values()];
}
