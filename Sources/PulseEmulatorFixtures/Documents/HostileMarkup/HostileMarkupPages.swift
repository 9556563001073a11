extension Fixtures {
    /// What suppliers wrote into a questionnaire. Every script sets `window.pulsefsHostile` or `document.title`, and everything
    /// that would be fetched is at `hostile.invalid`, so that whoever shows the text can see that neither happened.
    static let hostileMarkupPages: [String] = [
        hostileScripts, hostileLinks, hostileElements, hostileTables, hostileMutations, hostileExtremes,
        // Last, as they take in all that follows.
        hostileOpenEnds,
    ]

    private static let hostileScripts = #"""
        # Supplier questionnaire </title><script>window.pulsefsHostile='heading'</script>

        Answers of 14 suppliers, as they were typed in. <script>window.pulsefsHostile='inline'</script>

        ## 1. Company name

        <script>window.pulsefsHostile='block'</script>

        <ScRiPt src="http://hostile.invalid/script.js"></sCrIpT>

        <script
        >document.title='hostile'</script
        >

        <scr<script>ipt>window.pulsefsHostile='nested'</scr</script>ipt>

        <script/x>window.pulsefsHostile='slash'</script>

        <img src=x onerror=window.pulsefsHostile='onerror'>

        <img src="http://hostile.invalid/x.png" onload="window.pulsefsHostile='onload'" onerror='document.title="hostile"'>

        <IMG """><SCRIPT>window.pulsefsHostile='quotes'</SCRIPT>">

        <body onload=window.pulsefsHostile='body'><input autofocus onfocus=window.pulsefsHostile='focus'>

        <details open ontoggle=window.pulsefsHostile='toggle'><summary>Our certificates</summary></details>

        <p style="background:url(http://hostile.invalid/p.png)" onmouseover="window.pulsefsHostile='over'">Certified since 2019.</p>

        <marquee onstart=window.pulsefsHostile='marquee'>Best prices</marquee> <video src=http://hostile.invalid/v.mp4 autoplay \
        onerror=window.pulsefsHostile='video'></video> <audio src=http://hostile.invalid/a.mp3 autoplay></audio>

        | Supplier | Contact |
        |---|---|
        | Alder <script>window.pulsefsHostile='cell'</script> Ltd | <img src=x onerror=window.pulsefsHostile='cell-image'> |
        | Birch & Sons "onclick="window.pulsefsHostile='attribute' | <a href="javascript:window.pulsefsHostile='cell-link'">mail</a> |
        """#

    private static let hostileLinks = #"""
        ## 2. Web site

        - [plain](javascript:window.pulsefsHostile='link')
        - [case](JaVaScRiPt:window.pulsefsHostile='link-case')
        - [entities](&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;window.pulsefsHostile='link-entities')
        - [hex](&#x6A&#x61;vascript:window.pulsefsHostile='link-hex')
        - [tab](java&Tab;script:window.pulsefsHostile='link-tab')
        - [newline](java&NewLine;script&colon;window.pulsefsHostile='link-newline')
        - [control](&#1;javascript:window.pulsefsHostile='link-control')
        - [space](< javascript:window.pulsefsHostile='link-space'>)
        - [vbscript](vbscript:window.pulsefsHostile="vbscript")
        - [data](data:text/html,<script>window.pulsefsHostile='data'</script>)
        - [base64](data:text/html;base64,PHNjcmlwdD53aW5kb3cucHVsc2Vmc0hvc3RpbGU9J2RhdGEtYmFzZTY0Jzwvc2NyaXB0Pg==)
        - [file](file:///etc/passwd), [relative](//hostile.invalid/x), [backslash](\\\\hostile.invalid\\x), [blob](blob:x)
        - [up](../../../../etc/passwd) and [beside](result.json)
        - [title](https://supplier.example "x\" onmouseover=\"window.pulsefsHostile='link-title'")
        - <javascript:window.pulsefsHostile='autolink'>
        - <a href="java&#x0A;script:window.pulsefsHostile='anchor'">anchor</a>
        - <a href='http://hostile.invalid/' ping="http://hostile.invalid/ping" target=_top>ping</a>
        - [reference][hostile] and ![reference][hostile-image]

        [hostile]: javascript:window.pulsefsHostile='reference'
        [hostile-image]: http://hostile.invalid/reference.png "\"><script>window.pulsefsHostile='reference-image'</script>"

        ## 3. Logo

        ![tracking](http://hostile.invalid/track.png?supplier=3)

        ![script](javascript:window.pulsefsHostile='image')

        ![inline](data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload="window.pulsefsHostile='svg-image'"/>)

        ![a" onerror="window.pulsefsHostile='alt'](x" onerror="window.pulsefsHostile='src')

        [![linked](http://hostile.invalid/linked.png)](javascript:window.pulsefsHostile='linked')

        ![<img src=x onerror=window.pulsefsHostile='alt-markup'>](https://api.runpulse.com/results/hostile-markup/images/logo.png)

        <figure><img src="http://hostile.invalid/figure.png" onerror="window.pulsefsHostile='figure'"><figcaption>\
        <script>window.pulsefsHostile='caption'</script>Our works</figcaption></figure>
        """#

    private static let hostileElements = #"""
        ## 4. Remarks

        <iframe src="http://hostile.invalid/frame"></iframe>

        <iframe srcdoc="<script>parent.pulsefsHostile='srcdoc'</script>"></iframe>

        <object data="http://hostile.invalid/object"><embed src="http://hostile.invalid/embed"></object>

        <svg onload="window.pulsefsHostile='svg'"><script>window.pulsefsHostile='svg-script'</script>\
        <a xlink:href="javascript:window.pulsefsHostile='svg-link'"><text y=20>click</text></a>\
        <image href="http://hostile.invalid/svg.png"/><animate attributeName=href values="javascript:window.pulsefsHostile='animate'"/></svg>

        <style>@import "http://hostile.invalid/import.css"; body{background:url(http://hostile.invalid/style.png);display:none}</style>

        <link rel="stylesheet" href="http://hostile.invalid/link.css"><link rel=prefetch href="http://hostile.invalid/prefetch">

        <meta http-equiv="refresh" content="0;url=http://hostile.invalid/refresh">

        <meta http-equiv="Content-Security-Policy" content="default-src *">

        <base href="http://hostile.invalid/">

        <form action="http://hostile.invalid/form"><input name=q value=1><button formaction="javascript:window.pulsefsHostile='form'">\
        Send</button><isindex type=image src=http://hostile.invalid/isindex></form>

        </style></title></main></article></body></html><script>window.pulsefsHostile='ends'</script>

        --> <!-- a comment --> <!-- <script>window.pulsefsHostile='comment'</script> --> <!--> <script>window.pulsefsHostile='short'</script> -->

        <![CDATA[<script>window.pulsefsHostile='cdata'</script>]]>

        <?xml-stylesheet href="http://hostile.invalid/pi.css"?> <!DOCTYPE html SYSTEM "http://hostile.invalid/dtd">

        <div id=content><h1 id=s-1-company-name>Not the content</h1><form id=images><input name=parentNode></form></div>

        ```html" onclick="window.pulsefsHostile='fence'
        </code></pre><script>window.pulsefsHostile='code'</script>
        ```

        `</code><script>window.pulsefsHostile='code-span'</script>`

        Footnote[^"><script>window.pulsefsHostile='note'</script>] and another[^n].

        [^n]: <script>window.pulsefsHostile='note-text'</script> [back](javascript:window.pulsefsHostile='note-link')
        """#

    private static let hostileTables = #"""
        ## 5. Prices

        <table background="http://hostile.invalid/table.png" onclick="window.pulsefsHostile='table'" style="position:fixed;inset:0">
        <caption><script>window.pulsefsHostile='table-caption'</script></caption>
        <tr onmouseover="window.pulsefsHostile='row'"><th colspan='2" onclick="window.pulsefsHostile=1'>Item</th><th rowspan=99999999>EUR</th></tr>
        <tr><td colspan="&quot;><script>window.pulsefsHostile='span'</script>">Bolts<script>window.pulsefsHostile='td'</script></td>
        <td><img src=http://hostile.invalid/cell.png onerror=window.pulsefsHostile='td-image'></td><td>4.20</td></tr>
        <tr><td>&lt;script&gt;window.pulsefsHostile='escaped'&lt;/script&gt; &#60;b&#62; &notanentity; &#0; &#xD800;</td></tr>
        </table>

        <table><tr><td>left open <b>bold <table><tr><td>inner</td>

        <td>a cell alone</td></tr></table></table>

        <table><tr><td><sub>low<tr><td><sup>high</table> and words after it

        <table><td><figure><table><tr><td></figure>mixed</table>

        | Item | Note |
        |---|---|
        | Nuts | "unclosed <a href='javascript:window.pulsefsHostile="quote"> |
        | Washers | `</td></tr></table><script>window.pulsefsHostile='code-cell'</script>` |

        A line with <a title="a quote that does not end and <b x='

        <sub><sup><sub>nested</sup></sub> wrongly
        """#

    private static let hostileMutations = #"""
        ## 6. Declarations

        <noscript><p title="</noscript><img src=x onerror=window.pulsefsHostile='noscript'>"></noscript>

        <math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pulsefsHostile='mglyph'&gt;">

        <svg></p><style><a id="</style><img src=1 onerror=window.pulsefsHostile='svg-style'>">

        <template><script>window.pulsefsHostile='template'</script></template>

        <textarea></textarea><img src=x onerror=window.pulsefsHostile='textarea'></textarea>

        <xmp><p title="</xmp><img src=x onerror=window.pulsefsHostile='xmp'>">

        <title><img title="</title><img src=x onerror=window.pulsefsHostile='title-element'>"></title>

        <select><option><style></option></select><img src=x onerror=window.pulsefsHostile='select'></style>

        <form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=window.pulsefsHostile='forms' src>">

        <a href="`x`"><img alt="``onerror=window.pulsefsHostile='backticks'" src=x></a>

        <p/onclick=window.pulsefsHostile='slash-attribute'>x</p> < script>window.pulsefsHostile='space'</script> <​script>zero width</​script>

        \<script>window.pulsefsHostile='backslash'\</script> &lt;script&gt;window.pulsefsHostile='entities'&lt;/script&gt;

        &#60;img src=x onerror=window.pulsefsHostile='numeric'&#62; ＜script＞full width＜/script＞ ‮evil‬

        **<b onclick="window.pulsefsHostile='emphasis'**" x>** *<i onclick=*window.pulsefsHostile='emphasis-2'>

        [<img src=x onerror=window.pulsefsHostile='link-text'>](https://supplier.example) ![x](y)<svg/onload=window.pulsefsHostile='after-image'>
        """#

    private static let hostileExtremes = """
        ## 7. Free text

        \(String(repeating: "> ", count: 300))quoted 300 times

        \((0..<120).map { String(repeating: "  ", count: $0) + "- <script>window.pulsefsHostile='list'</script>" }.joined(separator: "\n"))

        \(String(repeating: "<table><tr><td>", count: 150))deep\(String(repeating: "</td></tr></table>", count: 150))

        \(String(repeating: "<div onclick=window.pulsefsHostile='deep'>", count: 300))

        \(String(repeating: "**a _b ", count: 300))

        \(String(repeating: "[", count: 500))x\(String(repeating: "](javascript:window.pulsefsHostile='brackets')", count: 500))

        \(String(repeating: "<sub>", count: 200))x

        \(String(repeating: "Donaudampfschifffahrt", count: 400))

        <https://supplier.example/\(String(repeating: "a", count: 3000))>

        | \(String(repeating: "W", count: 2000)) | x |
        |---|---|
        | <b title="\(String(repeating: "y", count: 5000))" onclick=window.pulsefsHostile='long'> | y |
        """

    private static let hostileOpenEnds = #"""
        ## 8. Signature

        The last supplier did not finish. ![left open](http://hostile.invalid/open.png "no end

        <figure><img src="http://hostile.invalid/open-figure.png" alt='no end>

        <table><tr><td title="no end><script>window.pulsefsHostile='open-cell'</script>

        <style>body{display:none} <script>window.pulsefsHostile='open-style'</script>

        <!-- no end <script>window.pulsefsHostile='open-comment'</script>
        """#
}
