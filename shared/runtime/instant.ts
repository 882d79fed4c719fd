/** Seconds since the Unix epoch, whole: the resolution of X.509 dates, JWTs and Key Vault attributes. */
export type Instant = number;

/** The clock that everything is given; nothing under `shared/` reads the time by itself. */
export type Clock = () => Instant;

export const toIso = (at: Instant): string => new Date(at * 1000).toISOString().replace(".000Z", "Z");
