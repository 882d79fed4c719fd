/** What a version of the secret with relay's server certificate holds. */
import * as z from "zod";
import type { VersionRules } from "./secret-versions.ts";
import type { ServerCertificate } from "./tls.ts";

/** A request is the beginning of a certificate, and concerns relay in nothing. */
const SecretValue = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("request") }),
  z.object({ kind: z.literal("certificate"), privateKey: z.string(), certificate: z.string() }),
]);

export const SERVER_CERTIFICATE_VERSIONS: VersionRules<ServerCertificate> = {
  labels: ["AWSCURRENT", "AWSPENDING"],
  parse(text) {
    const value = parseValue(text);
    if (value === undefined) return "malformed";
    if (value.kind === "request") return "nothing";
    return { value: { privateKeyPem: value.privateKey, chainPem: value.certificate } };
  },
};

function parseValue(text: string): z.infer<typeof SecretValue> | undefined {
  try {
    return SecretValue.parse(JSON.parse(text));
  } catch {
    // What is wrong with it would quote it, and there is a key in it.
    return undefined;
  }
}
