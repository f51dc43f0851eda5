/** The type by which Pulumi knows the resources of a kind. */
export function typeToken(kind: string): string {
  return `pulumi-nodejs:dynamic/matview:${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}
