/**
 * `npm run mutation [-- CONCERN…]`: changes each plan a little, hundreds of times, and runs its tests each time. What
 * no test notices is a decision that nothing specifies. Exits with 1 when a score is under 90 %, a survivor is not
 * explained (mutation/survivors.ts), or an explained one is none any more.
 */
import { MISUSED } from "./command-line.ts";
import { CONCERNS } from "./mutation/concerns.ts";
import { judgeMutants } from "./mutation/judge.ts";
import { mutate } from "./mutation/stryker.ts";
import { SURVIVORS } from "./mutation/survivors.ts";
import { tellVerdict } from "./mutation/tell.ts";

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !CONCERNS.some((concern) => concern.name === name));
if (unknown.length > 0) {
  const known = CONCERNS.map(({ name }) => name).join(", ");
  process.stderr.write(
    `unknown: ${unknown.join(", ")}\nusage: npm run mutation [-- CONCERN…], of ${known}\n`,
  );
  process.exit(MISUSED);
}
for (const concern of CONCERNS.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const explained = SURVIVORS.filter(({ file }) => concern.plan.includes(file));
  const verdict = judgeMutants(concern.name, await mutate(concern), explained);
  process.stdout.write(tellVerdict(verdict));
  if (!verdict.ok) process.exitCode = 1;
}
