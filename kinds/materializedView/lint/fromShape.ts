import type { Alias, JoinExpr, JoinType, Node, RangeVar } from "libpg-query";
import { functionName, treeNodes } from "../definition/definitionTree.ts";
import { relationFacts, type DefinitionFacts } from "./lintFacts.ts";
import { binaryOperator, columnParts, conjuncts, nameParts } from "./treeRead.ts";

/** What text and catalog prove of a query's rows. An empty set among the unique ones: there is one row at most. */
export interface Shape {
  readonly columns: readonly string[];
  /** True when there may be columns that are not listed. */
  readonly isOpen: boolean;
  readonly notNull: ReadonlySet<string>;
  readonly unique: readonly (readonly string[])[];
}

/** The rows of a FROM clause; its columns are named `columnId(alias, column)`. */
export interface FromShape extends Shape {
  readonly aliases: ReadonlySet<string>;
  /** True when its rows may depend on those before it. */
  readonly isLateral?: boolean;
  readonly dependencies: readonly Dependency[];
}

/** All columns of the aliases have one value for each value of `by`. */
export interface Dependency {
  readonly by: readonly string[];
  readonly aliases: ReadonlySet<string>;
}

/** What is known where a query stands: the catalog, the common table expressions in sight, and how a subquery is read. */
export interface Surroundings {
  readonly facts: DefinitionFacts;
  readonly ctes: ReadonlyMap<string, Shape>;
  readonly selectShape: (query: Node | undefined, surroundings: Surroundings) => Shape;
}

export const UNKNOWN_ROWS: Shape = { columns: [], isOpen: true, notNull: new Set(), unique: [] };
const ONE_EMPTY_ROW: FromShape = {
  ...{ columns: [], isOpen: false, notNull: new Set(), unique: [[]] },
  ...{ aliases: new Set(), dependencies: [] },
};

export function columnId(alias: string, column: string): string {
  return `${alias}\0${column}`;
}

/** What is proven of FROM and WHERE together. */
export function fromShape(items: readonly Node[], where: Node | undefined, surroundings: Surroundings): FromShape {
  const conditions = conjuncts(where);
  const shapes = items.map((item) => itemShape(item, surroundings));
  const scope = shapes.reduce(beside, ONE_EMPTY_ROW);
  const joined = shapes.reduce((left, right) => join(left, right, "JOIN_INNER", { conditions, scope }), ONE_EMPTY_ROW);
  const fixed = pinnedBy(conditions, joined, joined, joined);
  return {
    ...joined,
    unique: joined.unique.map((set) => set.filter((id) => !fixed.has(id))),
    notNull: new Set([...joined.notNull, ...notNullBy(conditions, joined)]),
  };
}

const SYSTEM_COLUMNS = new Set(["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"]);

/** The column that a name means in these rows; "outside" when it belongs to a query around them. */
export function resolve(parts: readonly string[], shape: FromShape): { readonly id: string } | "outside" | "unknown" {
  const column = parts.at(-1) ?? "";
  const alias = parts.at(-2);
  if (alias !== undefined) return shape.aliases.has(alias) ? { id: columnId(alias, column) } : "outside";
  const id = shape.columns.find((candidate) => candidate.endsWith(`\0${column}`));
  if (id !== undefined) return { id };
  return shape.isOpen || shape.aliases.has(column) || SYSTEM_COLUMNS.has(column) ? "unknown" : "outside";
}

function itemShape(node: Node, surroundings: Surroundings): FromShape {
  if ("RangeVar" in node) {
    return aliased(relationShape(node.RangeVar, surroundings), node.RangeVar.relname ?? "", node.RangeVar.alias);
  }
  if ("RangeTableSample" in node && node.RangeTableSample.relation !== undefined) {
    return itemShape(node.RangeTableSample.relation, surroundings);
  }
  if ("RangeSubselect" in node) {
    const { subquery, alias, lateral = false } = node.RangeSubselect;
    const shape = aliased(surroundings.selectShape(subquery, surroundings), "", alias);
    return lateral ? { ...shape, isLateral: true, dependencies: [] } : shape;
  }
  return "JoinExpr" in node ? joinShape(node.JoinExpr, surroundings) : functionShape(node);
}

function joinShape(
  { larg, rarg, jointype, quals, usingClause, isNatural, alias }: JoinExpr,
  surroundings: Surroundings,
): FromShape {
  if (larg === undefined || rarg === undefined) return aliased(UNKNOWN_ROWS, "");
  const [left, right] = [itemShape(larg, surroundings), itemShape(rarg, surroundings)];
  if (alias !== undefined) return aliased(UNKNOWN_ROWS, "", alias);
  const scope = beside(left, right);
  // What a natural join equates is not in the text.
  if (isNatural === true) return { ...UNKNOWN_ROWS, aliases: scope.aliases, dependencies: [] };
  const using = nameParts(usingClause);
  return join(left, right, jointype ?? "JOIN_INNER", { conditions: conjuncts(quals), scope, using });
}

// A function, or XMLTABLE and its like; its name stands for an alias.
function functionShape(node: Node): FromShape {
  const item = Object.values(node)[0] as { alias?: Alias };
  const call = [...treeNodes(node)].find(({ kind }) => kind === "FuncCall");
  return {
    ...aliased(UNKNOWN_ROWS, call === undefined ? "" : functionName(call.fields).name, item.alias),
    isLateral: true,
  };
}

function relationShape(relation: RangeVar, { facts, ctes }: Surroundings): Shape {
  const { schemaname: schema, relname: name = "" } = relation;
  const cte = schema === undefined ? ctes.get(name) : undefined;
  if (cte !== undefined) return cte;
  const known = relationFacts(facts, schema === undefined ? { name } : { schema, name });
  if (known === undefined) return UNKNOWN_ROWS;
  return { columns: known.columns, isOpen: false, notNull: new Set(known.notNull), unique: known.uniqueKeys };
}

function aliased(shape: Shape, name: string, alias?: Alias): FromShape {
  const visible = alias?.aliasname ?? name;
  const renamed = nameParts(alias?.colnames);
  const ids = new Map(shape.columns.map((column, index) => [column, columnId(visible, renamed[index] ?? column)]));
  const idOf = (column: string): string => ids.get(column) ?? columnId(visible, column);
  const unique = shape.unique.map((set) => set.map(idOf));
  const aliases = new Set([visible]);
  return {
    columns: shape.columns.map(idOf),
    isOpen: shape.isOpen,
    notNull: new Set([...shape.notNull].map(idOf)),
    unique,
    aliases,
    dependencies: unique.map((by) => ({ by, aliases })),
  };
}

function beside(left: FromShape, right: FromShape): FromShape {
  return {
    columns: [...left.columns, ...right.columns],
    isOpen: left.isOpen || right.isOpen,
    notNull: new Set([...left.notNull, ...right.notNull]),
    unique: [],
    aliases: new Set([...left.aliases, ...right.aliases]),
    isLateral: left.isLateral === true || right.isLateral === true,
    dependencies: [...left.dependencies, ...right.dependencies],
  };
}

interface JoinTerms {
  readonly conditions: readonly Node[];
  /** All that the conditions can see in this FROM clause. */
  readonly scope: FromShape;
  readonly using?: readonly string[];
}

function join(left: FromShape, right: FromShape, type: JoinType, terms: JoinTerms): FromShape {
  const both = beside(left, right);
  const isSingle = (side: FromShape): boolean => {
    const using = (terms.using ?? []).flatMap((column) => idIn(side, [column]));
    const pinned = new Set([...pinnedBy(terms.conditions, side, both, terms.scope), ...using]);
    return side.unique.some((set) => set.every((id) => pinned.has(id)));
  };
  const ofLeft = isSingle(right) ? left.unique : [];
  // What is unique in lateral rows is so for each row of the left side, not over all of them.
  const ofRight = isSingle(left) && right.isLateral !== true ? right.unique : [];
  const pairs = left.unique.flatMap((a) => right.unique.map((b) => [...a, ...b]));
  const dependencies = [
    ...both.dependencies,
    ...(ofLeft.length > 0 && type !== "JOIN_RIGHT" ? dependencyOn(right, left, type, terms) : []),
    ...(ofRight.length > 0 && type !== "JOIN_LEFT" ? dependencyOn(left, right, type, terms) : []),
  ];
  if (type === "JOIN_INNER") {
    const notNull = new Set([...both.notNull, ...notNullBy(terms.conditions, both)]);
    return { ...both, dependencies, unique: [...ofLeft, ...ofRight, ...pairs], notNull };
  }
  if (type === "JOIN_LEFT") return { ...both, dependencies, unique: [...ofLeft, ...pairs], notNull: left.notNull };
  if (type === "JOIN_RIGHT") return { ...both, dependencies, unique: [...ofRight, ...pairs], notNull: right.notNull };
  return { ...both, dependencies: [], notNull: new Set() };
}

// A side that has one row at most for each row of the other depends on the columns that the join compares it with: in an inner
// join those that find the row, in an outer one also those that decide whether there is one.
function dependencyOn(
  side: FromShape,
  other: FromShape,
  type: JoinType,
  { conditions, scope, using = [] }: JoinTerms,
): Dependency[] {
  if (side.isLateral === true) return [];
  const both = beside(side, other);
  const counting =
    type === "JOIN_INNER" ? conditions.filter((part) => pinnedBy([part], side, both, scope).size > 0) : conditions;
  const compared = columnsIn(counting, scope);
  if (compared === undefined) return [];
  const by = compared.filter((id) => !side.aliases.has(aliasOf(id)));
  return [{ by: [...by, ...using.flatMap((column) => idIn(other, [column]))], aliases: side.aliases }];
}

/** Columns that an expression is made of; undefined when that cannot be told. Those of a query around it do not count. */
export function columnsIn(expression: unknown, scope: FromShape): string[] | undefined {
  const ids: string[] = [];
  for (const { kind, fields } of treeNodes(expression, new Set(["SubLink"]))) {
    if (kind === "SubLink") return undefined;
    if (kind !== "ColumnRef") continue;
    const found = resolve(nameParts(fields["fields"] as Node[]), scope);
    if (found === "unknown") return undefined;
    if (found !== "outside") ids.push(found.id);
  }
  return ids;
}

/** The alias in a column's id. */
export function aliasOf(id: string): string {
  return id.slice(0, id.indexOf("\0"));
}

/** The column that a name means in these rows, as a list of one or none. */
export function idIn(shape: FromShape, parts: readonly string[] | undefined): string[] {
  const found = parts === undefined ? "unknown" : resolve(parts, shape);
  return typeof found === "string" ? [] : [found.id];
}

// Columns of `side` that the conditions equate with something of the other side, or of a query around this one.
function pinnedBy(conditions: readonly Node[], side: FromShape, both: FromShape, scope: FromShape): Set<string> {
  const pinned = conditions.flatMap((condition) => {
    const operator = binaryOperator(condition);
    if (operator?.name !== "=") return [];
    const { lexpr, rexpr } = operator.expression;
    return [
      ...(hasNoPart(rexpr, side, both, scope) ? idIn(side, columnParts(lexpr)) : []),
      ...(hasNoPart(lexpr, side, both, scope) ? idIn(side, columnParts(rexpr)) : []),
    ];
  });
  return new Set(pinned);
}

function hasNoPart(expression: Node | undefined, side: FromShape, both: FromShape, scope: FromShape): boolean {
  const ids = columnsIn(expression, scope);
  return ids?.every((id) => both.aliases.has(aliasOf(id)) && !side.aliases.has(aliasOf(id))) ?? false;
}

const STRICT = new Set(["=", "<>", "<", ">", "<=", ">="]);

// A comparison with null is never true, so where one has to hold its columns are not null.
function notNullBy(conditions: readonly Node[], shape: FromShape): string[] {
  const compared = conditions.flatMap((condition): (Node | undefined)[] => {
    const operator = binaryOperator(condition);
    if (operator !== undefined)
      return STRICT.has(operator.name) ? [operator.expression.lexpr, operator.expression.rexpr] : [];
    if ("A_Expr" in condition && condition.A_Expr.kind === "AEXPR_IN") return [condition.A_Expr.lexpr];
    return "NullTest" in condition && condition.NullTest.nulltesttype === "IS_NOT_NULL" ? [condition.NullTest.arg] : [];
  });
  return compared.flatMap((node) => idIn(shape, columnParts(node)));
}
