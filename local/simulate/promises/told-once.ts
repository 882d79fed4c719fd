/** 5. Every incident is told once when it opens and once when it closes. */
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

export const toldOnce: ProductPromise = {
  name: "5: every incident is told once when it opens and once when it closes",
  watch: (world) => ({
    after: ({ name }) => (/^messenger\.(post|reply)$/.test(name) ? toldTwice(world) : null),
  }),
};

function toldTwice({ channel }: World): string | null {
  const ids = channel.messages.map(({ incident }) => incident.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return `two messages tell of the incident ${twice}`;
  const repeated = channel.messages.find(({ replies }) => new Set(replies).size < replies.length);
  return repeated === undefined ? null : `a note of ${repeated.incident.key} stands twice in its thread`;
}

/** At rest: each incident that ever was has its message, which says how it ended. */
export function untold({ channel, incidents, removed }: World): string[] {
  const all = [...incidents.history.values(), ...incidents.standing.values()];
  return all.flatMap(({ id, key, state }) => {
    const message = channel.messages.find(({ incident }) => incident.id === id);
    // Over and told, it is not told anew because somebody deletes its message.
    if (message === undefined && removed.has(id)) return [];
    if (message === undefined) return [`the incident ${key} was never told`];
    return message.incident.state === state ? [] : [`the message of ${key} does not say that it is ${state}`];
  });
}
