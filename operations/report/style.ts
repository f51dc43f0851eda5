/** The page's only style sheet: readable on a phone, in light and dark, and in print. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --card: #f5f6f8; --ink: #1c2128; --soft: #5b6470; --line: #d5d9df;
  --run: #2166ac; --bad: #c0262d; --warn: #9a6700; --good: #1a7f37; --gap: #f3c6c8; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --card: #1b212a; --ink: #e6e9ee; --soft: #9aa5b3;
  --line: #343d49; --run: #6cb1ff; --bad: #ff7b72; --warn: #e3b341; --good: #56d364; --gap: #5a2529; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem; } p { margin: .25rem 0; overflow-wrap: anywhere; } .soft { color: var(--soft); font-size: .9rem; }
.pass { color: var(--good); } .warn { color: var(--warn); } .fail { color: var(--bad); } .pass, .warn, .fail { font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem; }
.tile { background: var(--card); border-radius: .5rem; padding: .6rem .75rem; }
.tile b { display: block; font-size: 1.2rem; overflow-wrap: anywhere; } .tile > span { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; } td { overflow-wrap: break-word; }
pre { overflow-x: auto; background: var(--card); padding: .75rem; border-radius: .5rem; font-size: .8rem; line-height: 1.3; }
summary { cursor: pointer; margin-top: 1rem; } summary h2 { display: inline; } td a { color: inherit; overflow-wrap: anywhere; }
figure { margin: 0; background: var(--card); border-radius: .5rem; padding: .5rem .75rem; }
figcaption { display: flex; justify-content: space-between; flex-wrap: wrap; gap: 0 1rem; font-size: .85rem; color: var(--soft); }
svg { display: block; width: 100%; height: 7rem; } svg.low { height: 2.5rem; }
.axis { display: flex; justify-content: space-between; font-size: .75rem; color: var(--soft); }
.ok { fill: var(--run); } .bad { fill: var(--bad); } .gap { fill: var(--gap); }
.curve { fill: none; stroke: var(--run); stroke-width: 2; vector-effect: non-scaling-stroke; }
.limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; vector-effect: non-scaling-stroke; }
@media (max-width: 40rem) { thead { display: none; } table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .35rem 0; } td { border: 0; padding: 0; display: grid; grid-template-columns: 6.5rem 1fr; }
  td:empty { display: none; } td::before { content: attr(data-label); color: var(--soft); } td { overflow-wrap: anywhere; } }
@media print { body { max-width: none; } section { break-inside: avoid; } }
`;
