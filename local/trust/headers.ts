/** In which bunny says with each call what it has loaded; docs/workloads.md. */
export const REPLICA_HEADER = "warrener-replica";
export const TRUST_BUNDLE_HEADER = "warrener-trust-bundle";
