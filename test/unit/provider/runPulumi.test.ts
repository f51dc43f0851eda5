import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { runPulumi } from "../../../provider/runPulumi.ts";

const { PATH } = process.env;
const folder = mkdtempSync(join(tmpdir(), "matview-path-"));

afterEach(() => {
  process.env["PATH"] = PATH;
  rmSync(folder, { recursive: true });
});

test("the engine is taken before npm's shim of the same name, wherever that is on PATH", async () => {
  const put = (directory: string, says: string): string => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "pulumi"), `#!/bin/sh\necho ${says}\n`);
    chmodSync(join(directory, "pulumi"), 0o755);
    return directory;
  };
  const shims = put(join(folder, "node_modules", ".bin"), "downloader");
  const engine = put(join(folder, "bin"), "engine");
  process.env["PATH"] = [shims, engine, PATH].join(delimiter);
  expect((await runPulumi(["version"])).stdout).toBe("engine\n");
  // Better than none.
  process.env["PATH"] = shims;
  rmSync(engine, { recursive: true });
  expect((await runPulumi(["version"])).stdout).toBe("downloader\n");
});
