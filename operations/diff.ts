import { saidBy } from "../kinds/once.ts";
import { environment } from "../postgres/environment.ts";
import { userError } from "../postgres/errors.ts";
import { displayName } from "../postgres/names.ts";
import { unknownName } from "../postgres/nearestName.ts";
import { withSession } from "../postgres/session.ts";
import type { Session } from "../postgres/session.ts";
import { stackNamed } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import type { Call } from "./commandLine/defineVerb.ts";
import { DATABASE_OPTION, STACK_OPTIONS } from "./commandLine/options.ts";
import { print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import { viewArgument } from "./commandLine/viewArgument.ts";
import { limitOf, TIME_LIMIT } from "./diff/limit.ts";
import { rowsMarkdown, rowsText } from "./diff/rowsText.ts";
import { readStackViews } from "./diff/stackViews.ts";
import { diffView, reached, unknownText } from "./diff/viewDiff.ts";
import type { ViewDiff } from "./diff/viewDiff.ts";
import { previewDigest } from "./preview/digest.ts";
import { nameOfView, viewsOfDigest } from "./preview/digestSteps.ts";
import type { DigestView } from "./preview/digestSteps.ts";
import { stackServers } from "./stack/connection.ts";

/** `matview diff`: what a change of a definition does to the rows. */
export const diff = defineVerb({
  verb: "diff",
  summary: "say what a change of a definition does to the rows",
  words: "VIEW",
  says: `Computes the view as it is deployed and as the stack declares it, both from the sources as they are now, and compares the rows by the key:
gone, added, changed, the same, and for each column how many changed. Follows the change into the views of the stack that read this one.
Read-only, with the settings of the job, one at a time on a server. Tells no value of a row unless --explain or --rows asks for it.
Past the time limit it looks at a part, and its figures are the least that there is (docs/row-changes.md).`,
  options: [
    { name: "markdown", summary: "for a pull request" },
    {
      name: "explain",
      summary: "what the rows that differ have in common, and least, greatest and sum of numbers and times",
    },
    { name: "rows", value: "N", summary: "so many rows of each kind, with their values" },
    { name: "sample", value: "SHARE", summary: "look at a share of the keys, e.g. 10%, the same ones on both sides" },
    TIME_LIMIT,
  ],
  common: [DATABASE_OPTION, ...STACK_OPTIONS],
  examples: [
    ["diff public.daily_revenue --stack prod", "counts"],
    ["diff public.daily_revenue --stack prod --explain --rows 5", "with values"],
    ["diff public.daily_revenue --stack prod --sample 1% --time-limit 5m", "of a view that takes long to compute"],
  ],
  exits: { 0: "compared", 1: "it could not be compared", 2: "used wrongly" },
  reads: false,
  run: async (call) => {
    const [first, ...followed] = await diffOf(call);
    if (call.json) printJson({ ...first, followed });
    else print([first!, ...followed].map(call.has("markdown") ? rowsMarkdown : rowsText).join("\n\n"));
    return 0;
  },
});

async function diffOf(call: Call): Promise<ViewDiff[]> {
  const view = displayName(viewArgument(call.words));
  const stack = stackNamed(call);
  const options = {
    limitMs: limitOf(call),
    share: shareOf(call.value("sample")),
    explain: call.has("explain"),
    rows: rowsOf(call.value("rows")),
  };
  const digest = await previewDigest(stack);
  const { all, wanted } = chosenView(call, view, viewsOfDigest(digest, saidBy(environment)));
  const { connection, replicas } = await stackServers(stack)(wanted.database);
  const work = async (session: Session): Promise<ViewDiff[]> => {
    const views = await readStackViews(session, all);
    const named = views.nodes.find(({ name }) => displayName(name) === view);
    if (named === undefined) throw new Error(`${view} is none of the views that were read`);
    const diffs: ViewDiff[] = [];
    for (const node of [named, ...reached(views, named).filter((one) => one !== named)])
      diffs.push(await diffView(session, node, views, options));
    return diffs;
  };
  return withSession(connection, "matview diff", work, "look", replicas);
}

/** The view that is meant, and all of its database. */
function chosenView(
  call: Call,
  view: string,
  declared: readonly DigestView[],
): { all: DigestView[]; wanted: DigestView } {
  const database = call.value("database");
  const here = declared.filter((one) => database === undefined || one.database.connection === database);
  const [wanted, ...more] = here.filter((one) => nameOfView(one) === view);
  if (wanted === undefined) throw userError(unknownName("view of this stack", view, here.map(nameOfView)));
  if (more.length > 0) {
    const names = [wanted, ...more].map((one) => one.database.connection ?? "").join(", ");
    throw usageError(`${view} is in several databases: choose one with --database, of ${names}`);
  }
  if (!wanted.isKnown) throw userError(unknownText(view));
  return { all: here.filter((one) => one.database.connection === wanted.database.connection), wanted };
}

function shareOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const share = Number(/^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1]) / 100;
  if (share > 0 && share <= 1) return share;
  throw usageError(`--sample ${text}: write a share of the rows such as 10%`);
}

function rowsOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw usageError(`--rows ${text}: write how many, from 1 to 9999`);
}
