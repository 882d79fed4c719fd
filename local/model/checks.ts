/** What must hold of a model at every moment, whatever went wrong. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Model } from "./brain.ts";

/** The promises that do not hold, in words; [] when all do. */
export function brokenPromises(model: Model): string[] {
  return [...signedTwice(model), ...tellTales(model)];
}

/** Whether bunny could call relay now: a current version with its own key, unended, under the pinned CA. */
export function isUsable(model: Model, certificate = "bunny-client"): boolean {
  const current = [...model.vaults.values()].flatMap(
    (vault) => vault.entries.get(certificate)?.versions.at(-1) ?? [],
  )[0];
  const [{ chain }] = model.authority.pinned;
  if (current === undefined) return false;
  const leaf = new X509Certificate(current.leaf);
  const inTime = leaf.validToDate.getTime() > model.clock.nowMs();
  const chained = Buffer.concat(current.chain).equals(Buffer.concat([...chain]));
  const trusted = leaf.verify(new X509Certificate(chain[0]).publicKey);
  return (
    current.enabled &&
    inTime &&
    chained &&
    trusted &&
    leaf.checkPrivateKey(createPrivateKey(current.privateKeyPem))
  );
}

/**
 * Serials that nobody knows of: in no intent that names their certificate, in no record of it, and not told as an
 * outcome that is unknown. To be asked once a run has ended well; until then the intent may stand open.
 */
export function unaccountedSerials({
  authority,
  journal,
  audit,
}: Pick<Model, "authority" | "journal" | "audit">): string[] {
  const intents = [...journal.intents.values()];
  const lost = authority.issues.filter(({ arn, csrDigest }) => {
    const intent = intents.find((one) => one.csrDigest === csrDigest);
    const recorded = audit.changes.some(({ after }) => after?.["certificateArn"] === arn);
    return !recorded && intent?.certificateArn !== arn && intent?.state !== "outcome-unknown";
  });
  return lost.map(({ serial }) => serial);
}

/** One CSR has one certificate at most: a second one would be good for bunny's key, and nobody would know it. */
function signedTwice({ authority }: Model): string[] {
  const digests = authority.issues.map(({ csrDigest }) => csrDigest);
  return digests
    .filter((digest, index) => digests.indexOf(digest) !== index)
    .map((digest) => `two certificates for the CSR ${digest}`);
}

/** No token, no key, and none of a cloud's text in any record of either half, of the log or of a change. */
function tellTales({ records, tokens, vaults, audit, bus }: Model): string[] {
  const logged = JSON.stringify([records, audit.changes, bus.events]);
  const keys = [...vaults.values()].flatMap((vault) =>
    [...vault.entries.values()].flatMap(({ versions, request }) => [
      ...versions.map(({ privateKeyPem }) => privateKeyPem),
      request?.privateKeyPem ?? "",
    ]),
  );
  const bodies = keys.flatMap((pem) => pem.split("\n").filter((line) => line.length > 40));
  const signatures = tokens.map((token) => token.slice(-40));
  const secrets = [...bodies, ...signatures, "PRIVATE KEY", "Bearer ", "nobody should see"];
  return secrets.filter((secret) => logged.includes(secret)).map((secret) => `the log holds ${secret}`);
}
