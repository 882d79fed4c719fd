/** What CloudWatch Logs takes for names and patterns, by its model (package `@aws-sdk/client-cloudwatch-logs` d.ts). */
import * as z from "zod";

export const GroupName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[.\-_/#A-Za-z0-9]+$/);
const plainName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^:*]*$/);
export const StreamName = plainName;
/** Of a metric filter or a subscription filter. */
export const FilterName = plainName.clone();
export const FilterPattern = z.string().max(1024);
