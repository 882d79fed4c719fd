import { type Chapter, check } from "../chapter.ts";

export const verdict: Chapter = {
  name: "nothing was denied, nothing leaked, nothing left this machine",
  async run(stack) {
    const { kernel, aws, proxy, tap, events, graph, monitoring, logFilters } = stack;
    const decisions = aws.server.decisions();
    const denied = decisions.filter(({ result }) => result === "denied");
    check(
      decisions.length > 0 && denied.length === 0,
      `the captured policies allow every call: ${denied.map(({ roleArn, action }) => `${roleArn} ${action}`).join(", ")}`,
    );
    const parts = [aws.server, events, monitoring, logFilters];
    const troubles = parts.flatMap((part) => part.troubles());
    check(
      troubles.length === 0,
      `the stand-ins had no trouble of their own: ${troubles.map(({ message }) => message).join("; ")}`,
    );
    const { alarms } = monitoring.cloudWatch;
    const untold = alarms.failedActions();
    check(
      untold.length === 0,
      `every alarm could tell its topic: ${untold.map(({ alarm, code }) => `${alarm} ${code}`).join(", ")}`,
    );
    check(
      proxy.refused().length === 0,
      `no unknown host was asked for: ${proxy
        .refused()
        .map(({ target }) => target)
        .join(", ")}`,
    );
    check(
      kernel.calls("key-vault:ImportCertificate").length === 0,
      "no key was ever imported into the vault",
    );
    const report = tap.report();
    const leaks = report.leaks.map(({ from, to, what }) => `${from} to ${to}: ${what}`);
    check(
      report.messages > 0 && leaks.length === 0,
      `private keys are seen only where they belong: ${leaks.join("; ")}`,
    );
    check(report.allowedCount > 0, "the tap does see the key where it belongs");
    const deadLetters = graph.queues.flatMap(({ arn }) => events.queues.messages(arn));
    check(deadLetters.length === 0, "no event ended in the dead-letter queue");
    const faults = kernel.calls().filter(({ outcome }) => outcome !== "ok").length;
    return {
      decisions: decisions.length,
      denied: 0,
      calls: kernel.calls().length,
      refusedByTheClouds: faults,
      messagesScanned: report.messages,
      keysWhereTheyBelong: report.allowedCount,
    };
  },
};
