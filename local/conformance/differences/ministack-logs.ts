/** Where ministack answers otherwise than the stand-in: CloudWatch Logs. */
import type { Differences } from "../compare.ts";

export const ministackLogs: readonly Differences[] = [
  {
    emulator: "ministack",
    right: "stand-in",
    why: "the model's pattern has no colon",
    source: "logs-model",
    answers: {
      "logs:CreateLogStream / a name with a colon": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "lines of a call must be in order of time",
    source: "logs-model",
    answers: {
      "logs:PutLogEvents / lines in the wrong order": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "what is older than 14 days is rejected",
    source: "logs-model",
    answers: {
      "logs:PutLogEvents / a line of 15 days ago is told as too old": "{}",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "the model asks for one line or more",
    source: "logs-model",
    answers: {
      "logs:PutLogEvents / no lines": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "patterns are case-sensitive",
    source: "logs-patterns",
    answers: {
      "logs:FilterLogEvents / one term": "[0,1,2]",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "ministack understands no terms with marks and no JSON patterns",
    source: "logs-patterns",
    answers: {
      "logs:FilterLogEvents / one of two terms": "[]",
      "logs:FilterLogEvents / a term that must not be there": "[0,1]",
      "logs:FilterLogEvents / a field equal to a text": "[0,1,2,3,4]",
      "logs:FilterLogEvents / a field equal to a text, without quotes": "[0,1,2,3,4]",
      "logs:FilterLogEvents / a field not equal to a text": "[0,1,2,3,4]",
      "logs:FilterLogEvents / a field with a star": "[0,1,2,3,4]",
      "logs:FilterLogEvents / a number": "[0,1,2,3,4]",
      "logs:FilterLogEvents / both": "[0,1,2,3,4]",
      "logs:FilterLogEvents / either": "[0,1,2,3,4]",
      "logs:FilterLogEvents / a field inside": "[0,1,2,3,4]",
      "logs:FilterLogEvents / a field that is not there": "[0,1,2,3,4]",
      "logs:FilterLogEvents / a pattern that does not end": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "there is a token while there is more",
    source: "logs-model",
    answers: {
      "logs:FilterLogEvents / a page of two, and its token": "not in form: nextToken",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "moto refuses it too",
    source: "logs-patterns",
    answers: {
      "logs:PutSubscriptionFilter / a pattern that does not end": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "the model allows one",
    source: "logs-model",
    answers: {
      "logs:PutMetricFilter / two transformations": "answered",
    },
  },
];
