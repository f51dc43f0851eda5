// ESM under jest needs node --experimental-vm-modules; scripts/test.ts passes it.
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: { target: "es2024", parser: { syntax: "typescript" } },
        module: { type: "nodenext" },
      },
    ],
  },
  setupFiles: ["<rootDir>/test/support/plainOutput.ts", "<rootDir>/test/support/lighterEngine.ts"],
  modulePathIgnorePatterns: ["<rootDir>/.matview", "<rootDir>/dist"],
};

/** @type {import("jest").Config} */
export default {
  // Servers of a busy computer take their time. Jest reads this here only, not in a project.
  testTimeout: 60_000,
  projects: ["unit", "integration", "lifecycle", "program", "consumer"].map((kind) => ({
    ...shared,
    displayName: kind,
    testMatch: [`<rootDir>/test/${kind}/**/*.test.ts`],
    ...(kind === "unit"
      ? {}
      : {
          globalSetup: "<rootDir>/test/support/globalSetup.ts",
          globalTeardown: "<rootDir>/test/support/globalTeardown.ts",
        }),
  })),
};
