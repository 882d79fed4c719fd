/** The hand's endpoints for API keys, where the link has some. */
import type { NoteVaultCall } from "../shared/azure-api/serve.ts";
import { type ApiKeyHand, observeApiKeys, setApiKey } from "../shared/keys/api-key-hand.ts";
import { type App, register, registerAct } from "./register.ts";

/** `open` makes what a call needs, with vaults that tell of their calls. */
export function registerApiKeys(app: App, open: (note: NoteVaultCall) => ApiKeyHand): void {
  register(app, "keys.observe-key", (body, call) => observeApiKeys(open(call.noteVaultCall), body));
  registerAct(
    app,
    "keys.set-key",
    ({ name }) => name,
    (body, call) => setApiKey(open(call.noteVaultCall), body),
  );
}
