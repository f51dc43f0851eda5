import { join } from "node:path";

// For the processes that tests start. The `consumer` tests start Node.js without the option, as users do.
const option = `--require=${JSON.stringify(join(import.meta.dirname, "lazyPackages.cjs"))}`;
process.env["NODE_OPTIONS"] = [process.env["NODE_OPTIONS"], option].filter(Boolean).join(" ");
// The engine lives for seconds and holds little: to collect what it has let go costs it a twentieth of its time.
process.env["GOGC"] = "400";
