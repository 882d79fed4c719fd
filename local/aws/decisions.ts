/** Every authorisation decision of the local AWS, kept so that a run can be held against the deployed policies. */
import type { Context, Need } from "./service.ts";

export interface AuthorizationRequest {
  readonly roleArn: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
}

export type AuthorizationResult = "allowed" | "denied";

/** Evaluates one request against the role's policies, and those that name its session. */
export type Authorize = (
  request: AuthorizationRequest & { readonly sessionName?: string },
) => Promise<AuthorizationResult>;

export interface Decision extends AuthorizationRequest {
  readonly result: AuthorizationResult;
  /** A deployed function, or a service that acts for one; left out for whoever else has a session of the role. */
  readonly by?: "function" | "service";
}

export class Decisions {
  readonly #authorize: Authorize;
  readonly #decisions: Decision[] = [];

  constructor(authorize: Authorize) {
    this.#authorize = authorize;
  }

  async decide(
    roleArn: string,
    need: Need,
    by?: Decision["by"],
    sessionName?: string,
  ): Promise<AuthorizationResult> {
    const { action, resource, context } = need;
    const request = { roleArn, action, resource, context };
    const result = await this.#authorize({
      ...request,
      ...(sessionName === undefined ? {} : { sessionName }),
    });
    this.#decisions.push({ ...request, result, ...(by === undefined ? {} : { by }) });
    return result;
  }

  list(): readonly Decision[] {
    return this.#decisions;
  }
}
