/** Thrown for an alarm rule that CloudWatch refuses. */
export class AlarmRuleError extends Error {
  override readonly name = "AlarmRuleError";
}
