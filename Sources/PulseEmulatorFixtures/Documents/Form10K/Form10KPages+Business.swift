extension Fixtures {
    /// Parts I and II of the annual report up to Item 6, 12 pages. The numbers are those of the charts.
    static let form10KBusinessPages: [String] = [
        """
        # Calder Precision Instruments, Inc.

        ## Form 10-K

        **Annual report pursuant to section 13 or 15(d) of the Securities Exchange Act of 1934**

        For the fiscal year ended December 28, 2024. Commission file number 001-41877.

        <table>
        <tr><th>State of incorporation</th><td>Delaware</td></tr>
        <tr><th>I.R.S. employer no.</th><td>04-2719930</td></tr>
        <tr><th>Principal offices</th><td>410 Wharf Road<br>Portsmouth, New Hampshire 03801</td></tr>
        <tr><th>Telephone</th><td>(603) 555-0142</td></tr>
        </table>

        | Title of each class | Symbol | Exchange |
        |---|:-:|---|
        | Common stock, $0.01 par value | CLDR | New York Stock Exchange |

        - [x] Annual report
        - [ ] Transition report

        The aggregate market value of the stock held by non-affiliates was $6.9 billion on June 28, 2024. On \
        February 14, 2025, 58,914,207 shares were outstanding.
        """,
        """
        ## Part I

        ### Item 1. Business

        Calder makes instruments that tell what a substance consists of, and sensors that tell how much of it flows, \
        at what pressure and how warm it is. Laboratories of our own do the same as a service. We were founded in 1958 \
        and have **6,420 employees** in 23 countries.

        We report three segments:

        1. **Analytical Instruments**: chromatographs, mass spectrometers and their supplies (51.6 % of revenue)
        2. **Process Sensors**: flow, pressure and temperature measurement for plants (32.0 %)
        3. **Laboratory Services**: tests to order, calibration, and maintenance at the customer's (16.4 %)

        Amounts are in millions of US dollars unless stated otherwise.[^1] Percentages are calculated from the amounts \
        shown.

        [^1]: Fiscal years have 52 or 53 weeks and end on the last Saturday of December. Those shown here have 52 weeks, \
        but for fiscal 2020, which had 53.
        """,
        """
        #### Segments

        ![Figure 1. Revenue by segment, fiscal 2020 to 2024](https://api.runpulse.com/results/form-10k-fy2024/images/fig-01-revenue-by-segment.png)

        | Segment | 2022 | 2023 | 2024 | Change |
        |---|--:|--:|--:|--:|
        | Analytical Instruments | 731.5 | 779.2 | 842.6 | +8.1 % |
        | Process Sensors | 470.3 | 498.6 | 521.9 | +4.7 % |
        | Laboratory Services | 196.4 | 229.7 | 268.3 | +16.8 % |
        | **Revenue** | **1,398.2** | **1,507.5** | **1,632.8** | **+8.3 %** |

        *Analytical Instruments* gained from the replacement of older mass spectrometers in pharmaceutical quality \
        control, and from supplies, which are 44 % of the segment's revenue. *Process Sensors* grew in water treatment \
        and stood still in petrochemicals. *Laboratory Services* includes Brenner Labor AG from April 2024 on.
        """,
        """
        #### Markets and customers

        ![Figure 2. Revenue by region, fiscal 2024](https://api.runpulse.com/results/form-10k-fy2024/images/fig-02-revenue-by-region.png)

        <table>
        <thead>
        <tr><th rowspan="2">Region</th><th colspan="3">Revenue</th><th rowspan="2">Share 2024</th></tr>
        <tr><th>2022</th><th>2023</th><th>2024</th></tr>
        </thead>
        <tbody>
        <tr><td>United States</td><td>624.7</td><td>668.4</td><td>716.8</td><td>43.9 %</td></tr>
        <tr><td>Rest of the Americas</td><td>92.1</td><td>98.7</td><td>104.2</td><td>6.4 %</td></tr>
        <tr><td>Europe, Middle East, Africa</td><td>421.3</td><td>452.6</td><td>489.9</td><td>30.0 %</td></tr>
        <tr><td>Asia Pacific</td><td>260.1</td><td>287.8</td><td>321.9</td><td>19.7 %</td></tr>
        <tr><th>Total</th><th>1,398.2</th><th>1,507.5</th><th>1,632.8</th><th>100.0 %</th></tr>
        </tbody>
        </table>

        ![Figure 3. Revenue by customer industry, fiscal 2024](https://api.runpulse.com/results/form-10k-fy2024/images/fig-03-revenue-by-industry.png)

        About 9,400 customers bought from us in fiscal 2024. No customer accounted for more than 4 % of revenue; the ten \
        largest together for 19 %.
        """,
        """
        #### Research and development

        <figure><img src="https://api.runpulse.com/results/form-10k-fy2024/images/fig-04-research.png" alt="Bars and a line">\
        <figcaption>Figure 4. Research and development, and its share of revenue</figcaption></figure>

        We spent $146.9 million on research and development, or 9.0 % of revenue (2023: $131.2 million, 8.7 %). New \
        products, by which we mean those introduced within three years, brought 31 % of instrument revenue.

        The *Aria* time-of-flight spectrometer was introduced in May 2024. It resolves m/z differences of \
        5 × 10<sup>−5</sup> and finds C<sub>8</sub>F<sub>17</sub>SO<sub>3</sub><sup>−</sup> in drinking water from \
        0.2 ng/L on.

        #### Intellectual property

        ![Figure 5. Patents in force, and granted in the year](https://api.runpulse.com/results/form-10k-fy2024/images/fig-05-patents.png)

        At the end of fiscal 2024 we held 1,086 patents in force (2023: 1,012); 139 were granted in the year. They end \
        between 2025 and 2043. We do not think that the loss of any one of them would matter to the business as a whole.
        """,
        """
        #### Human capital

        ![Figure 6. Employees by function at year end](/results/form-10k-fy2024/images/fig-06-employees.png)

        | Function | Employees | Share |
        |---|--:|--:|
        | Manufacturing | 2,310 | 36.0 % |
        | Service and laboratories | 1,485 | 23.1 % |
        | Sales and marketing | 1,120 | 17.4 % |
        | Research and development | 940 | 14.6 % |
        | Administration | 565 | 8.8 % |
        | **Total** | **6,420** | **100.0 %** |

        The rate of recordable injuries was 0.61 per 200,000 hours (2023: 0.74). Voluntary turnover was 8.9 %.

        #### Available information

        Reports are on <https://investors.calder.example> free of charge as soon as they are filed.
        """,
        """
        ### Item 1A. Risk factors

        #### Risks of our business

        **Our customers' budgets rise and fall.** About 38 % of revenue is equipment whose purchase can be put off. In \
        the second half of 2020 orders of instruments fell by 14 % within two quarters.

        **We depend on single sources** for some parts, among them:

        - turbomolecular pumps, from one maker in Germany
        - ion detectors
          - for *Aria*: from one maker in Japan
          - for older models: from two, one of which leaves the market in 2026
        - application-specific circuits of the 5-series sensors

        **Acquisitions may not bring what we expect.** We paid $96.0 million for businesses in fiscal 2024. Goodwill is \
        $679.3 million, or 30.0 % of total assets, and would be written down if a segment earned less than we assume.

        #### Risks from outside

        **Currencies.** 50 % of our revenue is in currencies other than the US dollar. See Item 7A.

        **Export controls.** Certain spectrometers need a license for some destinations. A license that is refused or \
        late delays revenue; in fiscal 2024 this concerned orders of $7.4 million.
        """,
        """
        #### Risks of our indebtedness

        At year end we had borrowed $600.0 million. The credit agreement limits net debt to 3.5 times adjusted EBITDA; \
        the ratio was 1.19. If we missed the limit, lenders could ask for \
        repayment at once.

        ### Item 1B. Unresolved staff comments

        None.

        ### Item 1C. Cybersecurity

        > The board has assigned the oversight of cybersecurity to its audit committee, which hears the chief information \
        > security officer every quarter, and at once when an incident may be material.

        We test our defenses by

        1. a penetration test by others, every year;
        2. exercises with those who would decide in an incident, twice a year;
        3. a review of suppliers that hold data of ours, before a contract and every two years after.

        No incident in fiscal 2024 affected us materially.
        """,
        """
        ### Item 2. Properties

        | Site | Use | Segment | Square feet | Owned |
        |---|---|---|--:|:-:|
        | Portsmouth, New Hampshire | Offices, manufacturing | All | 412,000 | yes |
        | Rochester, Minnesota | Manufacturing | Analytical Instruments | 268,000 | yes |
        | Baton Rouge, Louisiana | Manufacturing | Process Sensors | 231,000 | yes |
        | Freiburg, Germany | Manufacturing, research | Analytical Instruments | 194,000 | no |
        | Suzhou, China | Manufacturing | Process Sensors | 176,000 | no |
        | Winterthur, Switzerland | Laboratories | Laboratory Services | 58,000 | no |
        | Others, 31 sites | Sales, service, laboratories | All | 389,000 | no |
        | **Total** | | | **1,728,000** | |

        An extension of the Rochester site, 64,000 square feet, is to be finished in the third quarter of fiscal 2025.

        ### Item 3. Legal proceedings

        A competitor sued us in the District of Delaware in March 2023 over two patents on ion guides. The court found \
        no infringement of the first on October 9, 2024; the trial about the second is set for June 2025. We have not \
        made a provision.[^2]

        [^2]: See Note 14. A loss is not probable in our view, and its amount cannot be estimated.

        ### Item 4. Mine safety disclosures

        Not applicable.
        """,
        """
        ## Part II

        ### Item 5. Market for the registrant's common equity

        Our stock is traded under the symbol CLDR. On February 14, 2025, there were 1,206 holders of record. We paid a \
        dividend of $0.14 a share in each quarter of fiscal 2024, $33.5 million in all.

        ![Figure 7. Total return on $100 invested at the end of 2019](https://api.runpulse.com/results/form-10k-fy2024/images/fig-07-total-return.png)

        | | 2019 | 2020 | 2021 | 2022 | 2023 | 2024 |
        |---|--:|--:|--:|--:|--:|--:|
        | Calder | 100.0 | 118.4 | 142.6 | 121.9 | 149.7 | 168.2 |
        | Index of large companies | 100.0 | 118.0 | 152.0 | 125.0 | 158.0 | 197.0 |
        | Peers[^3] | 100.0 | 121.3 | 149.8 | 127.2 | 146.1 | 158.9 |

        [^3]: Nine makers of instruments, weighted by market value at the beginning of each year.
        """,
        """
        #### Purchases of our own stock

        <figure><img src='https://api.runpulse.com/results/form-10k-fy2024/images/fig-08-repurchases.png'>\
        <figcaption>Figure 8. Share repurchases by quarter, fiscal 2024</figcaption></figure>

        <table>
        <tr><th>Fourth quarter</th><th>Shares</th><th>Average price</th><th>Left of the program, million</th></tr>
        <tr><td>September 29 to October 26</td><td>62,400</td><td>$118.20</td><td>$126.4</td></tr>
        <tr><td>October 27 to November 23</td><td>71,000</td><td>$121.35</td><td>$117.8</td></tr>
        <tr><td>November 24 to December 28</td><td>53,600</td><td>$121.40</td><td>$111.3</td></tr>
        <tr><th>Total</th><th>187,000</th><th>$120.32</th><th>$111.3</th></tr>
        </table>

        The program of $200.0 million was announced on January 30, 2024, and has no end date. Purchases of the year came \
        to $88.7 million.
        """,
        """
        ### Item 6. Selected financial data

        | | 2020 | 2021 | 2022 | 2023 | 2024 |
        |---|--:|--:|--:|--:|--:|
        | Revenue | 1,155.3 | 1,261.8 | 1,398.2 | 1,507.5 | 1,632.8 |
        | Growth | | 9.2 % | 10.8 % | 7.8 % | 8.3 % |
        | Gross profit | 564.9 | 627.1 | 704.7 | 774.9 | 858.8 |
        | Operating income | 143.7 | 178.6 | 211.9 | 240.3 | 285.6 |
        | Net income | 95.9 | 123.2 | 148.4 | 167.3 | 206.5 |
        | Diluted shares, million | 62.4 | 61.9 | 61.2 | 60.6 | 59.8 |
        | Earnings per share, diluted, $ | 1.54 | 1.99 | 2.42 | 2.76 | 3.45 |
        """,
    ]
}
