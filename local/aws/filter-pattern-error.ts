/** Thrown for a filter pattern that the service, or the local subset of it, does not accept. */
export class FilterPatternError extends Error {
  override readonly name = "FilterPatternError";
}
