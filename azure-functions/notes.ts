/** Where the brain collects what the hand has noted. */
import { collectNotes, forgetNotes } from "../shared/notes/hand.ts";
import { type App, register } from "./register.ts";

export function registerNotes(app: App): void {
  register(app, "notes.collect", (body, { keeper }) => collectNotes(keeper, body));
  register(app, "notes.forget", (body, { keeper }) => forgetNotes(keeper, body));
}
