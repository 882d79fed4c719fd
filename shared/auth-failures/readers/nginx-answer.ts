/** What a line of nginx's access log says of a refusal, whichever form it has, and what follows from the answer alone. */
import type { FailureClass } from "../schema.ts";

/** What a line says, of either form. */
export interface Access {
  readonly failure: FailureClass;
  readonly upstream: string;
  readonly source: string | null;
  readonly serial: string | null;
  readonly identity: string | null;
}

/** By the status alone. It is relay's where the upstream has given the same, and the proxy's own otherwise. */
export function failureOfAnswer(status: number, upstream: number | null): FailureClass | null {
  switch (status) {
    case 401:
      return upstream === status ? "bad-api-key" : "unknown";
    case 403:
      return upstream === status ? "forbidden-scope" : "unknown";
    case 495:
      return "unknown";
    case 496:
      return "no-certificate";
    default:
      return null;
  }
}
