/**
 * The pre-shared key of a tunnel: how one is made, which texts may be one on both clouds, and what a version of its
 * secret holds. What holds anything else is somebody's own: it is never read as nothing, and never set anywhere.
 */
import * as z from "zod";
import { Secret } from "../runtime/secret.ts";
import { TunnelName } from "../tunnels/schema.ts";

/**
 * AWS takes 8 to 64 of these, and no `0` first (package d.ts, `ModifyVpnTunnelOptionsSpecification.PreSharedKey`); Azure
 * takes all printable ASCII but space, hyphen and tilde, so these are legal there too:
 * https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-vpn-faq
 *
 * They are 64, so that six bits of a random byte choose one, each as likely as the other.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
const LEGAL_ON_BOTH = /^[A-Za-z1-9._][A-Za-z0-9._]{7,63}$/;
const SIX_BITS = 0b11_1111;
/** The first one is one of the alphabet's first 32, which are letters: so it is never a `0`. */
const FIVE_BITS = 0b1_1111;
/** 5 bits, and 43 times 6: 263. A key of so many random bits is not to be found by trying. */
const LENGTH = 44;

/** `random` gives so many bytes that nobody can foresee. */
export function makePreSharedKey(random: (bytes: number) => Uint8Array): Secret {
  const places = [...random(LENGTH)].map((byte, index) => byte & (index === 0 ? FIVE_BITS : SIX_BITS));
  return new Secret(places.map((place) => ALPHABET.charAt(place)).join(""));
}

export const isLegalOnBoth = (key: Secret): boolean => LEGAL_ON_BOTH.test(key.unwrap());

/** `made`: by us. `adopted`: found at a tunnel's ends, so others may know it. */
const Origin = z.enum(["made", "adopted"]);
export type Origin = z.infer<typeof Origin>;

export interface PreSharedKey {
  readonly tunnel: string;
  readonly origin: Origin;
  readonly key: Secret;
}

const Value = z.strictObject({
  kind: z.literal("pre-shared-key"),
  tunnel: TunnelName,
  origin: Origin,
  key: z.string().regex(LEGAL_ON_BOTH),
});

export function writePreSharedKey({ tunnel, origin, key }: PreSharedKey): Secret {
  return new Secret(JSON.stringify({ kind: "pre-shared-key", tunnel, origin, key: key.unwrap() }));
}

/** Null when it is in another form, another tunnel's, or no key for both clouds. Says no more: a key may be in it. */
export function parsePreSharedKey(tunnel: string, value: Secret | null): PreSharedKey | null {
  const parsed = Value.safeParse(value === null ? undefined : parseJson(value.unwrap()));
  if (!parsed.success || parsed.data.tunnel !== tunnel) return null;
  return { tunnel, origin: parsed.data.origin, key: new Secret(parsed.data.key) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
