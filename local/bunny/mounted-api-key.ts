/** Reads an API key as it is mounted: the key alone. It is wrapped at once, and no reason holds any of it. */
import { Secret } from "../../shared/runtime/secret.ts";
import { type FileReason, readMountedText } from "./mounted-text.ts";

export type KeyReason = FileReason | "malformed";

export type MountedKey =
  | { readonly kind: "read"; readonly key: Secret }
  | { readonly kind: "unusable"; readonly reason: KeyReason };

/** 32 bytes as base64url. What else a header could not carry never becomes one. */
const KEY = /^[A-Za-z0-9_-]{43}$/;

export async function readMountedKey(path: string): Promise<MountedKey> {
  const mounted = await readMountedText(path);
  if (mounted.kind === "unusable") return mounted;
  const text = mounted.text.trim();
  return KEY.test(text) ? { kind: "read", key: new Secret(text) } : { kind: "unusable", reason: "malformed" };
}
