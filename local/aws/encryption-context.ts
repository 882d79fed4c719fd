/**
 * The simulation library knows condition keys with a variable part only when a slash precedes it, and KMS writes
 * `kms:EncryptionContext:<key>`. The same name after another key's slash is compared in the same way.
 */
import type { PolicyDocument } from "../graph/schema.ts";

const prefix = /^kms:EncryptionContext:/i;
const readable = (key: string) => (prefix.test(key) ? `aws:RequestTag/${key}` : key);

const rename = <T>(keys: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(keys).map(([key, value]) => [readable(key), value]));

export const readableContext = rename;

export function readablePolicy(policy: PolicyDocument): PolicyDocument {
  return {
    ...policy,
    Statement: policy.Statement.map(({ Condition, ...statement }) =>
      Condition === undefined
        ? statement
        : {
            ...statement,
            Condition: Object.fromEntries(
              Object.entries(Condition).map(([operator, keys]) => [operator, rename(keys)]),
            ),
          },
    ),
  };
}
