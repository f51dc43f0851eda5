import ts from "typescript";
import { typeText } from "./typeText.ts";

/** What an export of the package is, for readers. */
export interface Exported {
  readonly name: string;
  readonly says: string;
  /** Its properties; of a class those that a program reads. */
  readonly members: readonly Member[];
  /** How a function is called. */
  readonly signature: string | undefined;
}

/** One property or argument. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** As its `@default` says. */
  readonly fallback: string | undefined;
  readonly says: string;
}

/** Reads what a module exports, by name, with the comments above. */
export function readExports(file: string, options: ts.CompilerOptions): ReadonlyMap<string, Exported> {
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
  const exports = checker.getExportsOfModule(module!).map((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return [symbol.name, readExport(checker, symbol.name, target)] as const;
  });
  return new Map(exports);
}

function readExport(checker: ts.TypeChecker, name: string, symbol: ts.Symbol): Exported {
  const declaration = symbol.declarations?.[0];
  const says = docText(symbol, checker);
  if (declaration === undefined) throw new Error(`${name} has no declaration`);
  if (says === "") throw new Error(`${name} has no comment above it: say what it is`);
  const isFunction = ts.isFunctionDeclaration(declaration);
  const signature = isFunction ? signatureText(checker, name, declaration) : undefined;
  const members = properties(checker, symbol, declaration).map((one) => readMember(checker, one));
  const silent = members.find((member) => member.says === "" && ts.isInterfaceDeclaration(declaration));
  if (silent !== undefined) throw new Error(`${name}.${silent.name} has no comment above it: say what it is`);
  // What a class merely hands on from its arguments has none.
  return { name, says, signature, members: members.filter((member) => member.says !== "") };
}

type Property = ts.PropertySignature | ts.PropertyDeclaration;

/** Of an interface also what it takes from others; of a class what it declares itself. */
function properties(checker: ts.TypeChecker, symbol: ts.Symbol, declaration: ts.Declaration): readonly ts.Symbol[] {
  if (ts.isInterfaceDeclaration(declaration)) return checker.getDeclaredTypeOfSymbol(symbol).getProperties();
  if (!ts.isClassDeclaration(declaration)) return [];
  return declaration.members.filter(ts.isPropertyDeclaration).map(({ name }) => checker.getSymbolAtLocation(name)!);
}

function readMember(checker: ts.TypeChecker, symbol: ts.Symbol): Member {
  const says = docText(symbol, checker);
  const tag = symbol.getJsDocTags(checker).find(({ name }) => name === "default");
  return {
    name: symbol.name,
    type: typeText(checker, (symbol.declarations?.[0] as Property).type!),
    isRequired: (symbol.flags & ts.SymbolFlags.Optional) === 0,
    fallback: tag === undefined ? undefined : flat(ts.displayPartsToString(tag.text)),
    says,
  };
}

function signatureText(checker: ts.TypeChecker, name: string, { parameters, type }: ts.FunctionDeclaration): string {
  const words = parameters.map((one) => {
    const isOptional = one.initializer !== undefined || one.questionToken !== undefined;
    const of = one.type === undefined ? "" : `: ${typeText(checker, one.type)}`;
    return `${one.name.getText()}${isOptional ? "?" : ""}${of}`;
  });
  return `${name}(${words.join(", ")})${type === undefined ? "" : `: ${typeText(checker, type)}`}`;
}

function docText(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  return flat(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
