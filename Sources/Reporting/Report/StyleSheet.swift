/// The page's style: one column of readable text, wide tables in their own scrolling regions with a shade at the
/// side where more of them is, two themes, print.
enum StyleSheet {
    static let fontStack = "ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

    static var css: String {
        """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1c1e21;--quiet:#5a6068;--rule:#dfe2e6;--faint:#f5f6f8;--shade:#00000026;--accent:#0b5c94;\
        --good:#0a6b4d;--bad:#a83800;--open:#6a5300;\(Palette.declarations(dark: false))}
        @media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e7e9ec;--quiet:#a3abb5;--rule:#31373f;--faint:#1c2026;--shade:#ffffff26;\
        --accent:#7cc0f0;--good:#5fd0a5;--bad:#ffa26b;--open:#e3c566;\(Palette.declarations(dark: true))}}
        """ + rules
    }

    private static let rules = """

        *{box-sizing:border-box}
        html{scroll-behavior:smooth;scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 Charter,'Bitstream Charter','Sitka Text',Cambria,'Source Serif 4','Source Serif Pro',Georgia,serif;overflow-wrap:break-word}
        a{color:var(--accent);text-underline-offset:.15em;text-decoration-thickness:.06em}
        :focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
        .skip{position:absolute;left:-999rem;background:var(--paper);padding:.5rem 1rem;z-index:3}
        .skip:focus{left:.5rem;top:.5rem}
        header.top,main,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
        header.top{padding-top:3rem;padding-bottom:.5rem}
        h1,h2,h3,h4,nav,table,caption,figcaption,.badges,summary,.note,.notes,footer,.plot,.why,.questions,.answers,.absent,.cell{font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
        h1{font-size:clamp(1.6rem,4vw,2.3rem);line-height:1.2;letter-spacing:-.015em;margin:0 0 .4rem;text-wrap:balance}
        h2{font-size:1.45rem;line-height:1.3;letter-spacing:-.01em;margin:0 0 1rem}
        h3{font-size:1.08rem;margin:2.2rem 0 .7rem}
        h4{font-size:.95rem;margin:0 0 .3rem}
        .subtitle{color:var(--quiet);margin:0}
        nav.contents{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--rule);font-size:.84rem}
        nav.contents ol{display:flex;gap:1.15rem;list-style:none;margin:0 auto;padding:.6rem 1.25rem;max-width:62rem;overflow-x:auto;scrollbar-width:none;white-space:nowrap}
        nav.contents a{color:var(--quiet);text-decoration:none}
        nav.contents a:hover{color:var(--ink);text-decoration:underline}
        main>section{padding:2.4rem 0 1.2rem;border-bottom:1px solid var(--rule)}
        main>section:last-child{border:0}
        p,ul,ol{margin:0 0 1rem}
        main p,main>section>ul{max-width:44rem}
        .lead{font-size:1.16rem;line-height:1.55;max-width:48rem}
        .lead strong{font-weight:700}
        .note{color:var(--quiet);font-size:.88rem;border-left:2px solid var(--rule);padding-left:.8rem}
        .badges{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1.6rem 0;font-size:.84rem}
        .badges div{min-width:0}
        .badges dt{color:var(--quiet);font-size:.74rem}
        .badges dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        .scroll{overflow-x:auto;overscroll-behavior-x:contain;\
        background:linear-gradient(to right,var(--paper) 40%,transparent) 0 0/2.4rem 100% no-repeat local,\
        linear-gradient(to left,var(--paper) 40%,transparent) 100% 0/2.4rem 100% no-repeat local,\
        linear-gradient(to right,var(--shade),transparent) 0 0/.8rem 100% no-repeat,\
        linear-gradient(to left,var(--shade),transparent) 100% 0/.8rem 100% no-repeat}
        .table{margin:1.6rem 0}
        table{border-collapse:collapse;font-size:.86rem;line-height:1.4;font-variant-numeric:tabular-nums lining-nums;min-width:100%}
        caption{text-align:left;font-weight:600;padding:0 0 .6rem;font-size:.9rem}
        caption span{display:inline-block;position:sticky;left:0;max-width:min(100%,calc(100vw - 2.5rem))}
        th,td{padding:.45rem .7rem;vertical-align:top;border-bottom:1px solid var(--rule)}
        thead th{vertical-align:bottom;border-bottom:1.5px solid var(--ink);border-top:1.5px solid var(--ink);font-weight:600}
        tbody tr:last-child>*{border-bottom:1.5px solid var(--ink)}
        tr.group>*{border-top:1.5px solid var(--rule)}
        th:first-child,td:first-child{padding-left:0}
        tbody th{font-weight:500}
        th.n,td.n{text-align:right}
        th.t,td.t{text-align:left}
        th.n{text-wrap:balance}td.n{min-width:5.2rem;white-space:nowrap}
        td.t,tbody th{overflow-wrap:break-word;min-width:8.5rem;max-width:26rem}
        th small{display:block;font-weight:400;color:var(--quiet);font-size:.78rem}
        td small{display:block;color:var(--quiet);font-size:.76rem}td.n small{white-space:nowrap}
        .quiet{color:var(--quiet)}
        .notes{color:var(--quiet);font-size:.8rem;line-height:1.5;margin-top:.7rem}
        .notes p{margin:0 0 .4rem;max-width:54rem}
        .mark{font-weight:600}
        .good{color:var(--good)}.bad{color:var(--bad)}.open{color:var(--open)}
        td .mark::before,.why .mark::before{content:"";display:inline-block;width:.5em;height:.5em;margin-right:.45em;border-radius:50%;background:currentColor;vertical-align:.08em}
        td .bad::before,.why .bad::before{border-radius:0}
        td .open::before,.why .open::before{background:none;border:.13em solid currentColor}
        td .mark{white-space:nowrap}
        figure{margin:1.6rem 0 2.4rem}
        .plot svg{display:block;width:100%;min-width:38rem;height:auto;font-family:inherit}
        figcaption{font-size:.88rem;line-height:1.55;color:var(--quiet);max-width:50rem;margin-top:.6rem}
        figcaption strong{color:var(--ink)}
        details{margin:.6rem 0}
        summary{cursor:pointer;font-size:.88rem;color:var(--accent);padding:.15rem 0}
        summary b{color:var(--ink)}
        pre{font:.84rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace;background:var(--faint);border:1px solid var(--rule);border-radius:4px;padding:.6rem .8rem;margin:.4rem 0 1rem;overflow-x:auto}
        code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace;font-size:.88em}
        pre code{font-size:1em}
        blockquote{margin:.5rem 0;padding:.1rem 0 .1rem .9rem;border-left:2px solid var(--rule);white-space:pre-wrap;overflow-wrap:anywhere;max-width:46rem;unicode-bidi:isolate}
        .example{border-top:1px solid var(--rule);margin:0;padding:.35rem 0}
        .example[open]{padding-bottom:1.4rem}
        .answer{margin:1.1rem 0 0}
        .answer h4 small{font-weight:400;color:var(--quiet);font-size:.84rem;margin-left:.4rem}
        .why{font-size:.86rem;margin:.4rem 0}
        .questions{font-size:.84rem;line-height:1.5;padding-left:1.3rem;color:var(--quiet);max-width:46rem}
        .mark{font-weight:500}
        .questions bdi,.answers bdi{overflow-wrap:anywhere}
        .answers{display:flex;flex-wrap:wrap;gap:.1rem 2.2rem;font-size:.84rem;margin:.3rem 0 0;padding-left:1.3rem;max-width:46rem}
        .source blockquote{font-size:.94rem}
        .absent{background:var(--faint);border:1px dashed var(--rule);border-radius:4px;padding:.9rem 1rem .2rem;font-size:.92rem;max-width:46rem}
        .absent pre{background:var(--paper)}
        .cell{margin:1.2rem 0}.output{border-left:2px solid var(--accent);padding-left:1rem;margin:.8rem 0 1.6rem}.prose{max-width:44rem}
        .k{color:var(--accent)}.s{color:var(--good)}.c{color:var(--quiet)}.d{color:var(--bad)}
        footer{padding-top:1.5rem;padding-bottom:3rem;color:var(--quiet);font-size:.84rem}
        @media (max-width:40rem){body{font-size:1rem}header.top{padding-top:1.6rem}header.top,main,footer{padding-left:1rem;padding-right:1rem}nav.contents ol{padding-left:1rem;padding-right:1rem}.lead{font-size:1.06rem}main>section{padding-top:1.8rem}td.t,tbody th{min-width:9.5rem}}
        @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
        @media print{:root{--paper:#fff;--ink:#000;--quiet:#444;--rule:#bbb;--faint:#fff;--accent:#000;--good:#000;--bad:#000;--open:#000}body{font-size:10pt}nav.contents,.skip{display:none}main>section{break-inside:auto;padding:1rem 0}figure,tr{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible;background:none}table{font-size:7.5pt}.plot svg{min-width:0}a{text-decoration:none}}

        """
}
