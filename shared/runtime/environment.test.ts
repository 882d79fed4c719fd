import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parseEnvironment } from "./environment.ts";

const Schema = z.object({
  TABLE: z.string().min(1),
  HAND_URL: z.url({ protocol: /^https$/ }),
  CA_ARN: z.string().startsWith("arn:"),
});
const sound = { TABLE: "journal", HAND_URL: "https://hand.example/api", CA_ARN: "arn:aws:x" };

describe("parseEnvironment", () => {
  it("gives the variables that were asked for, and no others", () => {
    expect(parseEnvironment(Schema, { ...sound, PATH: "/bin" })).toEqual(sound);
  });

  it("names every variable that is missing or wrong, in one message", () => {
    const parse = () => parseEnvironment(Schema, { TABLE: "", HAND_URL: "http://hand.example" });
    expect(parse).toThrow(/deploy again\): TABLE: .+; HAND_URL: .+; CA_ARN: /);
    expect(parse).toThrow(expect.objectContaining({ name: "ConfigError" }));
  });

  it("tells no value", () => {
    const parse = () => parseEnvironment(Schema, { ...sound, CA_ARN: "s3cr3t", HAND_URL: "s3cr3t" });
    expect(parse).toThrow("CA_ARN");
    expect(parse).not.toThrow("s3cr3t");
  });
});
