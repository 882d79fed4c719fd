/** When a certificate begins and ends, by the service's five ways to say it. All times are UTC. */
import * as z from "zod";
import { Refusal } from "../../stand-in/operations.ts";

export const Validity = z.object({
  Type: z.enum(["DAYS", "MONTHS", "YEARS", "ABSOLUTE", "END_DATE"]),
  Value: z.int().min(1),
});
export type Validity = z.infer<typeof Validity>;

/** The end in milliseconds since the epoch. Throws `Refusal` for a date that does not exist. */
export function endOf(validity: Validity, issuedAtMs: number): number {
  const end = new Date(issuedAtMs);
  switch (validity.Type) {
    case "DAYS":
      return end.setUTCDate(end.getUTCDate() + validity.Value);
    case "MONTHS":
      return end.setUTCMonth(end.getUTCMonth() + validity.Value);
    case "YEARS":
      return end.setUTCFullYear(end.getUTCFullYear() + validity.Value);
    case "ABSOLUTE":
      return validity.Value * 1000;
    case "END_DATE":
      return parseEndDate(validity.Value);
  }
}

/** YYYYMMDDHHMMSS, or YYMMDDHHMMSS with years from 50 on in the last century; a number loses leading zeros. */
function parseEndDate(value: number): number {
  const digits = String(value);
  const short = digits.padStart(12, "0");
  const full = digits.length > 12 ? digits : `${Number(short.slice(0, 2)) >= 50 ? "19" : "20"}${short}`;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(full);
  const [, year, month, day, hour, minute, second] = match ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const endMs = Date.parse(iso);
  if (Number.isNaN(endMs) || new Date(endMs).toISOString() !== iso) {
    throw new Refusal(400, "InvalidArgsException", `the END_DATE ${value} is not a date`);
  }
  return endMs;
}
