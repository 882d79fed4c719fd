/** Where moto answers otherwise than the stand-in: DynamoDB and EventBridge. */
import type { Differences } from "../compare.ts";

export const motoEvents: readonly Differences[] = [
  {
    emulator: "moto",
    right: "stand-in",
    why: "zeros at the end of a number are trimmed",
    source:
      "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html",
    answers: {
      "dynamodb:PutItem / a new row on the condition that there is none":
        '{"list":{"L":[{"NULL":true}]},"n":{"N":"1.50"},"pk":{"S":"link#bunny"},"sk":{"S":"a"}}',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "moto breaks",
    source: "dynamodb-errors",
    answers: {
      "dynamodb:PutItem / a condition with a name that is not given": "error 500",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "a call has up to 25 requests",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html",
    answers: {
      "dynamodb:BatchWriteItem / 26 requests": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "a detail is an object",
    source: "rec-events",
    answers: {
      "events:PutEvents / a detail that is a list": '{"Entries":[{"EventId":"an id"}],"FailedEntryCount":0}',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the refusal is quoted there",
    source: "events-aws-source",
    answers: {
      "events:PutEvents / a source of AWS's own": '{"Entries":[{"EventId":"an id"}],"FailedEntryCount":0}',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "a call has 1 to 10 entries",
    source: "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html",
    answers: {
      "events:PutEvents / no entries": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "all entries together are under 256 KB",
    source: "events-size",
    answers: {
      "events:PutEvents / more than 256 KB": "answered",
    },
  },
  {
    emulator: "moto",
    right: "absent",
    why: "moto answers TestEventPattern without a result",
    answers: {
      "local/aws/event-bridge/pattern.ts / equal to one of several": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / two fields, one of which does not fit": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / one of an array's values": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / prefix": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / suffix": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / prefix without regard to case": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / equal without regard to case": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / wildcard": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / anything but a text": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / anything but a list with it": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / anything but a prefix": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / anything but, of a field that is not there": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / there": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / not there": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / there, of an object": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / null": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / an empty text": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / a number": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / a number written as 12.0": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / a number as text": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / true": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / between numbers": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / not between numbers": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / an address in a range": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / an address outside a range": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / or": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / fields of one object in an array": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / fields of two objects in an array": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / an empty list": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / a value without a list": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / an unknown operator": "not in form: Result",
      "local/aws/event-bridge/pattern.ts / an empty object": "not in form: Result",
    },
  },
];
