/** No text from outside renders as a mention, a link, formatting or a break, wherever it stands in an incident. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runs } from "../../../local/property.ts";
import { startSlack, type TestSlack } from "../../../local/slack/test-slack.ts";
import { seenMessages } from "../../../local/slack/view.ts";
import type { Note } from "../condition.ts";
import { Incident } from "../incident.ts";
import { planIncidents } from "../plan.ts";
import { AT, condition, incidentOf, reportOf, SCOPE } from "../test-conditions.ts";
import { type Rendered, renderIncident, renderNote } from "./render.ts";
import { faultsIn } from "./test-faults.ts";
import { HOSTILE } from "./test-hostile.ts";
import { readMrkdwn, textObjects } from "./test-syntax.ts";

const surroundings = { link: "test-link", runbook: "https://example.com/operating.md" };
const LINKS = ["https://console.example.com/vpn", "https://example.com/operating.md#"];
const faultsOf = (rendered: Rendered) => faultsIn(rendered, LINKS);

/** Every field that a text from outside can fill, if only by a mistake of ours. */
const FIELDS: Readonly<Record<string, (text: string) => Partial<Incident>>> = {
  title: (title) => ({ title }),
  "a fact's label": (label) => ({ facts: [{ label, value: "x" }] }),
  "a fact's value": (value) => ({ facts: [{ label: "x", value }] }),
  "ten facts": (text) => ({ facts: Array.from({ length: 10 }, () => ({ label: text, value: text })) }),
  "a link's text": (text) => ({ links: [{ text, url: LINKS[0] ?? "" }] }),
  "the runbook's entry": (runbook) => ({ runbook }),
};

/** As it is, without what the schema would mend. */
const filled = (changes: Partial<Incident>): Incident => ({ ...incidentOf("tunnels"), ...changes });

const shapeOf = ({ blocks }: Rendered) =>
  blocks.map((block) => `${block.type} ${"fields" in block ? block.fields.length : ""}`);

describe.each(HOSTILE)("a text that would %s", (_, text) => {
  it.each(Object.entries(FIELDS))("is only text as %s", (_, fill) => {
    for (const state of [{}, { state: "closed" as const, closedAt: AT + 60 }]) {
      const rendered = renderIncident(filled({ ...fill(text), ...state }), surroundings);
      expect(faultsOf(rendered)).toEqual([]);
      expect(shapeOf(rendered)).toEqual(
        shapeOf(renderIncident(filled({ ...fill("harmless"), ...state }), surroundings)),
      );
    }
  });

  it("is only text as a note", () => {
    const rendered = renderNote({ id: text, at: AT, text });
    expect(faultsOf(rendered)).toEqual([]);
    expect(shapeOf(rendered)).toEqual(["section ", "context "]);
  });

  it("is no link when it stands where an address should", () => {
    const rendered = renderIncident(filled({ links: [{ text: "alarm", url: text }] }), surroundings);
    expect(faultsOf(rendered)).toEqual([]);
  });

  it("leaves the address of a link as it is, whatever it adds to it", () => {
    const url = `https://console.example.com/vpn?name=${text}`.slice(0, 300);
    const rendered = renderIncident(filled({ links: [{ text: "alarm", url }] }), surroundings);
    expect(faultsOf(rendered)).toEqual([]);
  });
});

const fragments = HOSTILE.map(([, text]) => text.slice(0, 60));
const outside = fc
  .array(
    fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(""));

describe("any text", () => {
  it("is only text, in every field at once", () => {
    fc.assert(
      fc.property(
        outside,
        outside,
        outside,
        fc.array(outside, { maxLength: 12 }),
        (title, runbook, label, values) => {
          const facts = values.map((value) => ({ label, value }));
          const rendered = renderIncident(filled({ title, runbook, facts }), surroundings);
          expect(faultsOf(rendered)).toEqual([]);
          expect(faultsOf(renderNote({ id: "x", at: AT, text: title }))).toEqual([]);
        },
      ),
      runs(),
    );
  });

  it("shows the value as it is when it is harmless", () => {
    const harmless = fc.string({
      unit: fc.constantFrom(..."abcXYZ019 .,-_*~:/#@|äß漢字"),
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(harmless, (value) => {
        const rendered = renderIncident(filled({ facts: [{ label: "name", value }] }), surroundings);
        const shown = textObjects(rendered).flatMap(({ text }) => readMrkdwn(text).code);
        expect(shown).toEqual([value.replace(/ +/g, " ").trim() || "(empty)"]);
      }),
      runs(5),
    );
  });
});

describe("in the channel", () => {
  let slack: TestSlack;
  beforeAll(async () => {
    slack = await startSlack({ startMs: AT * 1_000 });
  });
  afterAll(() => slack.close());

  it.each(HOSTILE)("a condition that would %s is told as one message with its notes", async (_, text) => {
    const actions: Note[] = [{ id: `did ${text}`.slice(0, 200), at: AT, text }];
    const reported = condition("tunnels", { facts: [{ label: text, value: text }], actions });
    const [opened] = planIncidents(SCOPE, [], reportOf(AT, [reported]));
    const incident = Incident.parse(JSON.parse(JSON.stringify(opened?.after)));
    slack.pass(120);
    const messenger = slack.messenger();
    const before = seenMessages(slack.channel).length;
    const told = await messenger.post(incident);
    for (const note of incident.notes) expect(await messenger.reply(told, incident, note)).toBe("replied");
    expect(seenMessages(slack.channel)).toHaveLength(before + 1);
    expect(seenMessages(slack.channel).at(-1)?.thread).toHaveLength(incident.notes.length);
    expect(await messenger.findNotes(told, incident)).toEqual(incident.notes.map(({ id }) => id));
  });
});
