/**
 * The bundle's text as it is published. What is read is believed only when it is what we would have written: each CA
 * is read from its certificates again, and the version is that of the content.
 */
import { ContractError } from "../runtime/errors.ts";
import { readAuthority } from "./authority.ts";
import { BUNDLE_BYTES_MAX, TrustBundle } from "./schema.ts";

export { BUNDLE_BYTES_MAX } from "./schema.ts";

export const writeBundle = ({ kind, version, number, authorities, revoked }: TrustBundle): string =>
  JSON.stringify({ kind, version, number, authorities, revoked });

/** Throws `ContractError`, which says what is wrong with it. */
export function parseBundle(text: string): TrustBundle {
  if (Buffer.byteLength(text) > BUNDLE_BYTES_MAX)
    throw new ContractError(`a trust bundle has at most ${BUNDLE_BYTES_MAX} bytes`);
  const parsed = TrustBundle.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ContractError(`no trust bundle: ${issue?.path.join(".")} ${issue?.message}`);
  }
  for (const { id, notAfter, pem } of parsed.data.authorities) {
    const read = readAuthority(pem);
    if (read.id !== id || read.notAfter !== notAfter || read.pem !== pem)
      throw new ContractError(`the CA ${id} of the trust bundle is not what its certificates say`);
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ContractError("no trust bundle: it is not JSON");
  }
}
