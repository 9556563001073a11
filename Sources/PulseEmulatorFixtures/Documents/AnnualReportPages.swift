extension Fixtures {
    /// The annual report's text. All numbers agree with each other and with the charts.
    static let annualReportPages: [String] = [
        """
        # Northwind Logistics Inc.

        ## Item 7. Management's discussion and analysis

        The following discussion should be read together with the consolidated financial statements. \
        Amounts are in millions of US dollars unless stated otherwise; percentages are calculated from \
        unrounded figures.

        ### Overview

        We move, store and track goods for 3,180 customers on three continents. Fiscal year 2024 was the \
        first in which revenue exceeded one billion dollars: it grew by 13.2 % to **$1,027.8 million**. \
        All three segments contributed, Software most in relative terms (+32.0 %).¹

        | Segment | FY2022 | FY2023 | FY2024 | Change |
        |---|---:|---:|---:|---:|
        | Freight | 498.3 | 541.7 | 588.4 | +8.6 % |
        | Warehousing | 231.8 | 262.4 | 301.9 | +15.1 % |
        | Software | 79.6 | 104.2 | 137.5 | +32.0 % |
        | **Revenue** | **809.7** | **908.3** | **1,027.8** | **+13.2 %** |

        <figure>Figure 1. Revenue by segment, fiscal years 2020 to 2024</figure>

        Volumes in Freight rose by 6.1 %; the remainder is price. Warehousing opened sites in Rotterdam and \
        Savannah, which together added 41,000 square metres.

        Our ten largest customers accounted for 27 % of revenue (FY2023: 29 %). No single customer reached \
        5 %.

        1. Segment revenue is shown after elimination of $38.6 million between segments (FY2023: $33.9 million).
        """,
        """
        ## Results of operations

        <figure>Figure 2. Revenue by region, fiscal year 2024</figure>

        Europe grew faster than the group (+17.4 %), helped by the full-year effect of the Polish business \
        acquired in October 2023. Currency translation reduced revenue by $6.2 million.

        | | FY2023 | % of revenue | FY2024 | % of revenue |
        |---|---:|---:|---:|---:|
        | Revenue | 908.3 | 100.0 | 1,027.8 | 100.0 |
        | Cost of revenue | 607.7 | 66.9 | 671.2 | 65.3 |
        | **Gross profit** | **300.6** | **33.1** | **356.6** | **34.7** |
        | Selling and administration | 136.4 | 15.0 | 151.0 | 14.7 |
        | Research and development | 52.5 | 5.8 | 60.7 | 5.9 |
        | **Operating income** | **111.7** | **12.3** | **144.9** | **14.1** |
        | Interest expense, net | 13.9 | 1.5 | 14.6 | 1.4 |
        | Income tax | 23.6 | 2.6 | 31.3 | 3.0 |
        | **Net income** | **74.2** | **8.2** | **99.0** | **9.6** |

        <figure>Figure 3. Gross and operating margin, percent of revenue</figure>

        Gross margin improved by 1.6 percentage points. Of these, 0.9 come from the larger share of Software, \
        0.5 from route planning, and 0.2 from lower fuel prices net of surcharges.
        """,
        """
        ## Liquidity and capital resources

        Cash from operations was $171.2 million (FY2023: $138.9 million). Free cash flow, which we define as \
        cash from operations less capital spending, was **$84.7 million**.²

        | | FY2023 | FY2024 |
        |---|---:|---:|
        | Cash at the beginning of the year | 102.7 | 118.4 |
        | Cash from operations | 138.9 | 171.2 |
        | Capital spending | (71.0) | (86.5) |
        | Acquisitions, net of cash acquired | (28.4) | (42.0) |
        | Debt, net | (5.6) | (18.3) |
        | Dividends | (18.2) | (21.7) |
        | **Cash at the end of the year** | **118.4** | **121.1** |

        <figure>Figure 4. Cash flow bridge, fiscal year 2024</figure>

        Capital spending went to the Savannah site ($31.4 million), vehicles ($27.9 million), and data centres \
        and other equipment ($27.2 million).

        2. Free cash flow is not a measure under US GAAP. It does not include payments for acquisitions.
        """,
        """
        ## Borrowings

        At 31 December 2024 we had borrowed $319.0 million (2023: $337.3 million): term loans of $119.0 million \
        at SOFR plus 1.35 %, and senior notes of $200.0 million at 4.8 % on average.

        | Due in | Term loans | Senior notes | Total |
        |---|---:|---:|---:|
        | 2025 | 12.0 | – | 12.0 |
        | 2026 | 18.0 | – | 18.0 |
        | 2027 | 64.0 | – | 64.0 |
        | 2028 | 25.0 | 75.0 | 100.0 |
        | 2029 | – | – | – |
        | later | – | 125.0 | 125.0 |
        | **Total** | **119.0** | **200.0** | **319.0** |

        <figure>Figure 5. Debt maturities at 31 December 2024</figure>

        The loan agreement limits net debt to 3.0 times EBITDA. At year end the ratio was 0.95. An undrawn credit \
        line of $150.0 million is available until June 2028.
        """,
        """
        ## Employees

        | Region | 2022 | 2023 | 2024 |
        |---|---:|---:|---:|
        | Americas | 2,104 | 2,216 | 2,298 |
        | Europe | 1,187 | 1,302 | 1,441 |
        | Asia-Pacific | 611 | 702 | 838 |
        | **Total** | **3,902** | **4,220** | **4,577** |

        <figure>Figure 6. Employees by region at year end</figure>

        Voluntary turnover fell to 11.4 % (2023: 13.8 %). Women held 34 % of leading positions.

        ## Outlook

        For fiscal year 2025 we expect revenue between $1,110 and $1,150 million and an operating margin between \
        14.3 % and 14.9 %. Capital spending should be about $95 million. These statements look ahead; what \
        happens may differ for the reasons given in Item 1A, "Risk factors".
        """,
    ]
}
