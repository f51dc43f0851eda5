import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import { resolveConnection } from "../../../../components/index.ts";

const OWNER = "matview_owner";
const TABLES = ["conversaciones_whatsapp", "prospectos", "coordinaciones", "ejecutivos", "mensajes_whatsapp"];

const { host, port, database, cronDatabase, user, password } = resolveConnection({});
const parent = new pulumi.ComponentResource("matview:index:Platform", "platform");
const provider = new postgresql.Provider(
  "platform",
  {
    host,
    port,
    database,
    username: user,
    password: pulumi.secret(password ?? ""),
    sslmode: "disable",
    superuser: false,
  },
  { parent },
);
const kept = { parent, provider, retainOnDelete: true };
const extension = new postgresql.Extension("pg_cron", { name: "pg_cron", database: cronDatabase }, kept);
const role = new postgresql.Role(OWNER, { name: OWNER, login: true }, kept);
new postgresql.Grant(
  `${OWNER}-cron`,
  { role: role.name, database: cronDatabase, schema: "cron", objectType: "schema", privileges: ["USAGE"] },
  { parent, provider, dependsOn: [extension] },
);
new postgresql.Grant(
  `${OWNER}-public`,
  { role: role.name, database, schema: "public", objectType: "table", privileges: ["SELECT"], objects: TABLES },
  { parent, provider },
);
