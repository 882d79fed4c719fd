/**
 * What every AWS service of the local world is made of: a wire form, an operation table, and one function for
 * each operation that says which permissions a call needs and how it is answered. The server does the rest.
 */
import type { OperationTable, Refusal } from "../stand-in/operations.ts";
import type { Identity } from "./identities.ts";

export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Condition keys as IAM names them, such as `acm-pca:TemplateArn`. */
export type Context = Readonly<Record<string, string | string[]>>;

/** One permission that a call needs. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  /** What the refusal says in place of IAM's sentence, where a service words it itself. */
  readonly denial?: string;
}

export interface Prepared {
  readonly needs: readonly Need[];
  /** Runs after every need was allowed. Throws `Refusal` with a code of the operation's row. */
  readonly answer: () => unknown;
}

/** Throws `Refusal` for input that the service's model does not allow. */
export type Prepare = (input: unknown, caller: Identity, request: AwsRequest) => Prepared;

/** The reasons that every service shares, in the codes and statuses of one protocol. */
export type CommonFault =
  | "no-authentication"
  | "incomplete-signature"
  | "wrong-signature"
  | "unknown-client"
  | "expired-token"
  | "denied"
  | "throttled";

export interface Wire {
  /** The operation that the request names, or undefined when it is not for this service. */
  readonly operationOf: (request: AwsRequest) => string | undefined;
  /** The body as plain data. Throws `Refusal` for a body that is not in the protocol's form. */
  readonly decode: (request: AwsRequest) => unknown;
  readonly encode: (operation: string, output: unknown) => WireAnswer;
  readonly refuse: (refusal: Refusal) => WireAnswer;
  readonly faults: Readonly<Record<CommonFault, { readonly status: number; readonly code: string }>>;
}

export interface AwsService {
  /** As in the credential scope of a signature and in IAM actions: `acm-pca`. */
  readonly name: string;
  readonly wire: Wire;
  readonly table: OperationTable;
  /** By the operation's name without the service: `IssueCertificate`. */
  readonly operations: Readonly<Record<string, Prepare>>;
}

/** The real service can do this and the local one cannot: answered with 501 and this message, never success. */
export class Unsupported extends Error {
  override readonly name = "Unsupported";
}
