/** Carries out one step of telling an incident, and says what is known of its message then. */
import type { Incident, Told } from "./incident.ts";
import type { Message, Messenger } from "./messenger.ts";
import { type Doubts, type TellingStep, toldIn } from "./plan-telling.ts";

export interface Progress {
  /** Under our claim, with what was told so far. */
  readonly incident: Incident;
  readonly doubts: Doubts;
  /** A message was looked for in vain, as the token has no right to look. */
  readonly isUnsearched: boolean;
}

const SURE: Doubts = { message: false, notes: false };

/** Throws as the messenger does. */
export async function takeStep(
  messenger: Messenger,
  progress: Progress,
  step: TellingStep,
): Promise<Progress> {
  const { incident, doubts } = progress;
  const told = toldIn(incident, messenger.channel);
  switch (step.kind) {
    case "search":
      return await search(messenger, progress, told);
    case "post": {
      const { ts } = await messenger.post(incident);
      const { revision } = incident;
      const maybeTwice = progress.isUnsearched;
      const posted = { channel: messenger.channel, ts, revision, notes: [], maybeTwice };
      return { ...progress, incident: { ...incident, told: posted }, doubts: SURE };
    }
    case "update": {
      const { revision } = incident;
      if ((await messenger.update(step.message, incident)) === "gone") return isGone(progress);
      return withTold(progress, told, { revision });
    }
    case "search-notes": {
      const found = await messenger.findNotes(step.message, incident);
      const sure = { ...progress, doubts: { ...doubts, notes: false } };
      return found === "cannot-search" ? sure : withTold(sure, told, { notes: found });
    }
    case "reply": {
      const { id } = step.note;
      if ((await messenger.reply(step.message, incident, step.note)) === "gone") return isGone(progress);
      return withTold(progress, told, { notes: [...(told?.notes ?? []), id] });
    }
  }
}

async function search(messenger: Messenger, progress: Progress, told: Told | null): Promise<Progress> {
  const { incident, doubts } = progress;
  const sure = { ...progress, doubts: { ...doubts, message: false } };
  const found = await messenger.find(incident);
  if (found === "cannot-search") return { ...sure, isUnsearched: true };
  // The one that is known has the thread; of unknown ones, the first is the one that people saw.
  const kept = told?.ts ?? found[0]?.ts;
  for (const duplicate of found) if (duplicate.ts !== kept) await messenger.withdraw(duplicate, incident);
  if (kept === undefined) return sure;
  if (told !== null) return withTold(sure, told, { maybeTwice: false });
  const adopted = { channel: messenger.channel, ts: kept, revision: 0, notes: [], maybeTwice: false };
  // Nothing is written into a thread before its message is noted.
  return { ...sure, incident: { ...incident, told: adopted }, doubts: SURE };
}

/** Somebody deleted the message: it is told anew, for as long as there is something to tell. */
const isGone = (progress: Progress): Progress => ({
  ...progress,
  incident: { ...progress.incident, told: null },
  doubts: SURE,
});

type Changes = Partial<Omit<Told, "notes">> & { readonly notes?: readonly string[] };

function withTold(progress: Progress, told: Told | null, { notes, ...changes }: Changes): Progress {
  if (told === null) return progress;
  const { incident } = progress;
  const known = new Set([...told.notes, ...(notes ?? [])]);
  // In the incident's own order, and only of notes that it still has: the list has an end as they have.
  const kept = incident.notes.map(({ id }) => id).filter((id) => known.has(id));
  return { ...progress, incident: { ...incident, told: { ...told, ...changes, notes: kept } } };
}

export const isSameMessage = (told: Told | null, message: Message): boolean =>
  told?.channel === message.channel && told.ts === message.ts;
