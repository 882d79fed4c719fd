/** 6. No key, private key or job data ever appears in a log, an event, an alert or an error of ours. */
import { CALLERS_TEXT } from "../callers.ts";
import { CERTIFICATE } from "../link.ts";
import type { HeldCertificate } from "../workloads.ts";
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

/** A line of a PEM body is as good as all of it. */
const BODY_LINE = /^[A-Za-z0-9+/]{60,}$/;

export const nothingSecret: ProductPromise = {
  name: "6: no key ever appears in what is logged or told",
  watch(world) {
    let messages = 0;
    let changes = 0;
    return {
      now: () => {
        const { told, channel, audit } = world;
        if (channel.messages.length !== messages) {
          messages = channel.messages.length;
          told.push(JSON.stringify(channel.messages.slice(-2)));
        }
        const recorded = audit.outbox.size + audit.filed.size;
        if (recorded !== changes) {
          changes = recorded;
          told.push(JSON.stringify([...audit.outbox.values()]));
        }
        const texts = told.splice(0).join("\n");
        return texts !== "" && secretsOf(world).some((secret) => texts.includes(secret))
          ? "a secret stands in what was logged or told"
          : null;
      },
    };
  },
};

function secretsOf({ keySecret, vault, tunnels }: World): string[] {
  const keys = [...keySecret.versions.keys()].flatMap((id) => keySecret.keyOf(id)?.key.unwrap() ?? []);
  const versions = vault.entries.get(CERTIFICATE.name)?.versions ?? [];
  return [CALLERS_TEXT, ...keys, ...tunnels.model.keys, ...versions.slice(-2).flatMap(bodyOf)];
}

const bodies = new WeakMap<HeldCertificate, readonly string[]>();

function bodyOf(version: HeldCertificate): readonly string[] {
  const body =
    bodies.get(version) ?? version.privateKeyPem.split("\n").filter((line) => BODY_LINE.test(line));
  bodies.set(version, body);
  return body;
}
