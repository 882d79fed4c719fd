/** The verdict on one concern's tests, in words. */
import { SCORE_MIN, type Verdict } from "./judge.ts";

export function tellVerdict({
  concern,
  noticed,
  survived,
  score,
  unexplained,
  outdated,
  ok,
}: Verdict): string {
  const run = noticed + survived;
  const explained = survived - unexplained.length;
  const held = `${noticed} of ${run} mutants noticed, ${explained} explained`;
  return [
    // Never rounded up to what it has to be.
    `${concern}: ${(Math.floor(score * 10) / 10).toFixed(1)} %, ${held}: ${ok ? "held" : "FAILED"}`,
    ...(score < SCORE_MIN ? [`  under ${SCORE_MIN} %`] : []),
    ...unexplained.map(
      ({ file, line, mutator, original, replacement }) =>
        `  no test notices ${file}:${line} ${mutator}\n    - ${original}\n    + ${replacement}`,
    ),
    ...outdated.map(
      ({ file, mutator, original, replacement }) =>
        `  explained, and not among the survivors: ${file} ${mutator}\n    - ${original}\n    + ${replacement}`,
    ),
    "",
  ].join("\n");
}
