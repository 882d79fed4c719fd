/** In how many ways a private key is known to travel: the table that the scanner is held to. */
import type { KeyObject } from "node:crypto";
import { gzipSync } from "node:zlib";

export type Form = "pkcs8" | "sec1" | "pkcs1";

/** Node's types have one overload for each form. */
export function der(key: KeyObject, type: Form): Buffer {
  return type === "sec1"
    ? key.export({ type, format: "der" })
    : type === "pkcs1"
      ? key.export({ type, format: "der" })
      : key.export({ type, format: "der" });
}

export function formsOf(name: string): Form[] {
  if (name.startsWith("EC")) return ["pkcs8", "sec1"];
  return name.startsWith("RSA") ? ["pkcs8", "pkcs1"] : ["pkcs8"];
}

const wrap = (text: string, width: number, eol: string) =>
  text.replace(new RegExp(`.{${width}}`, "g"), `$&${eol}`);
const LABELS: Readonly<Record<Form, string>> = {
  pkcs8: "PRIVATE KEY",
  sec1: "EC PRIVATE KEY",
  pkcs1: "RSA PRIVATE KEY",
};
export const pem = (bytes: Buffer, form: Form, eol = "\n") =>
  `-----BEGIN ${LABELS[form]}-----${eol}${wrap(bytes.toString("base64"), 64, eol)}${eol}-----END ${LABELS[form]}-----${eol}`;
const xml = (text: string) => text.replaceAll("\n", "&#xA;");

/** Every way in which a key is known to travel. */
export const ENCODINGS: Record<string, (bytes: Buffer, form: Form) => string | Buffer> = {
  DER: (bytes) => bytes,
  PEM: pem,
  "PEM with CRLF": (bytes, form) => pem(bytes, form, "\r\n"),
  "PEM in JSON": (bytes, form) => JSON.stringify({ value: pem(bytes, form) }),
  "PEM in JSON in JSON": (bytes, form) =>
    JSON.stringify({ log: JSON.stringify({ value: pem(bytes, form) }) }),
  "PEM in JSON with escaped slashes": (bytes, form) =>
    JSON.stringify(pem(bytes, form)).replaceAll("/", "\\/"),
  "PEM in JSON with escaped signs": (bytes, form) =>
    JSON.stringify(pem(bytes, form)).replaceAll("+", "\\u002b").replaceAll("=", "\\u003D"),
  "PEM in a form": (bytes, form) => new URLSearchParams({ key: pem(bytes, form) }).toString(),
  "PEM in a query": (bytes, form) => `?key=${encodeURIComponent(pem(bytes, form))}`,
  "PEM in a form twice": (bytes, form) => encodeURIComponent(encodeURIComponent(pem(bytes, form))),
  "PEM in XML": (bytes, form) => `<Key>${xml(pem(bytes, form))}</Key>`,
  "PEM in YAML": (bytes, form) => `key: |\n${pem(bytes, form).replaceAll(/^/gm, "    ")}`,
  "base64 of PEM": (bytes, form) => Buffer.from(pem(bytes, form)).toString("base64"),
  "base64 of PEM in JSON": (bytes, form) =>
    JSON.stringify({ secret: Buffer.from(JSON.stringify({ key: pem(bytes, form) })).toString("base64") }),
  "wrapped base64 of PEM": (bytes, form) =>
    wrap(Buffer.from(pem(bytes, form)).toString("base64"), 76, "\r\n"),
  "base64 of DER": (bytes) => bytes.toString("base64"),
  "base64url of DER": (bytes) => bytes.toString("base64url"),
  "wrapped base64 of DER": (bytes) => wrap(bytes.toString("base64"), 76, "\r\n"),
  "hexadecimal of DER": (bytes) => bytes.toString("hex"),
  "wrapped upper-case hexadecimal": (bytes) => wrap(bytes.toString("hex").toUpperCase(), 60, "\n"),
  "gzip of PEM in JSON": (bytes, form) => gzipSync(JSON.stringify({ value: pem(bytes, form) })),
  "base64 of gzip": (bytes, form) => gzipSync(pem(bytes, form)).toString("base64"),
};
