/** The calls' inputs with the constraints of the service's model (botocore, secretsmanager 2017-10-17). */
import * as z from "zod";
import { parseInput } from "../input.ts";

const valueBytesMax = 65_536;

const SecretId = z.string().min(1).max(2048);
const VersionId = z.string().min(32).max(64);
const Label = z.string().min(1).max(256);
const tooLong = `Member must have length less than or equal to ${valueBytesMax}`;

export const DescribeInput = z.object({ SecretId });
export const GetInput = z.object({
  SecretId,
  VersionId: VersionId.optional(),
  VersionStage: Label.optional(),
});
export type GetInput = z.infer<typeof GetInput>;

export const ListInput = z.object({
  SecretId,
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().min(1).max(4096).optional(),
  IncludeDeprecated: z.boolean().default(false),
});
export type ListInput = z.infer<typeof ListInput>;

export const PutInput = z.object({
  SecretId,
  ClientRequestToken: VersionId.optional(),
  SecretString: z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= valueBytesMax, tooLong)
    .optional(),
  SecretBinary: z
    .base64()
    .min(1)
    .refine((text) => Buffer.from(text, "base64").length <= valueBytesMax, tooLong)
    .optional(),
  VersionStages: z.array(Label).min(1).max(20).optional(),
  RotationToken: z.string().optional(),
});
export type PutInput = z.infer<typeof PutInput>;

export const MoveInput = z.object({
  SecretId,
  VersionStage: Label,
  RemoveFromVersionId: VersionId.optional(),
  MoveToVersionId: VersionId.optional(),
});
export type MoveInput = z.infer<typeof MoveInput>;

export const parse = <T>(schema: z.ZodType<T>, input: unknown): T =>
  parseInput(schema, input, "ValidationException");
