import { readFileSync } from "node:fs";
import { serveProvider } from "../provider.ts";
import { configure } from "./connection.ts";
import { extension } from "./extension.ts";
import { grant } from "./grant.ts";
import { grantRole } from "./grantRole.ts";
import { role } from "./role.ts";

const manifest = new URL("../../../node_modules/@pulumi/postgresql/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };

serveProvider({
  version,
  configure,
  resources: {
    "postgresql:index/extension:Extension": extension,
    "postgresql:index/role:Role": role,
    "postgresql:index/grant:Grant": grant,
    "postgresql:index/grantRole:GrantRole": grantRole,
  },
});
