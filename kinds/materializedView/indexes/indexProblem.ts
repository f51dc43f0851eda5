import { blankComments } from "../definition/bareText.ts";
import { loadParser, parserComplaint } from "../definition/parser.ts";
import { problemAt } from "../definition/textPosition.ts";

const HEAD = "create index i on v ";

/** Why a text cannot stand behind `on <view>`, as far as PostgreSQL's parser tells without a server; undefined where it can. */
export async function indexProblem(text: string): Promise<string | undefined> {
  const parser = await loadParser();
  try {
    const { stmts = [] } = parser.parseSync(blankComments(HEAD + text, parser));
    if (stmts.length > 1) return "the index is one statement, and a second one stands behind it";
    return undefined;
  } catch (error) {
    const { cursorPosition, message } = parserComplaint(error);
    return `the index cannot be read: ${problemAt(text, Math.max(0, cursorPosition - HEAD.length), message)}`;
  }
}
