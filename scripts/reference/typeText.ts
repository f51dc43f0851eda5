import ts from "typescript";

/** A type as a reader wants it: without `Input`, `undefined` and `readonly`; our own short names are written out. */
export function typeText(checker: ts.TypeChecker, node: ts.TypeNode): string {
  const text = (inner: ts.TypeNode): string => typeText(checker, inner);
  if (ts.isParenthesizedTypeNode(node)) return text(node.type);
  if (ts.isTypeOperatorNode(node)) return text(node.type);
  if (ts.isArrayTypeNode(node)) return listText(text(node.elementType));
  if (ts.isUnionTypeNode(node))
    return [...new Set(node.types.map(text).filter((one) => one !== "undefined"))].join(" | ");
  if (ts.isTypeLiteralNode(node))
    return `{ ${node.members.filter(ts.isPropertySignature).map(memberText).join("; ")} }`;
  if (ts.isIndexedAccessTypeNode(node)) return checker.typeToString(checker.getTypeFromTypeNode(node));
  if (ts.isTypeReferenceNode(node)) return referenceText(node);
  return node.getText();

  function memberText({ name, questionToken, type }: ts.PropertySignature): string {
    return `${name.getText()}${questionToken === undefined ? "" : "?"}: ${text(type!)}`;
  }

  function referenceText({ typeName, typeArguments = ts.factory.createNodeArray() }: ts.TypeReferenceNode): string {
    const name = typeName.getText().replace(/^pulumi\./, "");
    const [first] = typeArguments;
    if (["Input", "Inputs", "Readonly", "Output"].includes(name) && first !== undefined) return text(first);
    const alias = localAlias(checker, typeName);
    if (alias !== undefined) return text(alias);
    return typeArguments.length === 0 ? name : `${name}<${typeArguments.map(text).join(", ")}>`;
  }
}

function listText(element: string): string {
  return / [|] /.test(element) ? `(${element})[]` : `${element}[]`;
}

/** What a type alias of this package stands for, where that is short. */
function localAlias(checker: ts.TypeChecker, name: ts.EntityName): ts.TypeNode | undefined {
  const found = checker.getSymbolAtLocation(name);
  if (found === undefined) return undefined;
  const symbol = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined || declaration.getSourceFile().fileName.includes("/node_modules/")) return undefined;
  if (!ts.isTypeAliasDeclaration(declaration) || declaration.typeParameters !== undefined) return undefined;
  const { type } = declaration;
  const isShort = ts.isUnionTypeNode(type) || ts.isIndexedAccessTypeNode(type) || type.getText().startsWith("Record<");
  return isShort ? type : undefined;
}
