/** Setting a secret and looking at it without its value, from a parsed request to the answer on the wire. */
import * as z from "zod";
import { type Answer, type Exchange, NotSupported } from "../../network/json-listener.ts";
import { badParameter } from "./operations.ts";
import { ok, pageOf, parseBody } from "./request.ts";
import { secretBundle, secretItem } from "./secret-wire.ts";
import { addSecretVersion, listSecretVersions } from "./secrets.ts";
import type { Vault } from "./state.ts";

/** https://learn.microsoft.com/azure/key-vault/secrets/about-secrets */
const VALUE_BYTES_MAX = 25 * 1024;
const CONTENT_TYPE_MAX = 255;
const TAGS_MAX = 15;
const TAG_MAX = 512;

const Tag = z.string().max(TAG_MAX);
const SetBody = z.object({
  value: z.string().refine((value) => Buffer.byteLength(value) <= VALUE_BYTES_MAX, "is too long"),
  contentType: z.string().max(CONTENT_TYPE_MAX).optional(),
  tags: z
    .record(Tag, Tag)
    .refine((tags) => Object.keys(tags).length <= TAGS_MAX, "are too many")
    .optional(),
  attributes: z.looseObject({ enabled: z.boolean().default(true) }).prefault({}),
});

export function setSecret(vault: Vault, name: string, exchange: Exchange): Answer {
  if (!/^[0-9a-zA-Z-]{1,127}$/.test(name))
    throw badParameter(`The request URI contains an invalid name: ${name}`);
  const { value, contentType, tags, attributes } = parseBody(SetBody, exchange);
  const { enabled, ...others } = attributes;
  if (Object.keys(others).length > 0) throw new NotSupported("SetSecret with attributes but `enabled`");
  const version = addSecretVersion(vault, name, { value, contentType, tags, enabled });
  return ok(secretBundle(vault, name, { kind: "ordinary", version, value }));
}

export function secretVersions(vault: Vault, name: string, exchange: Exchange): Answer {
  const { page, nextLink } = pageOf(exchange);
  const { versions, nextSkip } = listSecretVersions(vault, name, page);
  return ok({
    value: versions.map((version) => secretItem(vault, name, version)),
    nextLink: nextLink(nextSkip),
  });
}
