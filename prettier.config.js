export default { printWidth: 120, trailingComma: "all", endOfLine: "lf" };
