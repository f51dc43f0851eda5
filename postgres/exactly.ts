import { z } from "zod";
import { unknownName } from "./nearestName.ts";

/** An object with these properties and no other: what is misspelt is told with the right name, and not swallowed. */
export function exactly<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownName("property", key, Object.keys(shape))).join("; ")
        : undefined,
  });
}
