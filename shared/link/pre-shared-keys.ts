/** How the tunnels' pre-shared keys are looked after, as the link declares it. */
import * as z from "zod";
import { Duration } from "./duration.ts";
import { IamRoleArn } from "./names.ts";
import { strict } from "./strict.ts";
import { RenewalWindow } from "./window.ts";

const NEVER = "never";
const RotateEvery = z
  .union([z.literal(NEVER), Duration()], { error: `must be "${NEVER}" or a duration such as "90 days"` })
  .transform((every) => (every === NEVER ? null : every));

/** Left out, nobody looks after them: not even of ends that differ anything is told. */
export const LinkPreSharedKeys = strict({
  /** "never": only when a person asks for it, or has changed both ends. */
  rotateEvery: RotateEvery.default(7_776_000),
  /** For so long every tunnel must have been up on both ends before one is taken down. */
  steadyFor: Duration().default(900),
  /** For so long after an end was asked to take a key, it may still show the one before. */
  settleFor: Duration().default(300),
  /** After a rotation that did not succeed, none begins for so long. */
  pauseAfterFailure: Duration().default(86_400),
  /** Rotations begin in it alone. */
  window: RenewalWindow.optional(),
  /** Roles of people who may read the stored keys when they break the glass; left out, none but Warrener's own. */
  readers: z
    .array(IamRoleArn, { error: "must be a list of role ARNs" })
    .min(1, { error: "must have at least one of the role ARNs, or be left out" })
    .refine((arns) => new Set(arns).size === arns.length, { error: "names one role twice: write it once" })
    .transform((arns) => arns.toSorted())
    .optional(),
}).transform(({ rotateEvery, steadyFor, settleFor, pauseAfterFailure, window, readers }) => ({
  rotateEverySeconds: rotateEvery,
  steadySeconds: steadyFor,
  settleSeconds: settleFor,
  pauseSeconds: pauseAfterFailure,
  window: window ?? null,
  ...(readers === undefined ? {} : { readers }),
}));
export type LinkPreSharedKeys = z.output<typeof LinkPreSharedKeys>;

/**
 * Where AWS keeps the keys of a connection: what it tells of one does not say so
 * (https://github.com/hashicorp/terraform-provider-aws/pull/42819).
 */
export const KeyStorage = z.enum(["standard", "secrets-manager"], {
  error: 'must be "standard" or "secrets-manager"',
});
export type KeyStorage = z.infer<typeof KeyStorage>;
