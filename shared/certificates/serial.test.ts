import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ContractError } from "../runtime/errors.ts";
import { Serial } from "./schema.ts";
import { readCertificateArn, serialFromDecimal, serialWithColons } from "./serial.ts";

const caArn =
  "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/00000000-1111-2222-3333-444444444444";
/** Up to 20 octets (RFC 5280, 4.1.2.2). */
const anyNumber = fc.bigInt({ min: 0n, max: 2n ** 160n - 1n });

describe("serialFromDecimal", () => {
  it("gives hexadecimal without leading zeros, of an odd length too", () => {
    expect(serialFromDecimal("286535153982981100925020015808220737245")).toBe(
      "d790a9cf2db26a24c7b97fb672b7aedd",
    );
    expect(serialFromDecimal("0")).toBe("0");
    expect(serialFromDecimal("4095")).toBe("fff");
    expect(serialFromDecimal("0016")).toBe("10");
  });

  it("throws for what is no decimal number, and for one of over 20 octets", () => {
    for (const text of ["", "fff", "-1", "1.5", " 1", "1e3", String(2n ** 160n), "9".repeat(60)]) {
      expect(() => serialFromDecimal(text), text).toThrow(ContractError);
    }
  });
});

describe("serialWithColons", () => {
  it("is pairs of hexadecimal digits, with a zero before an odd number of them", () => {
    expect(serialWithColons("d790a9cf2db26a24c7b97fb672b7aedd")).toBe(
      "d7:90:a9:cf:2d:b2:6a:24:c7:b9:7f:b6:72:b7:ae:dd",
    );
    expect(serialWithColons("fff")).toBe("0f:ff");
    expect(serialWithColons("0")).toBe("00");
  });
});

describe("a serial number", () => {
  it("is the same number in each of its forms, and comes back from each", () => {
    fc.assert(
      fc.property(anyNumber, (number) => {
        const serial = serialFromDecimal(String(number));
        expect(BigInt(`0x${serial}`)).toBe(number);
        expect(serialWithColons(serial)).toMatch(/^[0-9a-f]{2}(:[0-9a-f]{2}){0,19}$/);
        expect(Serial.parse(serialWithColons(serial))).toBe(serial);
        expect(Serial.parse(serialWithColons(serial).toUpperCase())).toBe(serial);
      }),
    );
  });
});

describe("readCertificateArn", () => {
  it("tells the serial number and the CA", () => {
    expect(readCertificateArn(`${caArn}/certificate/4095`)).toEqual({ serial: "fff", caArn });
  });

  it("throws for any other text", () => {
    for (const arn of [caArn, `${caArn}/certificate/`, `${caArn}/certificate/fff`, "x/certificate/12", ""]) {
      expect(() => readCertificateArn(arn), arn).toThrow(ContractError);
    }
  });
});
