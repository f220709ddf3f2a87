/** The page's style: light and dark by the reader's choice, on paper, without colour. Pairs of colours have a contrast of 4.5 or more. */
export const style = `
:root { color-scheme: light dark; --ground: #fff; --card: #f6f8fa; --text: #1b1f24; --faint: #57606a; --line: #c8d1da;
  --pass: #0f5323; --pass-fill: #9be0ac; --fail: #a40e26; --fail-fill: #fdf1f0; --error: #6b4300; --error-fill: #f7d774; --accent: #0550ae; --bar: #8ab8e8; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ground: #0f1318; --card: #171c23; --text: #e6edf3; --faint: #9aa4af; --line: #3b434d;
    --pass: #63d67f; --pass-fill: #1f6b3a; --fail: #ff9a92; --fail-fill: #2a1717; --error: #e9bd4f; --error-fill: #6e5200; --accent: #79b8ff; --bar: #2b5f97; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.25rem 1rem 4rem; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1, h2, h3, h4, h5 { line-height: 1.25; margin: 0 0 .4rem; overflow-wrap: anywhere; } h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2.2rem; } h3 { font-size: 1.05rem; } h4 { font-size: 1rem; margin-top: .8rem; font-weight: 600; }
h5 { font-size: .8rem; margin: .7rem 0 .2rem; color: var(--faint); font-weight: 600; }
p { margin: .3rem 0 .8rem; } small, .note, figcaption { color: var(--faint); font-size: .875rem; } a { color: var(--accent); }
.pass { color: var(--pass); } .fail { color: var(--fail); } .error, .incomplete { color: var(--error); }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } thead th { color: var(--faint); font-size: .875rem; } tbody th { overflow-wrap: anywhere; } td { font-variant-numeric: tabular-nums; }
.charts { columns: 3 20rem; column-gap: 1rem; } .charts figure { margin-bottom: 1rem; }
.sides { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; margin-bottom: 1rem; } .sides > div { flex: 2 1 22rem; } .sides > figure { flex: 1 1 18rem; }
figure { margin: 0; padding: .9rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; break-inside: avoid; } figure h3 { margin-bottom: .6rem; } figcaption { margin-top: .6rem; }
.chart { display: block; width: 100%; max-width: 34rem; height: auto; font-size: 12px; overflow: visible; } .chart text { fill: currentColor; } .chart .axis { font-size: 11px; fill: var(--faint); } .chart .strong { font-weight: 600; }
.chart .pass { fill: var(--pass); } .chart .fail { fill: var(--fail); } .chart .incomplete { fill: var(--error); } .chart .field, .chart .label { font-size: 11px; }
.track { fill: var(--ground); stroke: var(--line); } .bar { fill: var(--bar); } .bar.diagnostic { fill-opacity: .45; } .whisker, .limit, .grid { fill: none; stroke: currentColor; } .whisker { stroke-width: 1.6; } .limit { stroke-dasharray: 4 3; } .grid { stroke: var(--line); }
.passed { fill: var(--pass-fill); } .failed { fill: var(--fail-fill); stroke: var(--line); } .errors { fill: var(--error-fill); stroke: var(--error); stroke-dasharray: 2 2; } .point { fill: var(--bar); stroke: currentColor; stroke-width: 1.5; } .chart .faint { font-size: 10px; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: .1rem 1.5rem; margin: .4rem 0 1rem; font-size: .875rem; } dl div { display: flex; gap: .6rem; } dt { color: var(--faint); min-width: 5.2rem; } dd { margin: 0; overflow-wrap: anywhere; }
.ladder { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem; margin: .3rem 0 .9rem; padding: 0; } .ladder li { border: 1px solid var(--line); border-radius: .4rem; padding: .2rem .3rem .3rem .5rem; display: flex; align-items: center; gap: .25rem; font-size: .875rem; } .ladder li span { margin-right: .25rem; }
.tile { display: inline-block; min-width: 1.7rem; line-height: 1.6rem; text-align: center; text-decoration: none; border: 1px solid; border-radius: .3rem; font-weight: 700; } .tile.pass { background: var(--pass-fill); color: var(--text); } .tile.fail { background: var(--fail-fill); } .tile.error { border-style: dashed; }
fieldset { position: sticky; top: 0; z-index: 1; margin: 2rem 0 0; padding: .4rem .8rem; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; background: var(--ground); border: 1px solid var(--line); border-radius: .5rem; } legend { font-size: .875rem; color: var(--faint); } label { padding: .25rem 0; cursor: pointer; } input { accent-color: var(--accent); width: 1.05rem; height: 1.05rem; vertical-align: -.15rem; margin: 0 .3rem 0 0; }
@supports not selector(:has(*)) { fieldset { display: none; } }
main:has(#show-pass:checked) .answer:not([data-status=pass]), main:has(#show-fail:checked) .answer:not([data-status=fail]), main:has(#show-error:checked) .answer:not([data-status=error]) { display: none; }
details { border-bottom: 1px solid var(--line); } summary { padding: .45rem 0; cursor: pointer; overflow-wrap: anywhere; } figure details { border: 0; } figure summary { font-size: .875rem; color: var(--faint); } .answer > div { padding: 0 0 1rem 1.1rem; scroll-margin-top: 8rem; } .answer > div:target { outline: 2px solid var(--accent); outline-offset: 4px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } .reason { color: var(--faint); }
pre { margin: 0; padding: .6rem .7rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card); border: 1px solid var(--line); border-radius: .35rem; font: .85rem/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; max-height: 28rem; overflow-y: auto; }
@media (max-width: 32rem) { body { padding-inline: .8rem; } figure { padding: .7rem .6rem; } table { font-size: .875rem; } th, td { padding-right: .5rem; } }
@media print { body { max-width: none; font-size: 11pt; padding: 0; } fieldset, nav { display: none; } pre { max-height: none; overflow: visible; } .charts { columns: 2; } .answer::details-content { content-visibility: visible; display: block; height: auto; } figure details { display: none; } * { print-color-adjust: exact; } a { color: inherit; } }
`;
