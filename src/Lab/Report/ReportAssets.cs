// SPDX-License-Identifier: MIT
namespace Earshot.Lab.Report;

/// <summary>The page's style, its few lines of script and its legend.</summary>
/// <remarks>
/// Colours are Okabe and Ito's, which people with any kind of colour vision tell apart; each kind of mark also has its own lane, dash or shape.
/// </remarks>
internal static class ReportAssets
{
    /// <summary>Narrow screens first; dark where the reader's system is.</summary>
    public const string Style = """
        :root{--page:#f6f6f4;--card:#fff;--line:#e3e3df;--grid:#ececea;--ink:#1b1c1f;--soft:#63676e;--bar:#0072b2;
        --delay:#0072b2;--target:#c85a00;--lost:#3c3f45;--late:#a8427f;--made:#009e73;--gap:#c85a00;--hole:#c85a0026}
        @media (prefers-color-scheme:dark){:root{--page:#111215;--card:#1a1c20;--line:#2d3036;--grid:#26292e;--ink:#e9eaed;--soft:#9ba1aa;--bar:#56b4e9;
        --delay:#56b4e9;--target:#e69f00;--lost:#c9ccd2;--late:#e08fbf;--made:#2cc295;--gap:#ff7f3f;--hole:#ff7f3f33}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
        main{max-width:1440px;margin:0 auto;padding:20px 16px 48px}
        h1{font-size:clamp(1.6rem,5vw,2.3rem);line-height:1.15;letter-spacing:-.02em;margin:.3em 0 .25em}
        h2{font-size:1.2rem;letter-spacing:-.01em;margin:2em 0 .6em}
        h3{font-size:1rem;margin:0}
        p{margin:0;color:var(--soft);max-width:70ch}
        small{color:var(--soft);font-size:.78em;font-weight:400}
        .scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px}
        table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9rem;line-height:1.25}
        caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .note{font-size:.85rem;margin-bottom:10px}
        tbody tr:last-child>*{border-bottom:0}
        th,td{padding:7px 12px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid);vertical-align:top}
        th:first-child{text-align:left;position:sticky;left:0;background:var(--card);z-index:1;border-right:1px solid var(--grid)}
        tbody th{font-weight:500;min-width:8.5rem;max-width:46vw;white-space:normal}
        td small{display:block}
        td{background:linear-gradient(to right,var(--bar) calc(var(--p,0)*1%),transparent 0) 12px calc(100% - 4px)/calc(100% - 24px) 2px no-repeat;padding-bottom:11px}
        td.none{color:var(--soft)}
        tbody tr:hover :is(th,td){background-color:color-mix(in srgb,var(--card),var(--ink) 4%)}
        a{color:inherit;text-decoration-color:var(--line);text-underline-offset:3px;text-decoration-thickness:1px}
        button{font:inherit;font-weight:600;color:inherit;background:none;border:0;padding:6px 0;margin:-6px 0;cursor:pointer;white-space:nowrap}
        th[aria-sort=ascending] button::after{content:" ↑"}
        th[aria-sort=descending] button::after{content:" ↓"}
        :focus-visible{outline:2px solid var(--delay);outline-offset:2px;border-radius:4px}
        .legend{display:flex;flex-wrap:wrap;gap:6px 18px;list-style:none;margin:0 0 16px;padding:0;font-size:.85rem;color:var(--soft)}
        .legend li{display:flex;align-items:center;gap:7px}
        .legend svg{width:24px;height:12px;flex:none}
        .cards{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr))}
        article{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px;scroll-margin-top:12px;min-width:0}
        article:target{outline:2px solid var(--delay)}
        article header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 12px;margin-bottom:8px}
        article header p{font-size:.8rem}
        .plot{display:block;width:100%;height:auto}
        .plot text{font-size:10px;fill:var(--soft)}
        .plot .small{font-size:8.5px}
        .plot .figure{font-size:12px;font-weight:600;fill:var(--ink)}
        path{fill:none}
        .grid{stroke:var(--grid)}
        .axis{stroke:var(--soft);stroke-opacity:.6}
        .delay{stroke:var(--delay);stroke-width:1.5;stroke-linejoin:round}
        .target{stroke:var(--target);stroke-width:1.3;stroke-dasharray:4 2.5}
        .lost{stroke:var(--lost)}
        .late{stroke:var(--late);stroke-width:1.3}
        .made{fill:var(--made)}
        .gap{fill:var(--gap)}
        .hole{fill:var(--hole)}
        .dot{fill:var(--delay);fill-opacity:.45}
        .plain{stroke:var(--target);fill:none;stroke-opacity:.8}
        .median{stroke:var(--ink);stroke-width:2;stroke-linecap:round}
        article dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(86px,1fr));gap:10px 12px;margin:10px 0 0;padding-top:12px;border-top:1px solid var(--grid)}
        dt{font-size:.75rem;color:var(--soft);line-height:1.2}
        dd{margin:0;font-weight:600;line-height:1.3}
        dd span{font-size:.75rem;font-weight:400;color:var(--soft)}
        dd small{display:block}
        .meanings{display:grid;gap:12px 28px;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));margin:0}
        .meanings dt{font-size:.9rem;font-weight:600;color:var(--ink)}
        .meanings dd{font-weight:400;color:var(--soft);font-size:.9rem;line-height:1.45}
        @media print{body{background:#fff}article{break-inside:avoid}}
        """;

    /// <summary>Sorts the table: up, down, as it was. Without script it stays as it is.</summary>
    public const string Script = """
        for (const [column, head] of document.querySelectorAll("thead th").entries())
          head.firstElementChild.onclick = () => {
            const next = { none: "ascending", ascending: "descending", descending: "none" }[head.ariaSort ?? head.getAttribute("aria-sort")];
            for (const other of head.parentNode.children) other.setAttribute("aria-sort", "none");
            head.setAttribute("aria-sort", next);
            const body = document.querySelector("tbody");
            const key = row => row.children[next === "none" ? 0 : column];
            const compare = (a, b) => {
              const [x, y] = [key(a), key(b)];
              if (next !== "none" && column === 0) return (next === "ascending" ? 1 : -1) * x.textContent.localeCompare(y.textContent);
              if ((x.dataset.v === "") !== (y.dataset.v === "")) return x.dataset.v === "" ? 1 : -1;
              return (next === "descending" ? -1 : 1) * (x.dataset.v - y.dataset.v);
            };
            body.append(...[...body.children].sort(compare));
          };
        """;

    /// <summary>What the lines and marks are.</summary>
    public const string Legend = """
        <ul class="legend">
        <li><svg viewBox="0 0 24 12" aria-hidden="true"><path class="delay" d="M1 8L8 4L15 7L23 5"/></svg>delay</li>
        <li><svg viewBox="0 0 24 12" aria-hidden="true"><path class="target" d="M1 6H23"/></svg>buffer's target</li>
        <li><svg viewBox="0 0 24 12" aria-hidden="true"><path class="lost" d="M5 1V11M10 1V11M18 1V11"/></svg>packet lost</li>
        <li><svg viewBox="0 0 24 12" aria-hidden="true"><path class="late" d="M5 1V11M10 1V11M18 1V11"/></svg>too late</li>
        <li><svg viewBox="0 0 24 12" aria-hidden="true"><path class="made" d="M3 2h8v8H3zM15 2h4v8h-4z"/></svg>made up</li>
        <li><svg viewBox="0 0 24 12" aria-hidden="true"><path class="hole" d="M4 0h16v12H4z"/><path class="gap" d="M4 3h16v6H4z"/></svg>gap</li>
        <li><svg viewBox="0 0 24 12" aria-hidden="true"><circle class="dot" cx="8" cy="6" r="4"/><path class="median" d="M16 1V11"/></svg>each call's score, median</li>
        <li><svg viewBox="0 0 24 12" aria-hidden="true"><circle class="plain" cx="12" cy="6" r="3.5"/></svg>plain Opus with FEC, same losses</li>
        </ul>
        """;
}
