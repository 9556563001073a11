extension Fixtures {
    /// As docling and marker write: anchors of pages, comments where pages and images were, tables in HTML.
    static func methodsPaperPages(listed: String, unlisted: String) -> [String] {
        [
            #"""
            # <span id="page-1-0"></span>Reading tide gauges by <i>isotope dilution</i>: <b>three</b> gauges compared

            <div align="center">
            <p><b>A. Okonkwo</b><sup>1,*</sup>, <u>J. Halden</u><sup>2</sup> and M. Lindqvist<sup>1</sup></p>
            <p class="affiliation"><sup>1</sup> Institute of Harbours<br><sup>2</sup> Halden Freight AS<br/>* Corresponding author</p>
            </div>

            <!-- PageHeader: Harbour Methods 12 (2025) 41–46 -->

            <h2 style="margin-top: 1em">Abstract</h2>

            <p>We compare three gauges over <em>eleven weeks</em>. The isotopes <sup>18</sup>O and <sup>2</sup>H of H<sub>2</sub>O \#
            tell sea water from rain; the bias is below 0.3&nbsp;% where <i>S</i> &gt; 20 g&nbsp;kg<sup>−1</sup>.
            <p>Keywords: tide; salinity; H<sub>2</sub><sup>18</sup>O

            ## ملخّص

            قارنّا ثلاثة مقاييس للمدّ والجزر خلال أحد عشر أسبوعًا، وكان الخطأ $\delta < 0.3\,\%$ في جميعها (Quay Street، الرصيف 4).

            ## תקציר

            השווינו שלושה מדי גאות במשך <b>אחד־עשר שבועות</b>; השגיאה קטנה מ־0.3&nbsp;%.

            <!-- image -->
            """#,
            #"""
            ## <span id="page-2-0"></span>1 <span class="num"></span>Model

            The share of sea water is $f = \frac{S - S_0}{S_1 - S_0}$, where \(S_0 = 0.2\) is the river's and \(S_1 = 34.7\) the \#
            sea's salinity. With the isotopes it follows from

            $$
            \delta_m = f * \delta_1 + (1 - f) * \delta_0 \\
            \sigma_f^2 = \sum_{i=1}^{n} \left( \frac{\partial f}{\partial x_i} \right)^2 * \sigma_{x_i}^2
            $$

            and, in the notation of [Lindqvist](#page-1-0), from

            \[
            \begin{aligned}
            a_{ij} &= \langle u_i \,|\, v_j \rangle, & *b* &\neq __c__ \\
            - q_t &+ \alpha q_{t-1} > 0
            \end{aligned}
            \]

            so that $a<b$, $c>d$ and $\{x_1, \dots, x_n\}$ stay what they are. A gauge costs $5,200 and a ship $900 an hour; \#
            `$HOME` is no formula.

            ![Recovery of the three gauges](https://api.runpulse.com/results/methods-paper-2025/images/_page_2_Figure_1.png)

            <p align="center"><b>Figure 1.</b> Recovery of G<sub>1</sub>, G<sub>2</sub> and G<sub>3</sub>.</p>

            <ol start="3">
            <li>Rinse the cell <u>twice</u>.</li>
            <li>Read it:
            <ul>
            <li>at 5&nbsp;°C,</li>
            <li>at 25&nbsp;°C (<i>T</i><sub>ref</sub>).</li>
            </ul>
            </li>

            <li>Note <code>x</code> and $\bar{x}$.</li>
            </ol>
            """#,
            #"""
            ## <span id="page-3-0"></span>2 Instruments

            <table border="1" style="border-collapse: collapse; width: 100%">
            <caption>Table 1: The <b>three</b> gauges<sup>a</sup></caption>
            <colgroup><col style="width: 20%"><col span="2"><col></colgroup>
            <thead>
            <tr><th rowspan="2" scope="col">Gauge</th><th colspan="2">Range</th><th rowspan="2">Remarks</th></tr>
            <tr><th>from</th><th>to</th></tr>
            </thead>
            <tbody>
            <tr><td>G<sub>1</sub></td><td>0</td><td>4,000</td><td><p>Quay Street</p><p>installed 2019</p></td></tr>
            <tr><td>G<sub>2</sub></td><td>0</td><td>6,000</td><td>Mill Lane

            <!-- a cell over two pages -->

            moved in week 4, $x_0 = 12.5$</td></tr>
            <tr><td>G<sub>3</sub></td><td>−500</td><td>5,500</td><td><ul><li>pressure</li><li>radar</li></ul></td></tr>
            </tbody>
            <tfoot><tr><td colspan="4"><sup>a</sup> Levels in mm.</td></tr></tfoot>
            </table>

            | Sign | Meaning | Unit |
            |---|---|---|
            | $\sigma_f$ | uncertainty of $f$ | 1 |
            | \(\lvert q_t \rvert\) | flow<br>(both ways) | m<sup>3</sup> s<sup>−1</sup> |

            ![Hours of reading](\#(listed))

            ![A company sign](\#(unlisted))

            The first of these is in the list of images, the second is not.
            """#,
            #"""
            ## <span id="page-4-0"></span>3 Results

            <div class="table-wrapper">
            \#(methodsPaperReadings)
            </div>

            ### 3.1 What was misread

            The printer\#u{92}s next line\#u{85} and \#u{93}quotes\#u{94}, a byte order read the wrong way (\#u{FFFE}) and no \#
            character at all (\#u{FFFF}).

            <br>

            ## References

            1. <span id="ref-1"></span>Halden J. *On gauges*. Harbour Methods **11**, 3–9 (2024). <!-- doi missing -->
            2. Okonkwo A. <i>Salt &amp; rain</i>. <u>Quay Press</u>, 2023.
            """#,
        ]
    }
}
