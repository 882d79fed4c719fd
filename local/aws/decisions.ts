/** Every authorisation decision of the local AWS, kept so that a run can be held against the deployed policies. */
import type { Context, Need } from "./service.ts";

export interface AuthorizationRequest {
  readonly roleArn: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
}

export type AuthorizationResult = "allowed" | "denied";

/** Evaluates one request against the role's policies. */
export type Authorize = (request: AuthorizationRequest) => Promise<AuthorizationResult>;

export interface Decision extends AuthorizationRequest {
  readonly result: AuthorizationResult;
}

export class Decisions {
  readonly #authorize: Authorize;
  readonly #decisions: Decision[] = [];

  constructor(authorize: Authorize) {
    this.#authorize = authorize;
  }

  async decide(roleArn: string, need: Need): Promise<AuthorizationResult> {
    const { action, resource, context } = need;
    const request = { roleArn, action, resource, context };
    const result = await this.#authorize(request);
    this.#decisions.push({ ...request, result });
    return result;
  }

  list(): readonly Decision[] {
    return this.#decisions;
  }
}
