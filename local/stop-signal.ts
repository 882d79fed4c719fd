/** When a program that runs until it is stopped is to stop. */

/**
 * Resolves at the first SIGINT or SIGTERM. Whatever comes after it is taken note of and does nothing: a signal to the
 * whole group of processes reaches this one twice, once from its sender and once passed on by npm or node24.mjs, and
 * what is being stopped then has files and processes of its own to take away. SIGQUIT still ends it at once.
 */
export const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.on("SIGINT", () => resolve());
    process.on("SIGTERM", () => resolve());
  });
