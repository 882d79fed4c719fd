import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { Certificate, GeneralName, SubjectAlternativeName } from "@peculiar/asn1-x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeHierarchy } from "../../model/authority.ts";
import { rememberParsed } from "./remember-parsed.ts";

const START = 1_795_248_000;

describe("rememberParsed", () => {
  let der: Buffer;
  let forget: () => void;
  beforeAll(async () => {
    der = Buffer.from((await makeHierarchy(START, START + 86_400)).root.der);
    forget = rememberParsed();
  });
  afterAll(() => forget());

  it("parses bytes once, wherever they are, and others for themselves", () => {
    const read = (bytes: Uint8Array) => AsnConvert.parse(Uint8Array.from(bytes).buffer, Certificate);
    const changed = Buffer.from(der);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(read(der)).toBe(read(Buffer.from(der)));
    expect(read(changed)).not.toBe(read(der));
    expect(Buffer.from(AsnConvert.serialize(read(der)))).toEqual(der);
  });

  it("tells octet strings apart, which are no bytes to Node", () => {
    const read = (name: string) => {
      const names = new SubjectAlternativeName([new GeneralName({ dNSName: name })]);
      const { dNSName } = AsnConvert.parse(
        new OctetString(AsnConvert.serialize(names)),
        SubjectAlternativeName,
      )[0] ?? { dNSName: undefined };
      return dNSName;
    };
    expect([read("relay.example.com"), read("bunny.example.com")]).toEqual([
      "relay.example.com",
      "bunny.example.com",
    ]);
  });

  it("throws for what is not to be read, each time", () => {
    const read = () => AsnConvert.parse(Uint8Array.of(1, 2, 3).buffer, Certificate);
    expect(read).toThrow();
    expect(read).toThrow();
  });

  it("is over once it is forgotten", () => {
    forget();
    const read = () => AsnConvert.parse(Uint8Array.from(der).buffer, Certificate);
    expect(read()).not.toBe(read());
  });
});
