/**
 * Subjects as Key Vault takes them: X.500 text, names of any case, values perhaps quoted. The CSR carries the
 * parts in the reverse order of the text, as a recorded answer of the service shows ("C=US, …, CN=x" gives a
 * CSR whose first part is the CN).
 */
import { badParameter } from "./operations.ts";

/** As @peculiar/x509 takes a name: one part each, in the order of the encoding. */
export type SubjectParts = { [type: string]: string[] }[];

const KNOWN_TYPES = new Map([
  ["CN", "CN"],
  ["O", "O"],
  ["OU", "OU"],
  ["L", "L"],
  ["ST", "ST"],
  ["S", "ST"],
  ["C", "C"],
  ["DC", "DC"],
  ["E", "E"],
]);

export function parseSubject(subject: string): SubjectParts {
  return splitParts(subject)
    .map((part) => {
      const equals = part.indexOf("=");
      const type = KNOWN_TYPES.get(part.slice(0, equals).trim().toUpperCase());
      const value = unquote(part.slice(equals + 1).trim());
      if (equals < 1 || type === undefined || value === "") {
        throw badParameter(`Property policy.x509_props.subject has invalid value: '${part.trim()}'`);
      }
      return { [type]: [value] };
    })
    .reverse();
}

/** At commas and semicolons that are neither quoted nor escaped. */
function splitParts(subject: string): string[] {
  const parts = subject.match(/(?:\\.|"(?:[^"]|"")*"|[^,;"\\])+/g);
  return parts ?? [];
}

function unquote(value: string): string {
  const quoted = /^"(.*)"$/s.exec(value)?.[1];
  return quoted === undefined ? value.replaceAll(/\\(.)/g, "$1") : quoted.replaceAll('""', '"');
}
