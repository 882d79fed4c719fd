/**
 * What EC2's VPN operations take. The names are the wire's: lists in the singular, and DPD and IKE in capitals, as
 * the write shape has them and the read shape has not.
 */
import * as z from "zod";
import { isPreSharedKey } from "../../vpn/pre-shared-key.ts";
import { Unsupported } from "../service.ts";
import { invalidValue, missingParameter, unknownParameter } from "./refusals.ts";

export const Bool = z.enum(["true", "false"]).transform((text) => text === "true");
const whole = (min: number, max: number) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(min).max(max));
const anyOf = (...values: readonly [string, ...string[]]) =>
  z.array(z.strictObject({ Value: z.enum(values) }).transform(({ Value }) => Value)).min(1);
const groups = (...values: readonly [string, ...string[]]) =>
  anyOf(...values).transform((all) => all.map(Number));

const ciphers = anyOf("AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16");
const hashes = anyOf("SHA1", "SHA2-256", "SHA2-384", "SHA2-512");
const strongGroups = ["14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24"] as const;

const TunnelOptions = z.strictObject({
  TunnelInsideCidr: z.string().optional(),
  PreSharedKey: z
    .string()
    .refine(isPreSharedKey, "It must be 8 to 64 of A-Z, a-z, 0-9, . and _, and not start with 0.")
    .optional(),
  Phase1LifetimeSeconds: whole(900, 28_800).optional(),
  Phase2LifetimeSeconds: whole(900, 3_600).optional(),
  RekeyMarginTimeSeconds: whole(60, 1_800).optional(),
  RekeyFuzzPercentage: whole(0, 100).optional(),
  ReplayWindowSize: whole(64, 2_048).optional(),
  DPDTimeoutSeconds: whole(30, 2 ** 31 - 1).optional(),
  DPDTimeoutAction: z.enum(["clear", "none", "restart"]).optional(),
  Phase1EncryptionAlgorithm: ciphers.optional(),
  Phase2EncryptionAlgorithm: ciphers.optional(),
  Phase1IntegrityAlgorithm: hashes.optional(),
  Phase2IntegrityAlgorithm: hashes.optional(),
  Phase1DHGroupNumber: groups("2", ...strongGroups).optional(),
  Phase2DHGroupNumber: groups("2", "5", ...strongGroups).optional(),
  IKEVersion: anyOf("ikev1", "ikev2").optional(),
  StartupAction: z.enum(["add", "start"]).optional(),
  EnableTunnelLifecycleControl: Bool.optional(),
});
export type TunnelOptions = z.infer<typeof TunnelOptions>;

const DryRun = Bool.optional();

export const Filters = z
  .array(z.strictObject({ Name: z.string(), Value: z.array(z.string()).default([]) }))
  .optional();

export const DescribeInput = z.strictObject({
  VpnConnectionId: z.array(z.string()).optional(),
  Filter: Filters,
  DryRun,
});
export type DescribeInput = z.infer<typeof DescribeInput>;

export const TunnelInput = z.strictObject({
  VpnConnectionId: z.string(),
  VpnTunnelOutsideIpAddress: z.string(),
  DryRun,
});
export type TunnelInput = z.infer<typeof TunnelInput>;

export const ReplaceInput = TunnelInput.extend({ ApplyPendingMaintenance: Bool.optional() });
export type ReplaceInput = z.infer<typeof ReplaceInput>;

/** Empty options leave no trace in a form, so the service cannot tell them from none. */
export const ModifyInput = TunnelInput.extend({
  TunnelOptions: TunnelOptions.optional(),
  SkipTunnelReplacement: Bool.optional(),
  PreSharedKeyStorage: z.enum(["Standard", "SecretsManager"]).optional(),
});
export type ModifyInput = z.infer<typeof ModifyInput>;

/** What the real service knows and the local one does not. */
export interface UnsupportedOptions {
  readonly operation: string;
  readonly names: readonly string[];
}

const ofTunnels: UnsupportedOptions = {
  operation: "ModifyVpnTunnelOptions",
  names: ["LogOptions", "TunnelInsideIpv6Cidr"],
};

/** Throws `Refusal`, in EC2's words, and `Unsupported` for options that the real service knows. */
export function parseEc2<T>(schema: z.ZodType<T>, input: unknown, unsupported = ofTunnels): T {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.map((part) => (typeof part === "number" ? part + 1 : String(part))) ?? [];
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    if (unsupported.names.includes(key)) {
      throw new Unsupported(`the local AWS does not support ec2:${unsupported.operation} with ${key}`);
    }
    throw unknownParameter([...at, key].join("."));
  }
  if (issue?.code === "invalid_type" && issue.input === undefined) throw missingParameter(at.join("."));
  throw invalidValue(at.join("."), issue?.input, issue?.message ?? "");
}
