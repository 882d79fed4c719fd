/** Somebody beside relay who brings it jobs, over mutual TLS like everyone. What jobs hold is health data. */
import { Agent, request } from "node:https";
import type { Credential } from "../stack/relay-credentials.ts";
import type { Stack } from "../stack/stack.ts";

export interface Producer {
  /** The job's id. Throws on any answer but 202. */
  submit(content: unknown): Promise<string>;
  close(): void;
}

export function createProducer(stack: Stack, credential: Credential): Producer {
  const { host, port, servername, caPem } = stack.workloads.address;
  const { privateKeyPem: key, chainPem: cert } = credential;
  const agent = new Agent({ keepAlive: true, key, cert, ca: caPem, servername });
  const submit = (content: unknown) =>
    new Promise<string>((resolve, reject) => {
      const body = JSON.stringify({ content });
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const sent = request({ host, port, agent, method: "POST", path: "/jobs", headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.once("end", () => {
          if (response.statusCode === 202) resolve(String(JSON.parse(text).id));
          else reject(new Error(`relay answered ${response.statusCode} to a job`));
        });
      });
      sent.once("error", reject);
      sent.end(body);
    });
  return { submit, close: () => agent.destroy() };
}
