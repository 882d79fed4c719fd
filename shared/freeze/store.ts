/** Where the word about the freeze stands, as a port; runs read it in the query that they begin with anyway. */
import type { Freeze, FreezeWord } from "./schema.ts";

/** Every method throws `CloudError` when the table did not take or give what was asked. */
export interface FreezeStore {
  read(): Promise<Freeze>;
  /** False when a later word stands there, or one of the same time: then nothing is written. */
  say(word: FreezeWord): Promise<boolean>;
  /** Unless another word has come meanwhile. */
  settle(word: FreezeWord): Promise<void>;
}
