/** Where moto answers otherwise than the stand-in: CloudWatch Logs. */
import type { Differences } from "../compare.ts";

export const motoLogs: readonly Differences[] = [
  {
    emulator: "moto",
    right: "stand-in",
    why: "the model's pattern has no colon",
    source: "logs-model",
    answers: {
      "logs:CreateLogStream / a name with a colon": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: 'the index ends before the one that it names: "This field is exclusive"',
    source: "logs-model",
    answers: {
      "logs:PutLogEvents / a line of 15 days ago is told as too old":
        '{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":0}}',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the model asks for one line or more",
    source: "logs-model",
    answers: {
      "logs:PutLogEvents / no lines": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "moto understands no terms with marks and no JSON patterns",
    source: "logs-patterns",
    answers: {
      "logs:FilterLogEvents / one of two terms": "[0,1,2,3,4]",
      "logs:FilterLogEvents / a term that must not be there": "[]",
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
    emulator: "moto",
    right: "stand-in",
    why: "ResourceNotFoundException is in the model",
    source: "logs-model",
    answers: {
      "logs:PutMetricFilter / a group that is not there": "answered",
    },
  },
];
