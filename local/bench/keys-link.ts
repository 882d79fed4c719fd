/** The demo's link, and nobody reads who is refused: what its reader calls would count with what keys take. */
import { defineLink } from "../../shared/link/load.ts";
import demo from "../demo/link.ts";

const { authFailures: _, ...rest } = demo;

export default defineLink(rest);
