/** Where ministack answers otherwise than the stand-in: DynamoDB and EventBridge. */
import type { Differences } from "../compare.ts";

export const ministackEvents: readonly Differences[] = [
  {
    emulator: "ministack",
    right: "stand-in",
    why: "an entry that lacks a member, or whose detail is no object, is refused by itself",
    source: "rec-events",
    answers: {
      "events:PutEvents / a detail that is no object":
        '{"Entries":[{"EventId":"an id"}],"FailedEntryCount":0}',
      "events:PutEvents / a detail that is a list": '{"Entries":[{"EventId":"an id"}],"FailedEntryCount":0}',
      "events:PutEvents / no source": '{"Entries":[{"EventId":"an id"}],"FailedEntryCount":0}',
      "events:PutEvents / no detail type": '{"Entries":[{"EventId":"an id"}],"FailedEntryCount":0}',
      "events:PutEvents / no detail": '{"Entries":[{"EventId":"an id"}],"FailedEntryCount":0}',
      "events:PutEvents / one that is taken and one that is not":
        '{"Entries":[{"EventId":"an id"},{"EventId":"an id"}],"FailedEntryCount":0}',
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "a call has 1 to 10 entries",
    source: "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html",
    answers: {
      "events:PutEvents / no entries": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "all entries together are under 256 KB",
    source: "events-size",
    answers: {
      "events:PutEvents / more than 256 KB": "answered",
    },
  },
];
