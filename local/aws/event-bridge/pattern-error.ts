/** An event pattern that EventBridge refuses; the message says why. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}
