/** What the link says of a JSON log: which fields say what. Everything here goes into a filter pattern as it stands. */
import * as z from "zod";
import { strict } from "../../link/strict.ts";
import { FailureClass } from "../schema.ts";

const FIELD = 'must be the name of a field, or names with points between, such as "client.address"';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html: other names need brackets. */
const Field = z
  .string({ error: FIELD })
  .max(100, { error: FIELD })
  .regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,4}$/, { error: FIELD });

const VALUE =
  "must be a whole number, or 1 to 64 letters, digits, spaces and . : / + - _: other characters mean something in a filter pattern";
const Text = z.string({ error: VALUE }).regex(/^[\w.:/+-](?:[\w .:/+-]{0,62}[\w.:/+-])?$/, { error: VALUE });

const Outcome = strict({
  field: Field,
  is: z
    .array(z.union([Text, z.int()], { error: VALUE }), { error: "must be a list of values" })
    .min(1, { error: "must have at least one value" })
    .max(8, { error: "must have at most 8 values" }),
});
export type Outcome = z.infer<typeof Outcome>;

const CLASSES_MAX = 64;
const Classes = z
  .record(z.string().min(1).max(200), FailureClass)
  .refine((classes) => Object.keys(classes).length <= CLASSES_MAX, {
    error: `must have at most ${CLASSES_MAX} texts`,
  });

const HOW_KNOWN = ["serial", "identity", "apiKeyId"] as const;

export const JsonReaderSettings = strict({
  reader: z.literal("json"),
  refused: Outcome,
  accepted: Outcome.optional(),
  /** The texts that are known; any other is `unknown`. */
  reason: strict({ field: Field, classes: Classes }).optional(),
  address: Field.optional(),
  serial: Field.optional(),
  /** Only of a certificate that the proxy has verified: a stranger may write any name into his own. */
  identity: Field.optional(),
  apiKeyId: Field.optional(),
}).refine(
  (settings) => settings.accepted === undefined || HOW_KNOWN.some((key) => settings[key] !== undefined),
  {
    path: ["accepted"],
    error:
      "says who was accepted only together with serial, identity or apiKeyId: name the field of one of them",
  },
);
export type JsonReaderSettings = z.infer<typeof JsonReaderSettings>;
