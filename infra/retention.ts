/**
 * Options of a resource whose loss cannot be undone. `protect` makes a deployment refuse to remove it;
 * `retainOnDelete` keeps it in the cloud even when the protection was lifted and it left the code.
 */
export const retained = { protect: true, retainOnDelete: true };
