/**
 * A certificate is read anew by each run of the hand, as it must be, and in a month that is one certificate a thousand
 * times. What was parsed from bytes is remembered here, under the library that the product calls, so that every reader and
 * check of the product's own is as it is deployed. It is wrong for whoever changes what was parsed, or the bytes of it: no
 * concern that is simulated does.
 */
import { AsnConvert } from "@peculiar/asn1-schema";

/** Of a life, and with it everything of a few lives. */
const KEPT_MAX = 1_000;

type Given = Parameters<typeof AsnConvert.parse>[0];
type Options = Parameters<typeof AsnConvert.parse>[2];

/** For the whole process, until what is returned is called: whoever changes what was parsed would be met by it again. */
export function rememberParsed(): () => void {
  const original = AsnConvert.parse;
  const parse = original.bind(AsnConvert);
  const kept = new WeakMap<object, Map<string, unknown>>();
  AsnConvert.parse = <T>(data: Given, schema: new () => T, options?: Options): T => {
    const bySchema = kept.get(schema) ?? new Map<string, unknown>();
    kept.set(schema, bySchema);
    const bytes = textOf(data);
    const found = bySchema.get(bytes);
    if (found instanceof schema) return found;
    // What cannot be parsed throws, each time.
    const parsed = parse(data, schema, options);
    if (bySchema.size >= KEPT_MAX) bySchema.clear();
    bySchema.set(bytes, parsed);
    return parsed;
  };
  return () => {
    AsnConvert.parse = original;
  };
}

/**
 * By all of its bytes. An octet string of the library's own is no view, and has its bytes beside it: to Node it is empty,
 * and so each would be like any other.
 */
function textOf(data: Given): string {
  if (!("buffer" in data)) return Buffer.from(data).toString("latin1");
  const { buffer, byteOffset, byteLength } = data;
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}
