// What `require("pulumi-matview")` gets from a Node.js, or a tool, that cannot load an ES module that way.
throw new Error(
  `pulumi-matview needs Node.js 20.19, 22.12 or newer, and this is ${process.version}: install a newer one, or use import in place of require.`,
);
