/**
 * What a stand-in can do and how it can refuse. Each stand-in declares one table; an error code that is not in
 * it cannot be answered, and a test holds every row against docs/fidelity.md, where its source is named.
 */
export interface Operation {
  /** True when a successful call changes the cloud: these are the calls a crash can be placed around. */
  readonly mutates: boolean;
  /** The service's own error codes, exactly as on the wire. */
  readonly errors: readonly string[];
}

/** `service:Operation` -> what it can answer, such as `acm-pca:IssueCertificate`. */
export type OperationTable = Readonly<Record<string, Operation>>;

/** The service says no, in its own words. Thrown by stand-ins, turned into the wire's form by their servers. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The connection breaks with no answer: whether the call took effect depends on when it broke. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}
