/** A kind of program that may use the package. */
export interface Kind {
  readonly title: string;
  /** Folder of its Pulumi.yaml, from the place of the installation. */
  readonly folder: string;
  /** Folder of its program, where that is another one. */
  readonly main?: string;
  /** Its files, but for its SQL. */
  readonly files: Readonly<Record<string, string>>;
  /** Pulumi is called from the root of the file system. */
  readonly fromElsewhere?: true;
  /** It runs the engine by itself. */
  readonly driver?: string;
}

const BODY = `new RefreshedView("ventas", {
  schema: "public",
  name: "ventas",
  definition: viewDefinition("ventas"),
  uniqueKey: ["dia"],
  job: { name: "refresh-ventas", schedule: "0 3 1 1 *", active: true },
});
`;
const IMPORT = `import { RefreshedView, viewDefinition } from "pulumi-matview";\n`;
const ESM = `${IMPORT}const ventas = ${BODY}export const views = [ventas.declaration];\n`;
const COMMONJS = `const { RefreshedView, viewDefinition } = require("pulumi-matview");\nconst ventas = ${BODY}exports.views = [ventas.declaration];\n`;

const INLINE = `import * as automation from "@pulumi/pulumi/automation/index.js";
${IMPORT}
const program = async () => {
  const ventas = ${BODY}  return { views: [ventas.declaration] };
};
const [verb, ...words] = process.argv.slice(2);
const workDir = import.meta.dirname;
const stack = await automation.LocalWorkspace.createOrSelectStack({ stackName: "test", projectName: "inline", program }, { workDir });
const options = { onOutput: console.log, expectNoChanges: words.includes("--expect-no-changes"), previewOnly: words.includes("--preview-only") };
if (verb === "export") console.log(JSON.stringify(await stack.exportStack()));
else if (verb !== "stack") await stack[verb](options);
`;

/** What `pulumi new typescript` writes; the libraries' types are checked too. */
export const TEMPLATE_TSCONFIG = {
  compilerOptions: {
    strict: true,
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node",
    sourceMap: true,
    experimentalDecorators: true,
    pretty: true,
    noFallthroughCasesInSwitch: true,
    noImplicitReturns: true,
    forceConsistentCasingInFileNames: true,
    skipLibCheck: false,
  },
  files: ["index.ts"],
};
const NODENEXT_TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: "es2024",
    module: "nodenext",
    skipLibCheck: false,
    types: ["node"],
  },
  files: ["index.ts"],
};

function project(name: string, main: string, options = "{ typescript: false }"): string {
  return `name: ${name}\nmain: ${main}\nruntime: { name: nodejs, options: ${options} }\n`;
}

function manifest(name: string, type: "module" | "commonjs"): string {
  return JSON.stringify({ name, type, dependencies: { "pulumi-matview": "*" } });
}

export const KINDS: readonly Kind[] = [
  {
    title: "TypeScript through Pulumi's own ts-node",
    folder: ".",
    files: {
      "index.ts": ESM,
      "tsconfig.json": JSON.stringify(TEMPLATE_TSCONFIG),
      "Pulumi.yaml": "name: ts-node\nruntime: nodejs\n",
    },
  },
  {
    title: "TypeScript with stripped types",
    folder: "programs/strip",
    files: {
      "index.ts": ESM,
      "package.json": manifest("strip", "module"),
      "tsconfig.json": JSON.stringify(NODENEXT_TSCONFIG),
      "Pulumi.yaml": project("strip", "index.ts"),
    },
  },
  {
    title: "JavaScript, ES module",
    folder: "programs/esm",
    files: { "index.js": ESM, "package.json": manifest("esm", "module"), "Pulumi.yaml": project("esm", "index.js") },
  },
  {
    title: "JavaScript, CommonJS",
    folder: "programs/cjs",
    files: {
      "index.js": COMMONJS,
      "package.json": manifest("cjs", "commonjs"),
      "Pulumi.yaml": project("cjs", "index.js"),
    },
  },
  {
    title: "a workspace, the program in a subfolder",
    folder: "programs/deep",
    main: "programs/deep/src",
    files: {
      "src/index.js": ESM,
      "package.json": manifest("deep", "module"),
      "Pulumi.yaml": project("deep", "src/index.js"),
    },
  },
  {
    title: "pulumi -C from elsewhere",
    folder: "programs/elsewhere",
    files: {
      "index.js": ESM,
      "package.json": manifest("elsewhere", "module"),
      "Pulumi.yaml": project("elsewhere", "index.js"),
    },
    fromElsewhere: true,
  },
  {
    title: "the Automation API with an inline program",
    folder: "programs/inline",
    files: { "run.js": INLINE, "package.json": manifest("inline", "module") },
    driver: "run.js",
  },
];
