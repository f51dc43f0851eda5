import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

// The floors of docs/architecture.md, from the ground up: what stands on one may import it and those below, never the other way round.
const floors = [
  { name: "postgres", message: "postgres/ knows nothing of views, jobs or Pulumi" },
  { name: "kinds", message: "what is known of an object does not know who asks: take it as an argument" },
  { name: "lifecycle", message: "the lifecycle is the same for every face of the engine: take it as an argument" },
  { name: "provider", message: "the engine's way in does not know the program's classes" },
];
const faces = ["components", "operations", "policies"].map((name) => `./${name}`);
const outside = ["./scripts", "./test", "./index.ts"];
const zones = [
  ...floors.map(({ name, message }, level) => ({
    target: `./${name}`,
    from: [...floors.slice(level + 1).map((floor) => `./${floor.name}`), ...faces, ...outside],
    message,
  })),
  ...faces.map((target) => ({
    target,
    from: [...faces.filter((face) => face !== target), ...outside],
    message: "program, command and policies stand beside each other, on provider/ and below",
  })),
];
const product = [...floors.map(({ name }) => name), "components", "operations", "policies"];

export default tseslint.config(
  { ignores: [".matview", "node_modules", "coverage", "dist"] },
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
    files: ["scripts/**/*.ts", "test/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "MemberExpression[object.object.name='process'][object.property.name='env'][property.value=/^MATVIEW_/]",
          message: "read it by scripts/checkoutVariables.ts, a table that docs/reference.md prints",
        },
      ],
    },
  },
  {
    // #private and Error subclasses do not survive what Pulumi may do with them: be serialised, or sent over gRPC.
    files: product.map((folder) => `${folder}/**/*.ts`),
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "PropertyDefinition > PrivateIdentifier.key", message: "write TypeScript private, not #private" },
        {
          selector:
            "MemberExpression[object.object.name='process'][object.property.name='env'], AssignmentPattern[left.type='ObjectPattern'][right.object.name='process'], VariableDeclarator[id.type='ObjectPattern'][init.object.name='process']",
          message: "read the environment by postgres/environment.ts, the table that docs/reference.md prints",
        },
        { selector: "ClassDeclaration[superClass.name='Error']", message: "make errors with postgres/errors.ts" },
      ],
    },
  },
);
