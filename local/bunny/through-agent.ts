/** How an Azure client goes out by an agent of the caller's: `tlsOptions` are ignored beside `proxyOptions`. */
import type { Agent } from "node:https";
import type { SecretClientOptions } from "@azure/keyvault-secrets";

type Policies = Required<Pick<SecretClientOptions, "additionalPolicies">>;

/** Options for any client of the Azure SDK. An agent set on a request goes before the SDK's own choice. */
export function throughAgent(agent: Agent): Policies {
  return {
    additionalPolicies: [
      {
        position: "perCall",
        policy: {
          name: "throughAgent",
          sendRequest(request, next) {
            request.agent = agent;
            return next(request);
          },
        },
      },
    ],
  };
}
