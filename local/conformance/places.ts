/** Where the probes' things are. The account is the emulators' own default, so that ARNs are alike. */
export const REGION = "eu-west-2";
export const ACCOUNT = "123456789012";
