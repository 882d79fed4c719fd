/**
 * relay's store of the trust bundle: one secret in Secrets Manager, of which relay loads the version with AWSCURRENT.
 *
 * One thing must stay true: a bundle takes the place of the very one that it was decided by, or of none.
 */
import { createHash } from "node:crypto";
import { CURRENT, type LabelledVersion, type StagedSecret } from "../certificates/staged-secret.ts";
import { ContractError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import { Secret } from "../runtime/secret.ts";
import { parseBundle, writeBundle } from "./document.ts";
import type { TrustBundle } from "./schema.ts";
import type { Store } from "./state.ts";

export interface HeadStore {
  /** Throws `CloudError` when it cannot be read. */
  read(): Promise<Store>;
  /** `replaces` is the store's version. Throws `CloudError`: then it may or may not stand there. */
  publish(bundle: TrustBundle, replaces: string | null): Promise<"published" | "elsewhere">;
}

/** A version's id is a UUID, or 32 hexadecimal digits (PutSecretValue, ClientRequestToken). */
const VERSION_LENGTH = 32;

export function secretHead(secret: StagedSecret, clock: Clock): HeadStore {
  return {
    async read() {
      const current = await secret.read(CURRENT);
      return current === null ? { kind: "absent" } : toStore(current);
    },
    async publish(bundle, replaces) {
      // Of each second a version of its own: it counts from when it was made, and one that was left by a run that
      // died would seem to have rested for all that time.
      const version = createHash("sha256")
        .update(`${bundle.version}\n${replaces}\n${clock()}`)
        .digest("hex")
        .slice(0, VERSION_LENGTH);
      await secret.write(version, new Secret(writeBundle(bundle)));
      // The very first version of a secret has the label at once, whatever it was written with.
      if (replaces === null && (await secret.read(CURRENT))?.version === version) return "published";
      return (await secret.move(CURRENT, replaces, version)) === "moved" ? "published" : "elsewhere";
    },
  };
}

function toStore({ version, createdAt, value }: LabelledVersion): Store {
  if (value === null) return { kind: "malformed", storeVersion: version };
  try {
    const bundle = parseBundle(value.unwrap());
    return { kind: "published", storeVersion: version, bundle, at: createdAt };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return { kind: "malformed", storeVersion: version };
  }
}
