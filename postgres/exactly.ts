import { z } from "zod";
import { unknownName } from "./nearestName.ts";

/** An object with these properties and no other: what is misspelt is told with the right name, and not swallowed. `otherwise` is said of no object. */
export function exactly<Shape extends z.ZodRawShape>(shape: Shape, otherwise?: string) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownName("property", key, Object.keys(shape))).join("; ")
        : otherwise,
  });
}
