import Crypto

/// How pages look: in light and dark, on paper, and with nothing but what is in the page.
enum Stylesheet {
    static let text = """
        :root{color-scheme:light dark;--fg:#1c1e21;--bg:#fff;--soft:#f4f5f7;--line:#d8dbe0;--dim:#5a6270;--link:#0b57c2;--bad:#a3271b}
        @media(prefers-color-scheme:dark){:root{--fg:#e4e6ea;--bg:#17191c;--soft:#212429;--line:#3a3f47;--dim:#a3abb8;--link:#8ab8ff;--bad:#ff9d90}img{filter:brightness(.88)}}
        *{box-sizing:border-box}
        html{scroll-padding-top:1rem;text-size-adjust:100%}
        body{margin:0 auto;padding:1.25rem clamp(1rem,4vw,2.5rem) 4rem;max-width:56rem;color:var(--fg);background:var(--bg);font:1rem/1.6 system-ui,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;overflow-wrap:break-word}
        a{color:var(--link);text-underline-offset:.15em}
        :focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
        .skip{position:absolute;left:-100vw}
        .skip:focus{left:1rem;top:1rem;padding:.5rem 1rem;background:var(--bg);border:1px solid var(--line)}
        header{border-bottom:1px solid var(--line);margin-bottom:1.5rem;padding-bottom:1rem}
        header h1{margin:.2rem 0 .6rem;font-size:1.5rem}
        dl{display:flex;gap:.25rem 2rem;margin:.5rem 0}
        @media(max-width:48rem){dl{flex-direction:column}dl div{display:flex;gap:.5rem}dt{min-width:5rem}}
        dt{color:var(--dim)}
        dd{margin:0;font-variant-numeric:tabular-nums}
        .files{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:.5rem 0 0;list-style:none}
        .id,.place,footer{color:var(--dim)}
        .id{margin:0;font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.9rem}
        .notice{border:1px solid var(--line);border-left:.3rem solid var(--dim);background:var(--soft);padding:.75rem 1rem;margin:1rem 0;white-space:pre-line}
        .bad{border-left-color:var(--bad)}
        ul.notice{white-space:normal;padding-left:2rem}
        nav{background:var(--soft);border:1px solid var(--line);border-radius:.4rem;padding:.6rem 1rem;margin-bottom:1.5rem}
        summary{cursor:pointer;font-weight:600}
        nav ol{list-style:none;margin:.4rem 0 0;padding:0}
        .l2{padding-left:1.25rem}.l3{padding-left:2.5rem}.l4{padding-left:3.75rem}
        main :is(p,li,h1,h2,h3,h4,h5,h6,td,th,figcaption,blockquote){unicode-bidi:plaintext;text-align:start}
        h1,h2,h3,h4,h5,h6{line-height:1.25;margin:2rem 0 .75rem;text-wrap:balance}
        article>:first-child{margin-top:0}
        h1{font-size:1.75rem}h2{font-size:1.4rem}h3{font-size:1.18rem}h4,h5,h6{font-size:1rem}
        img{max-width:100%;height:auto;background:#fff;border-radius:.2rem}
        .table{overflow-x:auto;margin:1rem 0}
        table{border-collapse:collapse;font-size:.93rem;font-variant-numeric:tabular-nums}
        th,td{border:1px solid var(--line);padding:.35rem .6rem;vertical-align:top}
        th{background:var(--soft)}
        main .c{text-align:center}main .r{text-align:right}
        pre{overflow-x:auto;background:var(--soft);border:1px solid var(--line);border-radius:.4rem;padding:.75rem 1rem}
        code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.9em}
        .math{font-family:"STIX Two Math","Latin Modern Math","Cambria Math","Libertinus Math",Cambria,"Times New Roman",serif;font-size:1em;font-style:italic;white-space:pre-wrap}
        caption{caption-side:top;text-align:start;color:var(--dim);padding:.35rem 0}
        .raw{white-space:pre-wrap}
        blockquote{margin:1rem 0;padding:0 1rem;border-inline-start:.25rem solid var(--line)}
        hr{border:0;border-top:1px solid var(--line);margin:2rem 0}
        :is(hr:first-child,hr:last-child,hr+hr){display:none}
        .task{list-style:none;margin-inline-start:-1.4rem}
        figure{margin:1.25rem 0}
        figcaption{color:var(--dim);font-size:.93rem;margin-top:.35rem}
        .absent{border-bottom:1px dotted var(--dim)}
        .notes{border-top:1px solid var(--line);margin-top:2rem;font-size:.93rem}
        .more{margin-top:2.5rem}
        .more details{margin:.6rem 0}
        .more details details{margin-inline-start:1.25rem}
        .more pre{white-space:pre-wrap;unicode-bidi:plaintext;max-height:30rem;overflow:auto;margin:.4rem 0}
        .names{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:.5rem 0;list-style:none}
        .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1.25rem;padding:0;list-style:none}
        .gallery figure{margin:0}
        .gallery img{width:100%;aspect-ratio:4/3;object-fit:contain;border:1px solid var(--line)}
        .jobs time{white-space:nowrap}
        .jobs :is(th,td){padding:.35rem .4rem}
        .jobs th[scope=row]{min-width:9.5rem;overflow-wrap:anywhere}
        @media screen and (max-width:40rem){.jobs,.jobs tbody,.jobs tr,.jobs th,.jobs td{display:block;border:0;padding:0;text-align:start}.jobs thead{display:none}.jobs tr{border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem;margin:0 0 .7rem}.jobs th[scope=row]{min-width:0;margin:0 0 .3rem}.jobs td:empty{display:none}.jobs td:not(:empty)::before{color:var(--dim)}.jobs td:nth-child(4):not(:empty)::before{content:"Created (UTC): "}.jobs td:nth-child(5):not(:empty)::before{content:"Updated (UTC): "}.jobs td:nth-child(6):not(:empty)::before{content:"Pages: "}}
        .jobs td img{display:block;width:6rem;height:4rem;object-fit:contain}
        footer{border-top:1px solid var(--line);margin-top:3rem;padding-top:1rem;font-size:.9rem}
        @media print{:root{--fg:#000;--bg:#fff;--soft:#f4f5f7;--line:#b5bac2;--dim:#444;--link:#000;--bad:#a3271b}body{max-width:none;padding:0;font-size:10.5pt;color:#000;background:#fff}nav,.skip,.files{display:none}.table{overflow:visible}thead{display:table-header-group}tr,figure,img{break-inside:avoid}h1,h2,h3,h4{break-after:avoid}a{color:inherit}pre{white-space:pre-wrap}}
        """

    /// For a Content-Security-Policy: styles are these and no others.
    static let digest = Base64.text(SHA256.hash(data: Array(text.utf8)).map { $0 })
}

private enum Base64 {
    /// With padding (RFC 4648, section 4).
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return stride(from: 0, to: bytes.count, by: 3).map { start in
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            let text = (0..<4).map { digits[bits >> (18 - 6 * $0) & 63] }
            return String(text.prefix(group.count + 1)) + String(repeating: "=", count: 3 - group.count)
        }.joined()
    }
}
