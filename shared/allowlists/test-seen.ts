/** What was seen of a change, for tests. */
import { type Heard, SeenChange } from "./seen.ts";

/** The change that was heard, which is in its canonical form already. */
export function changeOf(heard: Heard): SeenChange {
  if (!heard.look || heard.change === null) throw new Error(`no change: ${heard.reason}`);
  return SeenChange.parse(heard.change);
}
