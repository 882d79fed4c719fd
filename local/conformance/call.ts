/**
 * One call of a cloud as the probes make it: a service, an operation, and plain JSON both ways. Bytes are written as
 * `{ "$bytes": base64 }` and instants as text, so that every client's answers can be laid side by side.
 */
import * as z from "zod";

export type Input = Readonly<Record<string, unknown>>;

/** Rejects with `Refused` when the service says no; with anything else when it could not be asked. */
export type Call = (service: string, operation: string, input: Input) => Promise<unknown>;

/** The service says no, by the code that the client read from the answer. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;
  /** Undefined for a client that does not tell it. */
  readonly status: number | undefined;

  constructor(code: string, status: number | undefined) {
    super(`${code} ${status ?? ""}`.trim());
    this.code = code;
    this.status = status;
  }
}

/** What the answer to a probe is compared by: a 5xx has no code that any document names. */
export function refusalText({ code, status }: Refused): string {
  return status !== undefined && status >= 500 ? `error ${status}` : `refused ${code} ${status ?? "?"}`;
}

export const bytes = (text: string) => ({ $bytes: Buffer.from(text).toString("base64") });

const Bytes = z.strictObject({ $bytes: z.base64() });

/** An input as a JavaScript client takes it. */
export function withBytes(value: unknown): unknown {
  const written = Bytes.safeParse(value);
  if (written.success) return new Uint8Array(Buffer.from(written.data.$bytes, "base64"));
  return mapMembers(value, withBytes);
}

/** An answer of a JavaScript client as plain JSON. */
export function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  return mapMembers(value, plain);
}

function mapMembers(value: unknown, change: (member: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member)]));
}
