package io.sightline.trainer.report;

/** How the page looks: on paper, phones and wide screens, by day and by night. */
final class Style {

    static final String CSS = """
            :root { color-scheme: light dark; --paper: #fdfdfc; --card: #ffffff; --ink: #1b1f24; --soft: #59626d;
              --rule: #d9dde2; --good: #13653a; --bad: #a3271c; --accent: #0b5cad;
              --line-0: #0b63b0; --line-1: #b5470b; --line-2: #6b3fa0; --line-3: #13653a; }
            @media (prefers-color-scheme: dark) { :root { --paper: #14171b; --card: #1c2026; --ink: #e7eaee;
              --soft: #a3adb8; --rule: #363d46; --good: #6fd39a; --bad: #ff9a8c; --accent: #86bdff;
              --line-0: #7cb8ff; --line-1: #ffb070; --line-2: #cfa6ff; --line-3: #6fd39a; } }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
              font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
            header, main { max-width: 78rem; margin: 0 auto; padding: 1rem; }
            h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; }
            h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
            h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
            p { margin: .5rem 0; max-width: 48rem; }
            a { color: var(--accent); }
            a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
            .skip { position: absolute; left: -999rem; }
            .skip:focus { position: static; }
            .badge { display: inline-block; padding: .1rem .6rem; border: 2px solid currentColor; border-radius: 1rem;
              font-size: .9rem; font-weight: 600; vertical-align: middle; }
            .better { color: var(--good); }
            .worse { color: var(--bad); }
            .strong { font-weight: 600; }
            .note, .empty { color: var(--soft); font-size: .9rem; }
            .empty { border-left: 3px solid var(--rule); padding: .3rem .8rem; }
            .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
            nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; margin: 1rem 0 0; list-style: none; }
            nav a { display: inline-block; padding: .4rem 0; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .8rem 0; }
            dt { color: var(--soft); }
            dd { margin: 0; }
            .scroll { position: relative; overflow: auto; max-width: 100%; max-height: 32rem; }
            table { border-collapse: collapse; min-width: 20rem; overflow-wrap: normal; }
            th, td { text-align: start; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--rule);
              vertical-align: top; }
            thead th { color: var(--soft); font-size: .85rem; position: sticky; top: 0; background: var(--paper); }
            tbody th { font-weight: 500; }
            .number { text-align: end; }
            .number, .value { font-variant-numeric: tabular-nums; }
            .value { overflow-wrap: anywhere; min-width: 10rem; }
            .charts { display: grid; gap: 1rem;
              grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
            .chart { margin: 0; padding: .8rem; background: var(--card); border: 1px solid var(--rule);
              border-radius: .5rem; }
            .scroll .chart { min-width: 36rem; max-width: 60rem; }
            .chart svg { display: block; width: 100%; height: auto; }
            figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .4rem; }
            .chart text { fill: var(--soft); font-size: 12px; }
            .chart .left { text-anchor: end; dominant-baseline: middle; }
            .chart .below, .chart .none { text-anchor: middle; }
            .grid { stroke: var(--rule); fill: none; }
            .mark { stroke: var(--soft); stroke-width: 1; opacity: .55; }
            .mark.apart { stroke-dasharray: 3 3; }
            .line { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
            .cross { fill: none; stroke-width: 2; }
            .line-0, .cross-0 { stroke: var(--line-0); }
            .line-1, .cross-1 { stroke: var(--line-1); stroke-dasharray: 7 3; }
            .line-2, .cross-2 { stroke: var(--line-2); stroke-dasharray: 2 3; }
            .line-3, .cross-3 { stroke: var(--line-3); stroke-dasharray: 9 3 2 3; }
            .cross { stroke-dasharray: none; }
            .dot-0 { fill: var(--line-0); }
            .dot-1 { fill: var(--line-1); }
            .dot-2 { fill: var(--line-2); }
            .dot-3 { fill: var(--line-3); }
            .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .3rem 0 0; padding: 0;
              list-style: none; font-size: .85rem; }
            .chart svg.key { display: inline-block; width: 28px; height: 8px; margin-inline-end: .4rem;
              vertical-align: middle; }
            .pairs { display: grid; gap: 1rem; padding: 0; margin: 1rem 0; list-style: none;
              grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); }
            .pairs li { padding: .8rem; background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; }
            .images { display: flex; gap: .5rem; margin-bottom: .4rem; }
            .images img { image-rendering: pixelated; border: 1px solid var(--rule); border-radius: .25rem; }
            @media print { nav, .skip { display: none; } .scroll { overflow: visible; max-height: none; } }
            """;

    private Style() {}
}
