/**
 * bunny's own identity in Entra: a service account token of the cluster is exchanged for an Entra token, by the
 * federated credential of a user-assigned identity. There is no secret to keep; the token is read anew each time,
 * because the kubelet replaces it.
 */
import { ClientAssertionCredential, type ClientAssertionCredentialOptions } from "@azure/identity";

export interface WorkloadIdentityOptions {
  readonly tenantId: string;
  /** The client id of the user-assigned identity. */
  readonly clientId: string;
  /** The cluster's token for `system:serviceaccount:<namespace>:<name>`, audience api://AzureADTokenExchange. */
  readonly serviceAccountToken: () => Promise<string>;
  /** Passed to the client as they are: `proxyOptions`, `tlsOptions`, `additionalPolicies`, `retryOptions`. */
  readonly clientOptions?: ClientAssertionCredentialOptions;
}

export function workloadIdentity(options: WorkloadIdentityOptions): ClientAssertionCredential {
  const { tenantId, clientId, serviceAccountToken, clientOptions } = options;
  return new ClientAssertionCredential(tenantId, clientId, serviceAccountToken, clientOptions);
}
