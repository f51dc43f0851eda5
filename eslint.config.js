import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

// Imports point one way: operations and refreshedView -> resources -> postgres -> nothing.
const resources = ["materializedView", "viewIndex", "refreshJob"].map((name) => `./components/${name}`);
const component = ["./components/refreshedView.ts", "./components/platform.ts", "./components/previewPlan.ts"];
const zones = [
  {
    target: "./components/postgres",
    from: ["./components", "./operations"],
    except: ["./postgres"],
    message: "postgres/ knows nothing of views, jobs or Pulumi",
  },
  ...resources.map((target) => ({
    target,
    from: ["./operations", ...component, "./components/settings.ts"],
    message: "a resource does not know who uses it",
  })),
  { target: "./components", from: ["./operations", "./scripts", "./test"], message: "components stand alone" },
  { target: "./operations", from: ["./scripts", "./test"], message: "operations stand on components only" },
];

export default tseslint.config(
  { ignores: [".matview", "node_modules", "coverage"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    plugins: { "import-x": importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { "import-x/resolver-next": [importX.createNodeResolver({ extensions: [".ts", ".js"] })] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": "error",
      "import-x/order": ["error", { alphabetize: { order: "asc" }, "newlines-between": "never" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "max-lines": ["error", { max: 300, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    // What Pulumi may serialise or send over gRPC: #private and Error subclasses do not survive it.
    files: ["components/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "PropertyDefinition > PrivateIdentifier.key", message: "write TypeScript private, not #private" },
        { selector: "ClassDeclaration[superClass.name='Error']", message: "make errors with postgres/errors.ts" },
      ],
    },
  },
);
