/**
 * Turns what Pulumi hands to a mock into plain JSON: secrets lose their envelope (Pulumi marks whatever
 * was computed from one, which says nothing about it being secret), files become their paths.
 */
import * as pulumi from "@pulumi/pulumi";

export async function toPlain(value: unknown): Promise<unknown> {
  if (value === undefined || value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return await Promise.all(value.map(toPlain));
  if (value instanceof pulumi.asset.FileAsset || value instanceof pulumi.asset.FileArchive)
    return { path: await value.path };
  if (value instanceof pulumi.asset.StringAsset) return { text: await value.text };
  if (value instanceof pulumi.asset.AssetArchive) return { assets: await toPlain(await value.assets) };
  if (pulumi.runtime.isRpcSecret(value)) return await toPlain(pulumi.runtime.unwrapRpcSecret(value));
  return await toPlainObject(value);
}

export async function toPlainObject(value: object): Promise<Record<string, unknown>> {
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, entry]) => [key, await toPlain(entry)] as const)),
  );
}
