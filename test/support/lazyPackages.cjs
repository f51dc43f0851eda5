// Required before Pulumi's processes. Each loads the TypeScript compiler and npm's reader of package trees, half of the time that it takes to
// start, and uses them only to send a function's source to the state; ours are one line each. Here they are loaded at their first use.
const Module = process.getBuiltinModule("node:module");

const LAZY = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;

Module._load = function (request, parent, ...rest) {
  if (!LAZY.has(request) || !/[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "")) {
    return load.call(this, request, parent, ...rest);
  }
  // What says that it is an ES module is handed on as it is, not read at once and copied.
  const get = (_, name) => (name === "__esModule" ? true : load.call(this, request, parent, ...rest)[name]);
  return new Proxy({}, { get });
};
