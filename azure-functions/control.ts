/** Where the brain says whether anything may be changed. */
import { keepFreeze } from "../shared/freeze/hand.ts";
import { type App, register } from "./register.ts";

export function registerControl(app: App): void {
  register(app, "control.freeze", (body, { keeper }) => keepFreeze(keeper, body));
}
