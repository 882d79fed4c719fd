/** Network security groups, as a port: the adapter of Resource Manager (nsg-azure.ts) and the tests' model. */
import type { NsgRule } from "./nsg-rule.ts";

/** The resource id of an NSG. */
export type NsgId = string;

export interface ObservedNsg {
  /** All custom rules. */
  readonly rules: readonly NsgRule[];
  /** The names, in lower case, of those whose last change goes on. */
  readonly changing: ReadonlySet<string>;
}

export type NsgWritten =
  /** Begun, or done: how it went is seen when the NSG is read again. */
  | { readonly kind: "accepted" }
  /** There was no such rule any more. */
  | { readonly kind: "gone" }
  /** Another change of the NSG goes on, and nothing was begun. */
  | { readonly kind: "busy"; readonly retryAfterSeconds: number | undefined }
  /** Something has changed since it was read, by its etag; nothing was done. */
  | { readonly kind: "unmatched" }
  /** Another rule has the priority; nothing was done. */
  | { readonly kind: "taken"; readonly code: string };

/** Every method throws `CloudError` when Azure did not say, or would not; the literals are facts. */
export interface NetworkSecurityGroups {
  /** Null: Azure says that there is no such NSG. */
  read(id: NsgId): Promise<ObservedNsg | null>;
  /** Writes one whole rule. `rule.etag` is that of the rule as it was read; null: there was none of that name. */
  put(id: NsgId, rule: NsgRule): Promise<NsgWritten>;
  remove(id: NsgId, name: string, etag: string | null): Promise<NsgWritten>;
}
