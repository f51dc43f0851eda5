import type { Capabilities } from "../postgres/capabilities.ts";
import { shellWord, sqlIdentifier, sqlLiteral } from "../postgres/names.ts";

/** A job whose role was renamed or dropped. */
export interface Orphan {
  readonly jobId: string;
  readonly name: string;
  readonly user: string;
}

/** What an orphaned job does, in a sentence without its end. */
export function orphanText({ name, jobId, user }: Orphan): string {
  return `job ${name} (number ${jobId}) belongs to role ${user}, which was renamed or dropped`;
}

/** The statement that lets the launcher live again; it comes back by itself. */
export function removeOrphanSql({ jobId }: Orphan): string {
  return `select cron.unschedule(${jobId})`;
}

/** Why something is not there, as far as this role may see it, and what to do. */
interface Absence {
  readonly cause: string;
  readonly fix: string;
  readonly run?: readonly string[];
}

/** Of the extension. */
export function extensionAbsence(capabilities: Capabilities): Absence {
  const { launcherDatabase, cronDatabase } = capabilities;
  const create = "create extension pg_cron";
  if (launcherDatabase === null) {
    const { cause, fix, run = [] } = launcherAbsence(capabilities);
    return {
      cause: `${cause}; no launcher runs either`,
      fix: `${fix}; then make the extension`,
      run: [...run, create],
    };
  }
  if (launcherDatabase === cronDatabase)
    return {
      cause: "the extension was not made here, or was dropped; its launcher waits for it in this database",
      fix: "make it as a superuser, and deploy the stack",
      run: [create],
    };
  return {
    cause: `its launcher is connected to database ${launcherDatabase}: it lives there`,
    fix: "name that database; for a stack the setting is matview:cronDatabase",
    run: [`export MATVIEW_CRON_DATABASE=${shellWord(launcherDatabase)}`],
  };
}

/** Of the launcher. */
export function launcherAbsence({ preloaded, missingCronDatabase }: Capabilities): Absence {
  if (preloaded == null)
    return {
      cause:
        "pg_cron is not preloaded, or its launcher ended; this role may not see shared_preload_libraries, which tells",
      fix: "let a superuser see that shared_preload_libraries names pg_cron, and restart the server (a managed host has a switch for it)",
    };
  const libraries = preloaded.split(",").map((one) => one.trim().replace(/^"(.*)"$/, "$1"));
  if (!libraries.some((one) => /(^|\/)pg_cron$/.test(one))) {
    const named = [...libraries.filter((one) => one !== ""), "pg_cron"].map(sqlLiteral).join(", ");
    return {
      cause: "shared_preload_libraries does not name pg_cron",
      fix: "add pg_cron to shared_preload_libraries and restart the server (a managed host has a switch for it)",
      run: [`alter system set shared_preload_libraries = ${named}`],
    };
  }
  if (missingCronDatabase != null)
    return {
      cause: `cron.database_name names database ${missingCronDatabase}, which does not exist or takes no connections`,
      fix: `make it, or name another one: alter system set cron.database_name = 'NAME', and restart the server`,
      run: [`create database ${sqlIdentifier(missingCronDatabase)}`],
    };
  return {
    cause:
      "pg_cron is preloaded and its launcher ended: somebody ended its session, or it failed; the server's log says why",
    fix: "restart the server: the launcher of pg_cron 1.6.0 and earlier does not come back by itself",
  };
}
