/**
 * A tunnel's options at AWS, in the read shape, with the defaults of a new tunnel.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TunnelOption.html
 */
export interface TunnelSettings {
  readonly tunnelInsideCidr: string;
  readonly phase1LifetimeSeconds: number;
  readonly phase2LifetimeSeconds: number;
  readonly rekeyMarginTimeSeconds: number;
  readonly rekeyFuzzPercentage: number;
  readonly replayWindowSize: number;
  readonly dpdTimeoutSeconds: number;
  readonly dpdTimeoutAction: "clear" | "none" | "restart";
  readonly phase1EncryptionAlgorithms: readonly string[];
  readonly phase2EncryptionAlgorithms: readonly string[];
  readonly phase1IntegrityAlgorithms: readonly string[];
  readonly phase2IntegrityAlgorithms: readonly string[];
  readonly phase1DhGroupNumbers: readonly number[];
  readonly phase2DhGroupNumbers: readonly number[];
  readonly ikeVersions: readonly string[];
  readonly startupAction: "add" | "start";
  readonly enableTunnelLifecycleControl: boolean;
}

export const defaultSettings: Omit<TunnelSettings, "tunnelInsideCidr"> = {
  phase1LifetimeSeconds: 28_800,
  phase2LifetimeSeconds: 3_600,
  rekeyMarginTimeSeconds: 270,
  rekeyFuzzPercentage: 100,
  replayWindowSize: 1_024,
  dpdTimeoutSeconds: 40,
  dpdTimeoutAction: "clear",
  phase1EncryptionAlgorithms: ["AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"],
  phase2EncryptionAlgorithms: ["AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"],
  phase1IntegrityAlgorithms: ["SHA1", "SHA2-256", "SHA2-384", "SHA2-512"],
  phase2IntegrityAlgorithms: ["SHA1", "SHA2-256", "SHA2-384", "SHA2-512"],
  phase1DhGroupNumbers: [2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24],
  phase2DhGroupNumbers: [2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24],
  ikeVersions: ["ikev1", "ikev2"],
  startupAction: "add",
  enableTunnelLifecycleControl: false,
};
